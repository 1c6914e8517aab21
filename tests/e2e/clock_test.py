"""A wall clock that jumps stops all writing until it returns or an operator accepts it.

Shows, of log.md, "Time": "if the wall clock moves > 5 min against CLOCK_BOOTTIME, writes answer 503
`clock_jumped` until it returns or `almanac clock accept`". The server runs with a clock that the
test moves (wandering_clock.cpp); under sanitizers it cannot be preloaded.
"""
import datetime
import json
import os
import unittest

import house

WANDERING_CLOCK = os.environ.get("WANDERING_CLOCK")
HOUR = 3600
DAY = 24 * HOUR
DENIED, NOT_FOUND, REFUSED = 21, 22, 23


def seconds_between(earlier, later):
    times = [datetime.datetime.fromisoformat(text.replace("Z", "+00:00")[:19] + "+00:00")
             for text in (earlier, later)]
    return (times[1] - times[0]).total_seconds()


@unittest.skipUnless(WANDERING_CLOCK, "nothing is preloaded into this build")
class ClockTest(unittest.TestCase):
    def setUp(self):
        self.spine = house.House()
        self.addCleanup(self.spine.close)
        self.seconds = self.spine.root / "seconds"
        self.set_clock(0)
        self.start()
        self.made = 0

    def start(self):
        self.spine.start(environment={"LD_PRELOAD": WANDERING_CLOCK,
                                      "WANDERING_CLOCK_SECONDS": str(self.seconds)})
        self.api = self.spine.client()

    def tearDown(self):
        self.api.close()
        if self.spine.process:
            self.assertEqual(self.spine.stop(), 0)

    def set_clock(self, seconds):
        moved = self.seconds.with_suffix(".new")
        moved.write_text(str(seconds))
        moved.rename(self.seconds)

    def found(self):
        """Something to write; the answer."""
        self.made += 1
        return self.api.post("/v1/tenants", {
            "slug": f"salon-{self.made}", "name": "A salon", "business_type": "salon",
            "time_zone": "UTC", "currency": "EUR"})

    def clock(self, *arguments, key=None):
        done = house.almanac("clock", *arguments, "--server", f"http://{self.spine.address}",
                             "--key", key or self.spine.key, "--json")
        return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr

    def refused_while_jumped(self):
        answer = self.found()
        self.assertEqual((answer.status, answer.code), (503, "clock_jumped"), answer)
        self.assertEqual(self.api.get("/readyz").status, 503)
        code, said = self.clock()
        self.assertEqual((code, said["jumped"], said["accepted"]), (0, True, False))
        # Reading goes on.
        self.assertEqual(self.api.get("/v1/tenants").status, 200)

    def test_a_clock_that_returns_needs_nobody(self):
        self.assertEqual(self.found().status, 201)
        self.set_clock(2 * HOUR)
        self.refused_while_jumped()
        self.set_clock(0)
        self.assertEqual(self.found().status, 201)
        self.assertEqual(self.clock()[1]["jumped"], False)

    def test_a_day_ahead_and_a_day_back_stop_writing_until_the_clock_returns(self):
        for day in (DAY, -DAY):
            self.set_clock(day)
            self.refused_while_jumped()
            self.set_clock(0)
            self.assertEqual(self.found().status, 201)

    def test_a_start_a_day_back_writes_at_the_last_time_and_never_before_it(self):
        self.assertEqual(self.found().status, 201)
        self.api.close()
        self.spine.kill()
        self.set_clock(-DAY)
        self.start()
        code, said = self.clock()
        self.assertEqual((code, said["jumped"], said["standing"]), (0, False, True), said)
        ready = self.api.get("/readyz")
        self.assertEqual((ready.status, ready.json["status"]), (200, "degraded"))
        self.assertEqual(self.found().status, 201)
        self.assertEqual(self.spine.stop(), 0)
        told = house.almanac("events", "--data", self.spine.data, "--tenant", "$system")
        times = [json.loads(line)["time"] for line in told.stdout.splitlines()]
        self.assertGreater(len(times), 2)
        self.assertEqual(times, sorted(times))
        self.assertEqual(times[-1], said["now"])

    def test_an_accepted_jump_is_the_new_time_and_an_event(self):
        before = self.clock()[1]["now"]
        self.set_clock(2 * HOUR)
        self.refused_while_jumped()
        code, said = self.clock("accept")
        self.assertEqual((code, said["jumped"], said["accepted"]), (0, False, True), said)
        self.assertGreaterEqual(seconds_between(before, said["now"]), 2 * HOUR)
        self.assertEqual(self.api.get("/readyz").status, 200)
        self.assertEqual(self.found().status, 201)
        # Back again is a jump too; accepted, time stands where it was.
        self.set_clock(0)
        self.refused_while_jumped()
        code, said = self.clock("accept")
        self.assertEqual((code, said["jumped"], said["standing"]), (0, False, True), said)
        self.assertEqual(self.found().status, 201)
        self.assertEqual(self.spine.stop(), 0)
        told = house.almanac("events", "--data", self.spine.data, "--tenant", "$system", "--types",
                             "tenancy.clock_accepted")
        jumps = [json.loads(line)["data"] for line in told.stdout.splitlines()]
        for jump, hours in zip(jumps, [2, -2], strict=True):
            self.assertAlmostEqual(seconds_between(jump["expected"], jump["accepted"]),
                                   hours * HOUR, delta=2)

    def test_there_is_nothing_to_accept_while_the_clock_is_in_order(self):
        code, said = self.clock("accept")
        self.assertEqual(code, REFUSED, said)
        self.assertIn("nothing_to_accept", said)
        answer = self.api.post("/v1/admin/clock/accept", {})
        self.assertEqual((answer.status, answer.code), (422, "nothing_to_accept"))

    def test_only_an_administrator_accepts(self):
        self.assertEqual(self.found().status, 201)
        made = self.api.post("/v1/tenants/salon-1/api_keys", {"name": "k", "scopes": ["*.*:*"]})
        self.set_clock(2 * HOUR)
        self.assertEqual(self.clock("accept", key=made["key"])[0], DENIED)
        self.refused_while_jumped()


class SandboxTest(unittest.TestCase):
    def test_a_sandbox_has_no_wall_clock(self):
        spine = house.House(["--sandbox-time", "2026-12-01T08:00:00Z"]).start()
        self.addCleanup(spine.close)
        done = house.almanac("clock", "accept", "--server", f"http://{spine.address}", "--key",
                             spine.key)
        self.assertEqual(done.returncode, NOT_FOUND, done.stderr)


if __name__ == "__main__":
    unittest.main()
