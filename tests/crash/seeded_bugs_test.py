"""The campaign can fail: it finds each of three bugs built into `almanacd_seeded`, and by power
loss a log that is never synced, which no kill -9 shows.

Shows, of issue "The log is proven": a harness that cannot fail proves nothing. A bug has to be found
within so many points; the same program without a bug passes them, so that it is the bug that is
found.
"""
import os
import pathlib
import subprocess
import sys
import unittest

CAMPAIGN = pathlib.Path(__file__).resolve().parent / "campaign.py"
SEED = os.environ.get("ALMANAC_SEED", "5")
POINTS = 60


class SeededBugsTest(unittest.TestCase):
    def campaign(self, bug, points, power_loss=False):
        environment = {**os.environ, "ALMANACD": os.environ["ALMANACD_SEEDED"]}
        if not power_loss:
            environment.pop("ALMANACD_FAULTS", None)
        if bug:
            environment["ALMANAC_SEEDED_BUG"] = bug
        return subprocess.run(
            [sys.executable, "-B", str(CAMPAIGN), "--seed", SEED, "--points", str(points),
             "--jobs", "2", "--until-violation", "--discard"],
            capture_output=True, text=True, timeout=200, env=environment)

    def found(self, bug, *said, power_loss=False):
        """One of these is said."""
        ran = self.campaign(bug, POINTS, power_loss)
        print(ran.stdout[-3000:], flush=True)
        self.assertEqual(ran.returncode, 1, ran.stdout + ran.stderr)
        self.assertIn("FAILED", ran.stdout, ran.stderr)
        self.assertTrue(any(each in ran.stdout for each in said), ran.stdout)

    def test_without_a_bug_it_finds_nothing(self):
        ran = self.campaign(None, 6)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)

    def test_an_acknowledgement_before_the_sync_is_found(self):
        self.found("acknowledge_before_sync", "acknowledged and lost")

    def test_a_log_that_is_never_synced_is_found(self):
        self.found("log_not_synced", "verify (exit 15)", "acknowledged and lost", power_loss=True)

    def test_a_checkpoint_before_its_rows_is_found(self):
        self.found("checkpoint_before_rows", "its rows are not those of a rebuild")

    def test_a_tag_index_outside_of_the_batch_is_found(self):
        self.found("tags_not_in_batch", "the index of tags does not have it")


if __name__ == "__main__":
    unittest.main()
