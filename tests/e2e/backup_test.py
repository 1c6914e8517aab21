"""A backup of a running server holds all that was acknowledged before it; a restore is a fork of it.

Shows, of log.md: "restore ... makes a new log_id, and `log_forked` is the next event of every
tenant", "answers bear Almanac-Log; sent back with another log's id = 409 `log_forked`", "a log of
another log_id than the folder's last needs --into-fork", "the master key is never in a backup", "a
position inside a command means the end of the command before it (restore)".
"""
import json
import os
import shutil
import threading
import unittest

import house

NOT_FOUND, EXISTS, DAMAGED, KEYS, REFUSED = 22, 11, 14, 19, 23
LOADERS = 4
BOOKED_BEFORE = 20


class BackupTest(unittest.TestCase):
    def setUp(self):
        self.spine = house.House().start()
        self.addCleanup(self.spine.close)
        self.salon = house.Salon(self.spine, chairs=LOADERS, services=1, clients=1)
        self.folder = self.spine.root / "backups"
        self.master_key = self.spine.data / "master.key"

    def book(self, api, day, hour, chair=None):
        return api.post("appointments", {
            "service_id": self.salon.services[0], "client_id": self.salon.clients[0],
            "start": house.instant(day, hour),
            **({"resource_ids": [chair]} if chair else {})})

    def booked(self, hours, day=3):
        api = self.spine.client("salon")
        try:
            return [self.book(api, day, hour)["id"] for hour in hours]
        finally:
            api.close()

    def back_up(self, *arguments, running=True):
        """Through the server, or of the stopped directory."""
        source = (["--server", f"http://{self.spine.address}", "--key", self.spine.key] if running
                  else ["--data", self.spine.data])
        return house.almanac("backup", self.folder, *source, "--json", *arguments)

    def made(self, *arguments, **how):
        done = self.back_up(*arguments, **how)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def twin(self):
        """A house whose data directory is not there yet."""
        twin = house.House()
        self.addCleanup(twin.close)
        shutil.rmtree(twin.data)
        return twin

    def restore(self, twin, *arguments, key=True):
        return house.almanac("restore", "--from", self.folder, "--data", twin.data, "--json",
                             *(["--master-key", self.master_key] if key else []), *arguments)

    def restored(self, *arguments):
        """A server on what was restored, and what the restore said."""
        twin = self.twin()
        done = self.restore(twin, *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        twin.start()
        return twin, json.loads(done.stdout)

    def client(self, twin):
        api = twin.client("salon", self.spine.key)
        self.addCleanup(api.close)
        return api

    def slow(self, part):
        """A file of the folder that comes as slowly as the test wants: the way to end its wait.

        The real one is a pipe's content now; whoever reads it waits until `go_on` is called.
        """
        path = self.folder / part
        content = path.read_bytes()
        path.unlink()
        os.mkfifo(path)

        def reader():
            try:
                return os.fdopen(os.open(path, os.O_WRONLY | os.O_NONBLOCK), "wb")
            except OSError:
                return None

        def opened():
            pipe = house.until(reader, f"somebody who reads {part}")
            path.unlink()
            path.write_bytes(content)

            def go_on():
                with pipe:
                    pipe.write(content)  # nothing, of `erasures`: nobody was erased
            return go_on
        return opened

    def backups(self):
        return sorted(path.name for path in self.folder.glob("0*"))

    def begun(self):
        api = self.client(self.spine)
        answer = api.post("/v1/admin/backup", {"directory": str(self.folder)})
        self.assertEqual(answer.status, 202, answer)
        return api

    def refused(self, done, code, word):
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        self.assertIn(word, done.stderr)

    def under_load(self, work):
        """What `work` answers, while loaders book; all bookings that were acknowledged in time."""
        acknowledged, enough, stop = [], threading.Event(), threading.Event()

        def load(chair, first_day):
            api = self.spine.client("salon")
            try:
                for n in range(24 * 300):
                    if stop.is_set():
                        return
                    answer = self.book(api, first_day + n // 24, n % 24, chair)
                    if answer.status == 201:
                        acknowledged.append(answer["id"])
                    if len(acknowledged) >= BOOKED_BEFORE:
                        enough.set()
            finally:
                api.close()

        loaders = [threading.Thread(target=load, args=(chair, 10)) for chair in self.salon.chairs]
        for loader in loaders:
            loader.start()
        try:
            self.assertTrue(enough.wait(house.READY_SECONDS_MAX))
            before = list(acknowledged)
            return work(), before, acknowledged
        finally:
            stop.set()
            for loader in loaders:
                loader.join()

    def test_a_backup_under_load_has_every_booking_that_was_acknowledged_before(self):
        report, before, acknowledged = self.under_load(self.made)
        self.assertTrue(report["verified"])
        self.assertGreaterEqual(len(before), BOOKED_BEFORE)
        api = self.spine.client("salon")
        self.addCleanup(api.close)
        log_id = api.get("appointments").headers["almanac-log"]
        self.assertEqual(report["partitions"][0]["log_id"], log_id)
        self.assertEqual({row["id"] for row in api.pages("appointments?limit=200")},
                         set(acknowledged))

        twin, restored = self.restored()
        self.assertEqual(restored["partitions"][0]["position"], report["partitions"][0]["position"])
        self.assertEqual(restored["partitions"][0]["root"], report["partitions"][0]["root"])
        self.assertIsNone(restored["partitions"][0]["views_built_because"])
        again = self.client(twin)
        there = {row["id"] for row in again.pages("appointments?limit=200")}
        self.assertLessEqual(set(before), there)
        self.assertLessEqual(there, set(acknowledged))
        row = again.get(f"clients/{self.salon.clients[0]}")
        self.assertEqual((row["first_name"], row["last_name"]), ("First0", "Last0"))

        # It is another log, and everybody is told.
        to = restored["partitions"][0]["log_id"]
        self.assertNotEqual(to, log_id)
        old = again.get("appointments", Almanac_Log=log_id)
        self.assertEqual((old.status, old.code), (409, "log_forked"), old)
        self.assertEqual(again.get("appointments", Almanac_Log=to).status, 200)
        events = house.all_events(again)
        self.assertEqual(events[-1]["type"], "log_forked")
        self.assertEqual((events[-1]["data"]["from_log_id"], events[-1]["data"]["to_log_id"]),
                         (log_id, to))
        shared = house.all_events(api)[:len(events) - 1]
        self.assertEqual([e["id"] for e in events[:-1]], [e["id"] for e in shared])
        # Who follows the feed from where the old log was gets the fork next.
        next_one = again.get(f"events?after={len(events) - 2}")
        self.assertEqual([e["type"] for e in next_one["data"]], ["log_forked"])

        self.assertEqual(self.book(again, 5, 5, self.salon.chairs[0]).status, 201)
        self.assertEqual(self.book(again, 5, 5, self.salon.chairs[0]).status, 409)
        self.assertEqual(twin.stop(), 0)

    def test_a_restore_to_a_position_has_what_was_there_then(self):
        kept = self.booked(range(3))
        api = self.client(self.spine)
        position = house.all_events(api)[-1]["position"]
        time = house.all_events(api)[-1]["time"]
        lost = self.booked(range(3, 6))
        self.assertEqual(len(list(api.pages("appointments"))), 6)  # the views are that far
        self.made()
        for until in (position, time):
            twin, report = self.restored("--until", until)
            self.assertEqual(report["partitions"][0]["position"], position)
            self.assertIn("ahead of the log", report["partitions"][0]["views_built_because"])
            again = self.client(twin)
            self.assertEqual({row["id"] for row in again.pages("appointments?limit=200")},
                             set(kept))
            self.assertEqual({again.get(f"appointments/{gone}").status for gone in lost}, {404})
            self.assertEqual(self.book(again, 3, 3).status, 201)  # free again
            self.assertEqual(twin.stop(), 0)

    def test_a_stopped_directory_and_the_running_server_share_a_folder(self):
        self.booked(range(10))
        first = self.made()
        self.assertIsNone(first["base"])
        self.booked(range(10, 12))
        self.assertEqual(self.spine.stop(), 0)
        second = self.made(running=False)
        self.assertEqual(second["base"], first["path"])
        self.assertGreater(second["linked_files"], 0)
        self.assertGreater(second["files"], second["linked_files"])
        twin, _ = self.restored("--backup", first["name"])
        self.assertEqual(len(list(self.client(twin).pages("appointments?limit=200"))), 10)
        twin, _ = self.restored()
        self.assertEqual(len(list(self.client(twin).pages("appointments?limit=200"))), 12)
        # The restored one goes its own way: the folder takes it only when told.
        self.assertEqual(twin.stop(), 0)
        self.spine.data = twin.data
        self.refused(self.back_up(running=False), REFUSED, "--into-fork")
        self.made("--into-fork", running=False)

    def verified_views(self, twin):
        """The exit code of a check that builds every view anew and compares: 22 = none is there."""
        return house.almanac("verify", "--data", twin.data, "--views").returncode

    def views_of(self, name):
        """The tables of a backup's views."""
        return sorted((self.folder / name).glob("views/p0000/*.sst"))

    def test_views_come_with_a_backup_of_the_running_and_of_the_stopped_one(self):
        self.booked(range(4))
        api = self.client(self.spine)
        self.assertEqual(len(list(api.pages("appointments"))), 4)  # the views are that far
        running = self.made()
        self.assertEqual(self.spine.stop(), 0)
        stopped = self.made(running=False)
        for made in (running, stopped):
            self.assertTrue(self.views_of(made["name"]), made)
            twin = self.twin()
            done = self.restore(twin, "--backup", made["name"])
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIsNone(json.loads(done.stdout)["partitions"][0]["views_built_because"])
            self.assertEqual(self.verified_views(twin), 0)  # before anybody could build them
            twin.start()
            self.assertEqual(len(list(self.client(twin).pages("appointments"))), 4)
            self.assertEqual(twin.stop(), 0)
            self.assertEqual(self.verified_views(twin), 0)

    def test_damaged_views_of_a_backup_are_built_anew(self):
        self.booked(range(4))
        self.assertEqual(self.spine.stop(), 0)
        made = self.made(running=False)
        table = self.views_of(made["name"])[0]
        whole = table.read_bytes()
        table.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
        twin = self.twin()
        done = self.restore(twin)
        self.assertEqual(done.returncode, 0, done.stderr)
        why = json.loads(done.stdout)["partitions"][0]["views_built_because"]
        self.assertIn(table.name, why)
        self.assertEqual(self.verified_views(twin), NOT_FOUND)
        twin.start()
        self.assertEqual(len(list(self.client(twin).pages("appointments"))), 4)
        self.assertEqual(twin.stop(), 0)
        self.assertEqual(self.verified_views(twin), 0)

    def test_what_does_not_fit_is_refused_in_words_and_nothing_is_left(self):
        self.booked(range(2))
        twin = self.twin()
        self.refused(self.restore(twin), NOT_FOUND, "no backup folder")
        self.folder.mkdir()
        (self.folder / "diary.txt").write_text("mine")
        self.refused(self.back_up(), REFUSED, "not empty")
        self.assertEqual([path.name for path in self.folder.iterdir()], ["diary.txt"])
        (self.folder / "diary.txt").unlink()
        report = self.made()
        self.assertNotIn(self.master_key.read_bytes(),
                         b"".join(path.read_bytes() for path in self.folder.rglob("*")
                                  if path.is_file()))
        self.refused(self.restore(twin, key=False), KEYS, "--master-key")
        self.refused(self.restore(twin, "--until", "0-999999"), REFUSED, "restore_until")
        self.refused(self.restore(twin, "--until", "2001-01-01T00:00:00Z"), REFUSED,
                     "restore_until")
        self.assertEqual(self.restore(twin, "--until", "yesterday").returncode, 2)
        self.refused(self.restore(twin, "--backup", "000007"), NOT_FOUND, report["name"])
        self.assertFalse(twin.data.exists())
        table = max((self.folder / report["name"]).glob("log/p0000/*.sst"))
        whole = table.read_bytes()
        table.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
        self.refused(self.restore(twin), DAMAGED, table.name)
        self.assertFalse(twin.data.exists())
        table.write_bytes(whole)
        twin.data.mkdir()
        (twin.data / "diary.txt").write_text("mine")
        self.refused(self.restore(twin), EXISTS, "not empty")
        self.assertEqual([path.name for path in twin.data.iterdir()], ["diary.txt"])

    def test_the_route_is_the_administrators_and_its_directory_the_servers(self):
        admin = self.spine.client()
        self.addCleanup(admin.close)
        self.assertEqual(admin.get("/v1/admin/backup")["state"], "none")
        relative = admin.post("/v1/admin/backup", {"directory": "backups"})
        self.assertEqual((relative.status, relative["errors"][0]["pointer"]), (422, "/directory"))
        unknown = admin.post("/v1/admin/backup", {"directory": str(self.folder), "fast": True})
        self.assertEqual((unknown.status, unknown["errors"][0]["pointer"]), (422, "/fast"))
        plain = admin.send("POST", "/v1/admin/backup", raw=b"{}",
                           headers={"Content-Type": "text/plain"})
        self.assertEqual(plain.status, 415, plain)
        owner = self.client(self.spine)
        made = owner.post("api_keys", {"name": "desk", "scopes": ["*.*:*"]})
        desk = self.spine.client(key=made["key"])
        self.addCleanup(desk.close)
        for answer in (desk.post("/v1/admin/backup", {"directory": str(self.folder)}),
                       desk.get("/v1/admin/backup")):
            self.assertIn(answer.status, (403, 404), answer)
        self.assertFalse(self.folder.exists())
        begun = admin.post("/v1/admin/backup", {"directory": str(self.folder)})
        self.assertEqual(begun.status, 202, begun)
        done = house.until(lambda: (a := admin.get("/v1/admin/backup"))["state"] != "running" and a,
                           "the end of the backup")
        self.assertEqual(done["state"], "done", done)
        self.assertTrue((self.folder / done["backup"]["name"] / "manifest.json").exists())

    def test_one_backup_runs_at_a_time(self):
        self.booked(range(2))
        first = self.made()
        opened = self.slow("keyring/p0000")
        api = self.begun()
        go_on = opened()
        self.assertEqual(api.get("/v1/admin/backup")["state"], "running")
        second = api.post("/v1/admin/backup", {"directory": str(self.spine.root / "elsewhere")})
        self.assertEqual((second.status, second.code), (409, "backup_running"), second)
        self.refused(self.back_up(), REFUSED, "backup_running")
        self.refused(self.restore(self.twin()), REFUSED, "backup_running")
        self.booked(range(2, 4))  # commands go on
        go_on()
        done = house.until(lambda: (a := api.get("/v1/admin/backup"))["state"] != "running" and a,
                           "the end of the backup")
        self.assertEqual(done["state"], "done", done)
        self.assertEqual(self.backups(), [first["name"], done["backup"]["name"]])
        self.assertFalse((self.spine.root / "elsewhere").exists())
        self.made()

    def test_a_server_killed_in_a_backup_leaves_the_one_before_and_starts(self):
        self.booked(range(3))
        first = self.made()
        self.booked(range(3, 6))
        opened = self.slow("erasures/p0000")
        self.begun()
        go_on = opened()
        making = self.folder / ".making"
        self.assertTrue(list(making.rglob("*.sst")))
        self.assertFalse((making / "manifest.json").exists())
        self.spine.kill()
        go_on()
        self.assertEqual(self.backups(), [first["name"]])
        twin, restored = self.restored()
        self.assertEqual(restored["backup"], first["name"])
        self.assertEqual(len(list(self.client(twin).pages("appointments?limit=200"))), 3)
        self.spine.start()
        self.assertEqual(len(list(self.client(self.spine).pages("appointments?limit=200"))), 6)
        second = self.made()
        self.assertEqual(second["base"], first["path"])
        self.assertEqual(self.backups(), [first["name"], second["name"]])
        self.assertFalse(making.exists())

    def test_a_server_told_to_stop_in_a_backup_stops_and_leaves_no_part_of_one(self):
        self.booked(range(3))
        first = self.made()
        opened = self.slow("erasures/p0000")
        api = self.begun()
        go_on = opened()
        api.close()
        self.spine.process.terminate()

        def deaf():
            visitor = house.Client(self.spine.address)
            try:
                return visitor.get("/healthz").status == 0
            except house.LOST:
                return True
            finally:
                visitor.close()
        house.until(deaf, "the end of listening")
        go_on()
        self.assertEqual(self.spine.stop(), 0)
        self.assertFalse((self.folder / ".making").exists())
        self.assertFalse((self.spine.data / "p0000" / ".backup").exists())
        # It was stopped, or was done before it could be: never a part.
        for name in self.backups():
            self.assertTrue((self.folder / name / "manifest.json").exists(), name)
        self.assertEqual(self.backups()[0], first["name"])
        twin, _ = self.restored()
        self.assertEqual(len(list(self.client(twin).pages("appointments?limit=200"))), 3)
        self.spine.start()
        self.assertTrue(self.made()["verified"])

    def test_another_base_and_no_verification_are_the_operators_choice(self):
        self.booked(range(3))
        first = self.made()
        quick = self.made("--no-verify")
        self.assertEqual((quick["verified"], quick["partitions"][0]["root"]), (False, None))
        twin, restored = self.restored("--backup", quick["name"])
        self.assertEqual(restored["partitions"][0]["position"], quick["partitions"][0]["position"])
        self.assertEqual(twin.stop(), 0)
        text = house.almanac("backup", self.folder, "--no-verify", "--server",
                             f"http://{self.spine.address}", "--key", self.spine.key)
        self.assertEqual(text.returncode, 0, text.stderr)
        self.assertIn("NOT VERIFIED", text.stdout)
        self.folder = self.spine.root / "elsewhere"
        linked = self.made("--base", first["path"])
        self.assertEqual(linked["base"], first["path"])
        self.assertGreater(linked["linked_files"], 0)
        missing = self.spine.root / "nowhere"
        self.refused(self.back_up("--base", missing), NOT_FOUND, "backup_missing")
        self.assertEqual(self.spine.stop(), 0)
        self.refused(self.back_up("--base", missing, running=False), NOT_FOUND, "backup_missing")
        shutil.rmtree(first["path"])
        self.restored()


if __name__ == "__main__":
    unittest.main()
