"""Reports of the loyalty programme on a real server: as of a day they are what that day said.

Shows, of loyalty: "replay to any date = the report of that date", with points that expire by the
calendar while timers book it, a reservation that ends by its timer, and a server that dies.
"""
import unittest

import house

START = "2030-01-01T00:00:00Z"
REPORTS = ("loyalty", "loyalty_leaderboard", "loyalty_leaderboard?by=balance",
           "loyalty_leaderboard?period=month", "referral_funnel", "loyalty_tiers",
           "points_expiring")


def at(day, hour, minute=0):
    return f"2030-01-{day:02}T{hour:02}:{minute:02}:00Z"


class LoyaltyReportsTest(unittest.TestCase):
    def setUp(self):
        self.spine = house.House(["--sandbox-time", START]).start()
        self.addCleanup(self.spine.close)
        salon = house.Salon(self.spine, clients=2)
        self.api = self.spine.client("salon")
        self.addCleanup(lambda: self.api.close())
        programme = self.api.made("loyalty_programs", {
            "name": "Club", "points_per_currency_unit_ppm": 1_000_000, "transfers_allowed": True,
            "redemption": {"points": 100, "value": {"amount": 500, "currency": "EUR"}},
            "expiry": {"kind": "after_days", "days": 5}})
        self.done(f"loyalty_programs/{programme}/activate")
        self.first, self.second = (
            self.api.made("loyalty_accounts", {"member": {"kind": "client", "id": client}})
            for client in salon.clients)

    def done(self, path, **body):
        answer = self.api.post(path, body)
        self.assertEqual(answer.status, 200, f"{path}: {answer}")

    def move(self, now):
        answer = self.api.post("/v1/admin/clock", {"now": now})
        self.assertEqual(answer.status, 200, answer)

    def told(self, day):
        """What every report says as of a day."""
        told = {}
        for report in REPORTS:
            joint = "&" if "?" in report else "?"
            answer = self.api.get(f"reports/{report}{joint}as_of={at(day, 0)[:10]}")
            self.assertEqual(answer.status, 200, answer)
            told[report] = answer.json
        return told

    def month(self, **asked):
        more = "".join(f"&{name}={value}" for name, value in asked.items())
        return self.api.get(f"reports/loyalty?from=2030-01-01{more}")["data"][0]

    def happen(self, day):
        first, second = self.first, self.second
        if day == 1:
            self.done(f"loyalty_accounts/{first}/adjust", points=100, reason="welcome")
        if day == 2:
            self.done(f"loyalty_accounts/{second}/adjust", points=40, reason="welcome")
            spent = self.api.made("redemptions", {"account_id": first, "points": 30})
            self.done(f"redemptions/{spent}/commit")
        if day == 4:
            self.done(f"loyalty_accounts/{first}/transfer", to=second, points=20)
        if day == 5:  # its timer gives them back
            self.api.made("redemptions", {"account_id": second, "points": 10})
        if day == 8:
            self.done(f"loyalty_accounts/{second}/adjust", points=5, reason="sorry")

    def test_as_of_a_day_they_are_what_that_day_said(self):
        then = {}
        for day in range(1, 13):
            self.move(at(day, 12))
            self.happen(day)
            self.move(at(day, 23, 30))
            then[day] = self.told(day)
        for day, told in then.items():
            self.assertEqual(self.told(day), told, day)
        self.spine.kill()
        self.spine.start()
        self.api.close()
        self.api = self.spine.client("salon")
        for day, told in then.items():
            self.assertEqual(self.told(day), told, day)
        self.assertEqual([then[day]["loyalty"]["data"][-1]["expired"] for day in (5, 6, 7)],
                         [0, 70, 110])

    def test_a_row_adds_up_and_is_what_the_accounts_have(self):
        for day in range(1, 13):
            self.move(at(day, 12))
            self.happen(day)
            row = self.month()
            self.assertEqual(
                row["outstanding_end"],
                row["outstanding_begin"] + row["issued"]["total"] + row["restored"]
                - row["redeemed"] - row["expired"] - row["reversed"] + row["adjusted"], row)
            balances = [self.api.get(f"loyalty_accounts/{each}")["balance"]
                        for each in (self.first, self.second)]
            for part in ("available", "pending", "reserved"):
                self.assertEqual(row["outstanding"][part],
                                 sum(balance[part] for balance in balances), (day, part))
        self.assertEqual((row["issued"]["adjust"], row["redeemed"], row["expired"],
                          row["outstanding_end"]), (145, 30, 110, 5))
        self.assertEqual(row["liability"], {"amount": 25, "currency": "EUR"})


if __name__ == "__main__":
    unittest.main()
