"""A loyalty account over HTTP: one shape wherever it is read, and who may read why it was adjusted.

Shows the lines of loyalty in the list of routes: `GET loyalty_accounts/{id}`, the same row in
`GET loyalty_accounts?member_id=`, with `as_of` and as `resource` of a command, and `…/{id}/ledger`.
"""
import unittest

import house

SHOWN = {"id", "member", "status", "enrolled_at", "balance", "tier", "tier_is_set", "tier_until",
         "next_tier", "points_to_next_tier", "lifetime_points", "buckets", "last_activity_on",
         "revision", "created_at", "updated_at"}


class LoyaltyAccountTest(house.SalonTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        api = cls.spine.client("salon")
        programme = api.made("loyalty_programs", {
            "name": "Club", "points_per_currency_unit_ppm": 1_000_000,
            "redemption": {"points": 100, "value": {"amount": 500, "currency": "EUR"}},
            "tiers": [{"name": "silver", "threshold": 50}]})
        api.made(f"loyalty_programs/{programme}/activate", {})
        api.close()

    def setUp(self):
        super().setUp()
        self.member = self.api.made("clients", {"first_name": "Ana"})
        self.account = self.api.made("loyalty_accounts",
                                     {"member": {"kind": "client", "id": self.member}})
        self.path = f"loyalty_accounts/{self.account}"

    def adjust(self, points, **headers):
        answer = self.api.post(f"{self.path}/adjust", {"points": points, "reason": "She waited."},
                               **headers)
        self.assertEqual(answer.status, 200, answer)
        return answer

    def test_an_account_is_the_same_wherever_it_is_read(self):
        before = self.api.get(self.path)
        changed = self.adjust(30, Prefer="return=representation")
        row = self.api.get(self.path)
        self.assertEqual(row.status, 200, row)
        self.assertEqual(set(row.json), SHOWN)
        self.assertEqual(row["balance"], {"available": 30, "pending": 0, "reserved": 0})
        self.assertEqual([each["remaining"] for each in row["buckets"]], [30])
        self.assertEqual((row["next_tier"], row["points_to_next_tier"]), ("silver", 50))
        self.assertEqual(changed["resource"], row.json)
        listed = self.api.get(f"loyalty_accounts?member_id={self.member}")
        self.assertEqual(listed["data"], [row.json])
        past = self.api.get(f"{self.path}?as_of={before.headers['almanac-position']}")
        self.assertEqual(past.json, before.json)

    def test_the_ledger_opens_reasons_for_those_who_may_read_them(self):
        self.adjust(30)
        self.adjust(-10)
        page = self.api.get(f"{self.path}/ledger?limit=1")
        self.assertEqual(page.status, 200, page)
        self.assertEqual(set(page["data"][0]),
                         {"time", "kind", "points", "balance_after", "reason", "source"})
        rows = list(self.api.pages(f"{self.path}/ledger?limit=1"))
        self.assertEqual([(row["kind"], row["points"], row["balance_after"], row["reason"])
                          for row in rows],
                         [("adjust", -10, 20, "She waited."), ("adjust", 30, 30, "She waited.")])
        key = self.api.post("api_keys", {"name": "desk", "scopes": ["loyalty.*:read"]})["key"]
        desk = self.spine.client("salon", key)
        self.addCleanup(desk.close)
        masked = desk.get(f"{self.path}/ledger")
        self.assertEqual(masked.status, 200, masked)
        self.assertEqual([row["reason"] for row in masked["data"]], [None, None])
        self.assertIn("data.reason", masked["masked"])

    def test_reports_of_members_answer(self):
        self.adjust(30)
        tiers = self.api.get("reports/loyalty_tiers")
        self.assertEqual([row["tier"] for row in tiers["data"]], [None, "silver"])
        self.assertGreaterEqual(tiers["members"], 1)
        self.assertEqual(self.api.get("reports/points_expiring?days=30")["points"], 0)
        self.assertEqual(self.api.get("reports/points_expiring?days=0").code, "validation_failed")


if __name__ == "__main__":
    unittest.main()
