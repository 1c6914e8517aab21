"""A log that lost its end is refused with the way out, and goes on as another log when told to.

Shows, of log.md, "Mark, recovery, forks": "log < mark is refused with the way out (restore, or
`almanac accept-loss`, which forks)", "a new log_id ... `log_forked` ... is the next event of every
tenant" and "answers bear Almanac-Log; sent back with another log's id = 409 `log_forked`".
"""
import json
import shutil
import unittest

import house
from start_test import serve, tree

DAMAGED, MARK, KEYS, REFUSED = 14, 15, 19, 23
LOST = 5


class LossTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """Bookings, an earlier copy of the log, more bookings: acknowledged, in the newer one."""
        cls.spine = house.House().start()
        cls.addClassCleanup(cls.spine.close)
        cls.salon = house.Salon(cls.spine)
        cls.kept = [cls.book(hour) for hour in range(3)]
        api = cls.spine.client("salon")
        cls.log_id = api.get("appointments").headers["almanac-log"]
        cls.events = len(house.all_events(api))
        api.close()
        assert cls.spine.stop() == 0
        cls.older = cls.spine.root / "older-log"
        shutil.copytree(cls.spine.data / "p0000" / "log", cls.older)
        cls.spine.start()
        cls.lost = [cls.book(3 + hour) for hour in range(LOST)]
        assert cls.spine.stop() == 0

    @classmethod
    def book(cls, hour):
        api = cls.spine.client("salon")
        try:
            return api.made("appointments", {
                "service_id": cls.salon.services[0], "client_id": cls.salon.clients[0],
                "start": house.instant(3, hour)})
        finally:
            api.close()

    def setUp(self):
        """A house whose directory has the log of before and the mark of now."""
        self.twin = house.House()
        self.addCleanup(self.twin.close)
        shutil.rmtree(self.twin.data)
        shutil.copytree(self.spine.data, self.twin.data)
        self.log = self.twin.data / "p0000" / "log"
        shutil.rmtree(self.log)
        shutil.copytree(self.older, self.log)

    def refused(self, code):
        before = tree(self.twin.data)
        done = serve(self.twin.data)
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        self.assertEqual(tree(self.twin.data), before)
        return done.stderr

    def accept(self, *arguments):
        return house.almanac("accept-loss", "--data", self.twin.data, *arguments)

    def test_the_refusal_names_the_way_out(self):
        said = self.refused(MARK)
        self.assertIn(f"almanac accept-loss --data {self.twin.data} --partition 0", said)
        self.assertIn(f"at least {LOST} events", said)

    def test_without_yes_it_shows_the_loss_and_changes_nothing(self):
        before = tree(self.twin.data)
        done = self.accept()
        self.assertEqual(done.returncode, REFUSED, done.stderr)
        self.assertIn("--yes", done.stderr)
        self.assertIn(f"at least {LOST} events", done.stdout)
        report = self.accept("--json")
        self.assertEqual(report.returncode, REFUSED, report.stderr)
        said = json.loads(report.stdout)
        self.assertEqual((said["missing_events"], said["accepted"], said["fork"]),
                         (LOST, False, None))
        self.assertEqual(said["refusal"]["code"], "log_behind_mark")
        self.assertEqual({said["mark"]["log_id"], said["log"]["log_id"]}, {self.log_id})
        end = int(said["log"]["position"].split("-")[1])
        self.assertEqual(said["mark"]["position"], f"0-{end + LOST}")
        self.assertEqual(tree(self.twin.data), before)
        self.refused(MARK)

    def test_an_accepted_loss_goes_on_as_another_log(self):
        done = self.accept("--yes", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        fork = json.loads(done.stdout)["fork"]
        self.assertEqual(fork["from_log_id"], self.log_id)
        self.twin.start()
        api = self.twin.client("salon", self.spine.key)
        self.addCleanup(api.close)
        for appointment in self.kept:
            answer = api.get(f"appointments/{appointment}")
            self.assertEqual(answer.status, 200, answer)
            self.assertEqual(answer.headers["almanac-log"], fork["to_log_id"])
        self.assertNotEqual(fork["to_log_id"], self.log_id)
        # The views are of this log: they show none of what is lost.
        listed = {row["id"] for row in api.pages("appointments?limit=200")}
        self.assertEqual(listed, set(self.kept))
        self.assertEqual({api.get(f"appointments/{gone}").status for gone in self.lost}, {404})
        old = api.get("appointments", Almanac_Log=self.log_id)
        self.assertEqual((old.status, old.code), (409, "log_forked"), old)
        self.assertEqual(api.get("appointments", Almanac_Log=fork["to_log_id"]).status, 200)
        events = house.all_events(api)
        self.assertEqual([event["type"] for event in events[self.events:]], ["log_forked"])
        self.assertEqual(events[-1]["data"]["from_log_id"], self.log_id)
        self.assertEqual(events[-1]["data"]["size"], self.events)
        # What is lost is free again, and is written under keys that are there.
        again = api.post("appointments", {
            "service_id": self.salon.services[0], "client_id": self.salon.clients[0],
            "start": house.instant(3, 3), "client_notes": "once more"})
        self.assertEqual(again.status, 201, again)
        self.assertEqual(self.twin.stop(), 0)
        self.twin.start()
        self.assertEqual(self.twin.stop(), 0)
        self.assertEqual(self.accept("--yes").returncode, REFUSED)  # there is nothing any more

    def test_a_log_that_was_cut_is_refused_and_accepted_as_well(self):
        shutil.rmtree(self.log)
        shutil.copytree(self.spine.data / "p0000" / "log", self.log)
        newest = max(self.log.glob("*.log"))
        newest.write_bytes(newest.read_bytes()[:newest.stat().st_size // 2])
        self.refused(MARK)
        self.assertEqual(self.accept("--yes").returncode, 0)
        self.twin.start()
        self.assertEqual(self.twin.stop(), 0)

    def test_an_older_log_laid_over_the_newer_one_is_damage(self):
        newer = self.spine.data / "p0000" / "log"
        shutil.rmtree(self.log)
        shutil.copytree(newer, self.log)
        shutil.copytree(self.older, self.log, dirs_exist_ok=True)
        self.refused(DAMAGED)
        before = tree(self.twin.data)
        self.assertEqual(self.accept("--yes").returncode, DAMAGED)
        self.assertEqual(tree(self.twin.data), before)

    def test_the_master_key_is_needed_as_for_a_start(self):
        key = self.twin.data / "master.key"
        key.write_bytes(bytes(range(32)))
        before = tree(self.twin.data)
        self.assertEqual(self.accept("--yes").returncode, KEYS)
        key.unlink()
        self.assertEqual(self.accept("--yes").returncode, KEYS)
        key.write_bytes((self.spine.data / "master.key").read_bytes())
        key.chmod(0o600)
        self.assertEqual(tree(self.twin.data)["p0000/mark"], before["p0000/mark"])
        self.refused(MARK)


if __name__ == "__main__":
    unittest.main()
