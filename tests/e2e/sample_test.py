"""The sample salon's year of points on a real server that keeps real time, as `ops/run` loads it.

Shows that visits entered with the days they were earn by the policies, that the accounts, their
ledgers and the report agree, and that what `ops/tour.py` prints can be pasted.
"""
import json
import pathlib
import re
import subprocess
import sys
import unittest

import house

ROOT = pathlib.Path(__file__).resolve().parents[2]
SALON = "bella-hair-salon"


class SampleTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.spine = house.House().start()
        cls.addClassCleanup(cls.spine.close)
        cls.first = cls.load()

    @classmethod
    def load(cls):
        ran = house.almanac("sample", SALON, "--server", f"http://{cls.spine.address}",
                            "--key", cls.spine.key, "--json")
        if ran.returncode != 0:
            raise AssertionError(ran.stderr)
        return json.loads(ran.stdout)

    def setUp(self):
        self.api = self.spine.client(SALON)
        self.addCleanup(self.api.close)

    def accounts(self):
        ids = [row["id"] for row in self.api.pages("loyalty_accounts?limit=200")]
        return [house.answered(self.api, f"loyalty_accounts/{each}").json for each in ids]

    def test_a_second_run_changes_nothing(self):
        self.assertTrue(self.first["changed"])
        self.assertEqual(self.first["created"]["loyalty_accounts"], 8)
        self.assertFalse(self.load()["changed"])

    def test_every_balance_is_the_sum_of_its_buckets_and_of_its_ledger(self):
        kinds = set()
        for account in self.accounts():
            balance = account["balance"]
            self.assertEqual(balance["available"] + balance["pending"],
                             sum(bucket["remaining"] for bucket in account["buckets"]), account)
            rows = list(self.api.pages(f"loyalty_accounts/{account['id']}/ledger?limit=50"))
            self.assertEqual(sum(balance.values()), sum(row["points"] for row in rows), rows)
            kinds |= {row["kind"] for row in rows}
        self.assertEqual(kinds, {"earn", "redeem", "expire", "reverse"})
        self.assertGreater(len({account["tier"] for account in self.accounts()}), 2)

    def test_one_account_is_frozen_and_one_referral_rewarded(self):
        frozen = [each for each in self.accounts() if each["status"] == "frozen"]
        self.assertEqual(len(frozen), 1)
        refused = self.api.post("redemptions", {"account_id": frozen[0]["id"], "points": 50})
        self.assertEqual((refused.status, refused.code), (409, "loyalty.account_frozen"))
        referrals = list(self.api.pages("referrals"))
        self.assertEqual([each["status"] for each in referrals], ["rewarded"])

    def test_the_report_has_what_the_accounts_have(self):
        report = house.answered(self.api, "reports/loyalty?period=month")
        balances = [sum(account["balance"].values()) for account in self.accounts()]
        self.assertEqual(report["data"][-1]["outstanding_end"], sum(balances))
        # 100 points are worth 5.00.
        self.assertEqual(report["data"][-1]["liability"],
                         {"amount": sum(balances) * 5, "currency": "EUR"})

    def test_the_lines_of_the_tour_can_be_pasted(self):
        url = f"http://{self.spine.address}"
        printed = subprocess.run([sys.executable, "-B", ROOT / "ops/tour.py", url, self.spine.key,
                                  SALON], capture_output=True, text=True, timeout=60, check=True)
        asked = re.findall(r'"\$AT/(loyalty_accounts/[^"]+|reports/loyalty[^"]*)"', printed.stdout)
        self.assertEqual(len(asked), 2, printed.stdout)
        for path in asked:
            self.assertEqual(house.answered(self.api, path).status, 200, path)


if __name__ == "__main__":
    unittest.main()
