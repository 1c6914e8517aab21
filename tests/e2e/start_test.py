"""A directory that cannot be served is refused, and nothing in it is touched; an orderly end.

Shows, of the spine: "A data directory that is damaged, locked, of a newer format or lacks its keys:
a clear refusal at start, exit code documented, nothing changed", and "graceful drain on SIGTERM".
"""
import collections
import hashlib
import os
import pathlib
import resource
import shutil
import subprocess
import threading
import time
import unittest

import house

MISSING, EXISTS, LOCKED, NEWER, MARK, KEYS = 10, 11, 12, 13, 15, 19
DRAIN_SECONDS_MAX = 5
CONNECTIONS = 64
BEFORE_SIGTERM = 300


def tree(directory):
    """Every file with its mode and content; the lock file is what a start may touch."""
    found = {}
    for path in sorted(directory.rglob("*")):
        if path.name in ("lock", "LOCK"):
            continue
        what = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "directory"
        found[str(path.relative_to(directory))] = (path.stat().st_mode, what)
    return found


def run(*arguments):
    return subprocess.run([house.ALMANACD, *map(str, arguments)], capture_output=True, text=True,
                          timeout=60)


def serve(directory):
    return run("--data", directory, "--listen", "127.0.0.1:0")


class StartTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.spine = house.House().start()
        cls.addClassCleanup(cls.spine.close)
        salon = house.Salon(cls.spine)
        api = cls.spine.client("salon")
        for hour in range(20):
            api.made("appointments", {"service_id": salon.services[0],
                                      "client_id": salon.clients[0],
                                      "start": house.instant(3, hour)})
        cls.events = len(house.all_events(api))
        api.close()
        assert cls.spine.stop() == 0
        cls.other = house.House()
        cls.addClassCleanup(cls.other.close)

    def copy(self):
        copied = self.spine.root / self.id().rsplit(".", 1)[-1]
        shutil.copytree(self.spine.data, copied)
        self.addCleanup(shutil.rmtree, copied)
        return copied

    def refused(self, directory, codes, said):
        """Refused twice, in words, with nothing changed: the first try has not mended anything."""
        before = tree(directory)
        for _ in range(2):
            done = serve(directory)
            self.assertIn(done.returncode, codes, done.stderr)
            self.assertEqual(done.stdout, "")
            self.assertTrue(any(word in done.stderr.lower() for word in said), done.stderr)
            self.assertLess(done.stderr.count("\n"), 6, done.stderr)
            self.assertEqual(tree(directory), before)

    def test_the_untouched_copy_is_served(self):
        # Without this, every refusal below might have another reason.
        copied = self.copy()
        twin = house.House()
        self.addCleanup(twin.close)
        shutil.rmtree(twin.data)
        shutil.copytree(copied, twin.data)
        twin.start()
        api = twin.client("salon", self.spine.key)
        self.assertEqual(len(house.all_events(api)), self.events)
        api.close()
        self.assertEqual(twin.stop(), 0)

    def test_descriptors_are_raised_to_the_hard_limit(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, hard), hard))
        try:
            self.spine.start()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        limits = pathlib.Path(f"/proc/{self.spine.process.pid}/limits").read_text()
        self.assertRegex(limits, rf"Max open files +{hard} +{hard} ")
        self.assertIn(f"descriptors: limit={hard} ", self.spine.stderr())
        self.assertEqual(self.spine.stop(), 0)

    def test_its_threads_do_not_interrupt_each_other(self):
        self.spine.start()
        tasks = pathlib.Path(f"/proc/{self.spine.process.pid}/task")
        policies = {os.sched_getscheduler(int(task.name)) for task in tasks.iterdir()}
        self.assertEqual(policies, {os.SCHED_BATCH})
        self.assertEqual(self.spine.stop(), 0)

    def test_a_second_server_is_refused(self):
        self.spine.start()
        try:
            done = serve(self.spine.data)
            self.assertEqual(done.returncode, LOCKED, done.stderr)
            self.assertEqual(done.stdout, "")
            self.assertNotEqual(done.stderr, "")
            api = self.spine.client("salon")
            self.assertEqual(len(house.all_events(api)), self.events)
            api.close()
        finally:
            self.assertEqual(self.spine.stop(), 0)

    def test_a_directory_that_is_not_there(self):
        absent = self.spine.root / "absent"
        done = serve(absent)
        self.assertEqual(done.returncode, MISSING, done.stderr)
        self.assertIn(str(absent), done.stderr)
        self.assertFalse(absent.exists())

    def test_init_never_overwrites(self):
        copied = self.copy()
        before = tree(copied)
        done = run("init", "--data", copied, "--json")
        self.assertEqual((done.returncode, done.stdout), (EXISTS, ""), done.stderr)
        self.assertEqual(tree(copied), before)

    def test_without_its_master_key(self):
        copied = self.copy()
        (copied / "master.key").unlink()
        self.refused(copied, range(1, 256), ["master.key", "master key"])

    def test_a_master_key_that_others_may_read(self):
        copied = self.copy()
        (copied / "master.key").chmod(0o644)
        self.refused(copied, range(1, 256), ["master.key", "master key"])

    def test_another_master_key(self):
        copied = self.copy()
        shutil.copy(self.other.data / "master.key", copied / "master.key")
        self.refused(copied, range(1, 256), ["master key"])

    def test_a_truncated_mark(self):
        copied = self.copy()
        mark = copied / "p0000" / "mark"
        mark.write_bytes(mark.read_bytes()[:100])
        self.refused(copied, range(10, 19), ["mark"])

    def test_a_log_without_current(self):
        copied = self.copy()
        (copied / "p0000" / "log" / "CURRENT").unlink()
        self.refused(copied, range(10, 19), ["log"])

    def test_a_log_that_is_gone(self):
        copied = self.copy()
        shutil.rmtree(copied / "p0000" / "log")
        self.refused(copied, range(10, 19), ["log"])

    def test_without_its_keyring(self):
        copied = self.copy()
        shutil.rmtree(copied / "p0000" / "keyring")
        self.refused(copied, [KEYS], ["keyring"])
        self.assertFalse((copied / "p0000" / "keyring").exists())

    def test_the_keyring_of_another_directory(self):
        copied = self.copy()
        shutil.rmtree(copied / "p0000" / "keyring")
        shutil.copytree(self.other.data / "p0000" / "keyring", copied / "p0000" / "keyring")
        self.refused(copied, range(10, 19), ["keyring"])

    def test_a_log_behind_its_mark(self):
        """The log and keyring of an earlier moment under the mark of a later one."""
        copied = self.copy()
        older = self.spine.root / "older"
        shutil.copytree(self.spine.data, older)
        self.addCleanup(shutil.rmtree, older)
        self.spine.start()
        api = self.spine.client("salon")
        api.made("clients", {"first_name": "later", "last_name": "than the copy"})
        api.close()
        self.assertEqual(self.spine.stop(), 0)
        type(self).events += 1
        shutil.copy(self.spine.data / "p0000" / "mark", copied / "p0000" / "mark")
        self.refused(copied, [MARK], ["almanac accept-loss"])

    def test_a_newer_format(self):
        copied = self.copy()
        text = (copied / "format").read_text()
        digits = next(word for word in text.replace("=", " ").split()
                      if word.strip('",:').isdigit())
        (copied / "format").write_text(text.replace(digits, digits.replace(
            digits.strip('",:'), "99"), 1))
        self.refused(copied, [NEWER], ["format", "newer"])


class DrainTest(unittest.TestCase):
    def test_sigterm_under_load_ends_with_0_and_loses_no_2xx(self):
        spine = house.House().start()
        self.addCleanup(spine.close)
        salon = house.Salon(spine, chairs=4, services=1, clients=1)
        left = collections.deque(house.instant(day, hour) for hour in range(24)
                                 for day in range(3, 103) for _ in range(4))
        acknowledged, others, reached = [], [], threading.Event()

        def book():
            api = spine.client("salon")
            try:
                while left:
                    answer = api.post("appointments", {
                        "service_id": salon.services[0], "client_id": salon.clients[0],
                        "start": left.popleft()})
                    (acknowledged if answer.status == 201 else others).append(answer)
                    if len(acknowledged) >= BEFORE_SIGTERM:
                        reached.set()
            except house.LOST:
                pass
            finally:
                api.close()

        threads = [threading.Thread(target=book) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        self.assertTrue(reached.wait(60), f"{len(acknowledged)} bookings")
        began = time.monotonic()
        code = spine.stop()
        took = time.monotonic() - began
        for thread in threads:
            thread.join()
        self.assertLessEqual(took, DRAIN_SECONDS_MAX)
        self.assertEqual(code, 0, spine.stderr()[-2000:])
        self.assertTrue(left, "the load ended before the server")
        self.assertLessEqual({answer.status for answer in others}, {503}, others[:1])
        spine.start()
        api = spine.client("salon")
        booked = collections.Counter(
            event["data"]["id"]
            for event in house.all_events(api, "scheduling.appointment_booked"))
        api.close()
        ids = {answer["id"] for answer in acknowledged}
        self.assertEqual(len(ids), len(acknowledged))
        self.assertEqual(ids - set(booked), set(), "a 2xx was lost")
        self.assertEqual(set(booked.values()), {1})
        print(f"drain: {len(ids)} acknowledged, {len(booked)} in the log, {len(others)} refused, "
              f"ended in {took:.1f} s")
        self.assertEqual(spine.stop(), 0)


if __name__ == "__main__":
    unittest.main()
