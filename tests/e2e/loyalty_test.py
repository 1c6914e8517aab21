"""Loyalty and referral of a real server, over HTTP, by a sandbox's clock.

Shows, of the domain page "Loyalty and referral": points earned by what is completed and paid, spent
as a means of payment, taken back by refunds, ended to the day; reservations that end; referrals from
the code to the reward; birthday points; each effect once, also across kills; and of its issue "two
concurrent redemptions of the last points -> one" and "Bad input: each its code".
"""
import threading
import unittest

import house

START = "2030-01-01T08:00:00Z"


def euros(cents):
    return {"amount": cents, "currency": "EUR"}


class LoyaltyTest(unittest.TestCase):
    def setUp(self):
        self.spine = house.House(["--sandbox-time", START]).start()
        self.addCleanup(self.spine.close)
        self.salon = house.Salon(self.spine, clients=3)
        self.connect()
        self.now = START
        self.hours = iter(range(10, 200))

    def connect(self):
        self.api = self.spine.client("salon")
        self.addCleanup(self.api.close)

    def kill(self):
        self.api.close()
        self.spine.kill()
        self.spine.start()
        self.connect()

    def move(self, now):
        """Answers when every policy, timer and view is there."""
        self.now = now
        moved = self.api.post("/v1/admin/clock", {"now": now})
        self.assertEqual(moved.status, 200, moved)

    def settle(self):
        self.move(self.now)

    def programme(self, **fields):
        programme = self.api.made("loyalty_programs", {
            "name": "Club", "points_per_currency_unit_ppm": 1_000_000,
            "redemption": {"points": 100, "value": euros(500)}, "tiers": [], **fields})
        self.does(f"loyalty_programs/{programme}/activate")
        return programme

    def member(self, client):
        return {"kind": "client", "id": self.salon.clients[client]}

    def enrol(self, client=0):
        return self.api.made("loyalty_accounts", {"member": self.member(client)})

    def does(self, path, body=None, status=200, code=None):
        answer = self.api.post(path, body or {})
        self.assertEqual((answer.status, answer.code), (status, code), answer)
        return answer

    def refused(self, path, body, status, code):
        self.does(path, body, status, code)

    def code_of(self, account):
        made = self.api.post("referral_codes", {"account_id": account})
        self.assertEqual(made.status, 201, made)
        return made["code"]

    def booked(self, client=0):
        hour = next(self.hours)
        start = f"2030-02-{1 + hour // 24:02}T{hour % 24:02}:00:00Z"
        return self.api.made("appointments", {
            "service_id": self.salon.services[0], "client_id": self.salon.clients[client],
            "start": start})

    def completed(self, cents, client=0):
        appointment = self.booked(client)
        self.does(f"appointments/{appointment}/start")
        self.does(f"appointments/{appointment}/complete", {"final_price": euros(cents)})
        return appointment

    def visited(self, cents, client=0):
        """Completed and paid with a card."""
        appointment = self.completed(cents, client)
        self.does(f"appointments/{appointment}/record_payment",
                  {"amount": euros(cents), "method": "card"})
        self.settle()
        return appointment

    def refund(self, appointment, cents, **more):
        self.does(f"appointments/{appointment}/refund",
                  {"amount": euros(cents), "reason": "burnt", **more})
        self.settle()

    def reserved(self, account, points):
        return self.api.made("redemptions", {"account_id": account, "points": points})

    def balance(self, account):
        row = house.answered(self.api, f"loyalty_accounts/{account}")["balance"]
        return row["available"], row["pending"], row["reserved"]

    def ledger(self, account):
        return list(self.api.pages(f"loyalty_accounts/{account}/ledger?limit=200"))

    def events(self, kind):
        return house.all_events(self.api, f"loyalty.{kind}")

    def test_from_the_first_visit_to_the_refund(self):
        self.programme()
        account = self.enrol()
        first = self.visited(10_000)
        self.assertEqual(self.balance(account), (100, 0, 0))
        redemption = self.reserved(account, 80)
        self.assertEqual(self.balance(account), (20, 0, 80))
        row = house.answered(self.api, f"redemptions/{redemption}")
        self.assertEqual((row["status"], row["value"]), ("reserved", euros(400)))
        # 4.00 of 10.00 in points: the other 6.00 earn.
        second = self.completed(1_000)
        pays = f"appointments/{second}/record_payment"
        with_points = {"amount": euros(400), "method": "points", "reference": redemption}
        self.does(pays, with_points)
        self.does(pays, {"amount": euros(600), "method": "card"})
        self.settle()
        self.assertEqual(house.answered(self.api, f"redemptions/{redemption}")["status"],
                         "committed")
        self.assertEqual(house.answered(self.api, f"appointments/{second}")["payment_status"],
                         "paid")
        self.assertEqual(self.balance(account), (26, 0, 0))
        self.refused(pays, with_points, 409, "loyalty.redemption_expired")
        # Points come back as points; what was spent of money taken back is owed.
        self.refund(second, 400, method="points", reference=redemption)
        self.assertEqual(house.answered(self.api, f"redemptions/{redemption}")["status"],
                         "refunded")
        self.assertEqual(self.balance(account), (106, 0, 0))
        self.does(f"redemptions/{self.reserved(account, 90)}/commit")
        self.refund(first, 10_000)
        self.assertEqual(self.balance(account), (-84, 0, 0))
        self.visited(10_000)
        self.assertEqual(self.balance(account), (16, 0, 0))
        rows = self.ledger(account)
        self.assertEqual(sum(row["points"] for row in rows), 16)
        self.assertEqual(sorted(row["kind"] for row in rows),
                         ["earn", "earn", "earn", "redeem", "redeem", "restore", "reverse"])

    def test_points_end_with_their_day_and_once(self):
        self.programme(expiry={"kind": "after_days", "days": 10})
        account = self.enrol()
        self.visited(10_000)
        self.move("2030-01-11T23:59:59Z")
        self.assertEqual(self.balance(account), (100, 0, 0))
        self.assertEqual(self.events("points_expired"), [])
        for _ in range(2):
            self.move("2030-01-20T00:00:00Z")
            self.assertEqual(self.balance(account), (0, 0, 0))
            ended = self.events("points_expired")
            self.assertEqual([(each["time"], each["data"]["effective_at"], each["data"]["points"])
                              for each in ended],
                             [("2030-01-12T00:00:00Z", "2030-01-12T00:00:00Z", -100)])
            self.kill()

    def test_a_reservation_ends_at_its_time(self):
        self.programme()
        account = self.enrol()
        self.visited(10_000)
        lapsed = self.reserved(account, 60)
        cancelled = self.reserved(account, 40)
        self.assertEqual(self.balance(account), (0, 0, 100))
        self.does(f"redemptions/{cancelled}/cancel")
        self.settle()
        self.assertEqual(self.balance(account), (40, 0, 60))
        self.move("2030-01-01T08:29:59Z")
        self.assertEqual(self.balance(account), (40, 0, 60))
        self.move("2030-01-01T08:30:00Z")
        self.assertEqual(self.balance(account), (100, 0, 0))
        self.assertEqual(house.answered(self.api, f"redemptions/{lapsed}")["status"], "expired")
        for what in ("commit", "cancel"):
            self.refused(f"redemptions/{lapsed}/{what}", {}, 409, "loyalty.redemption_expired")
        self.assertEqual([each["time"] for each in self.events("redemption_expired")],
                         ["2030-01-01T08:30:00Z"])

    def test_of_concurrent_redemptions_of_the_last_points_one_succeeds(self):
        self.programme()
        account = self.enrol()
        self.visited(10_000)
        ready, told = threading.Barrier(8), []

        def redeem():
            api = self.spine.client("salon")
            ready.wait()
            answer = api.post("redemptions", {"account_id": account, "points": 80})
            told.append((answer.status, answer.code))
            api.close()

        threads = [threading.Thread(target=redeem) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        self.assertEqual(sorted(told, key=str),
                         [(201, None)] + [(409, "loyalty.insufficient_points")] * 7)
        self.assertEqual(self.balance(account), (20, 0, 80))

    def test_a_referral_from_the_code_to_the_reward(self):
        self.programme(points_for_referral=200, points_for_referee=50, referral_return_days=14,
                       referral_expires_days=90)
        referrer, newcomer = self.enrol(0), self.enrol(1)
        code = self.code_of(referrer)
        self.assertRegex(code, "^[2-9A-HJKMNP-TV-Z]{8,20}$")
        brought, idle = (
            self.api.made("referrals", {"code": code.lower(), "referee": self.member(client)})
            for client in (1, 2))
        visit = self.visited(1_000, client=1)
        row = house.answered(self.api, f"referrals/{brought}")
        self.assertEqual((row["status"], row["reward_due"]),
                         ("converted", "2030-01-15T08:00:00Z"))
        self.move("2030-01-15T07:59:59Z")
        self.assertEqual(self.balance(referrer), (0, 0, 0))
        for _ in range(2):
            self.move("2030-01-15T08:00:00Z")
            self.assertEqual(self.balance(referrer), (200, 0, 0))
            self.assertEqual(self.balance(newcomer), (60, 0, 0))
            self.kill()
        self.assertEqual(house.answered(self.api, f"referrals/{brought}")["status"], "rewarded")
        self.refund(visit, 1_000)  # after the window: the reward stays
        self.assertEqual(self.balance(referrer), (200, 0, 0))
        self.assertEqual(self.balance(newcomer), (50, 0, 0))
        self.move("2030-04-02T08:00:00Z")
        self.assertEqual(house.answered(self.api, f"referrals/{idle}")["status"], "expired")
        self.assertEqual([each["time"] for each in self.events("referral_expired")],
                         ["2030-04-01T08:00:00Z"])

    def test_a_refund_in_the_window_reverses_the_referral(self):
        self.programme(points_for_referral=200, referral_return_days=14)
        referrer = self.enrol(0)
        code = self.code_of(referrer)
        referral = self.api.made("referrals", {"code": code, "referee": self.member(1)})
        visit = self.visited(1_000, client=1)
        self.refund(visit, 1_000)
        self.move("2030-03-01T00:00:00Z")
        self.assertEqual(house.answered(self.api, f"referrals/{referral}")["status"], "reversed")
        self.assertEqual(self.balance(referrer), (0, 0, 0))

    def test_birthday_points_come_once_a_year_on_the_first_of_the_month(self):
        self.programme(points_for_birthday=100)
        account = self.enrol(0)
        self.enrol(1)  # nobody knows when they were born
        changed = self.api.send("PATCH", f"clients/{self.salon.clients[0]}",
                                {"birth_date": "1990-02-17"})
        self.assertEqual(changed.status, 200, changed)
        self.move("2030-01-31T23:59:59Z")
        self.assertEqual(self.balance(account), (0, 0, 0))
        self.move("2030-02-01T00:00:00Z")
        self.assertEqual(self.balance(account), (100, 0, 0))
        self.kill()
        self.move("2032-01-31T23:59:59Z")
        self.assertEqual(self.balance(account), (200, 0, 0))
        self.assertEqual(
            [(each["time"], each["data"]["reason"], each["data"]["source"]["kind"])
             for each in self.events("points_earned")],
            [("2030-02-01T00:00:00Z", "birthday", "birthday_2030"),
             ("2031-02-01T00:00:00Z", "birthday", "birthday_2031")])

    def test_a_kill_loses_no_points_and_doubles_none(self):
        self.programme()
        account = self.enrol()
        for visits in range(1, 4):
            appointment = self.completed(1_000)
            self.does(f"appointments/{appointment}/record_payment",
                      {"amount": euros(1_000), "method": "card"})
            self.kill()  # before or after the policy has seen it
            self.settle()
            self.assertEqual(self.balance(account), (10 * visits, 0, 0))
        self.assertEqual(len(self.events("points_earned")), 3)

    def test_bad_input_each_its_code(self):
        programme = self.programme(minimum_redemption=50, maximum_share_ppm=500_000)
        account = self.enrol()
        other = self.enrol(1)
        redeem = {"account_id": account, "points": 100}
        self.refused("redemptions", redeem, 409, "loyalty.insufficient_points")
        self.refused("redemptions", {**redeem, "points": 49}, 422, "loyalty.below_minimum")
        adjust = f"loyalty_accounts/{account}/adjust"
        self.refused(adjust, {"points": -1, "reason": "x"}, 422, "loyalty.below_floor")
        self.refused("loyalty_accounts", {"member": self.member(0)}, 409,
                     "loyalty.already_enrolled")
        self.refused(f"loyalty_accounts/{account}/transfer", {"to": other, "points": 1}, 422,
                     "loyalty.transfers_not_allowed")
        second = self.api.made("loyalty_programs", {
            "name": "Other", "points_per_currency_unit_ppm": 0,
            "redemption": {"points": 1, "value": euros(1)}, "tiers": []})
        self.refused(f"loyalty_programs/{second}/activate", {}, 409, "loyalty.program_active")
        self.does(adjust, {"points": 100, "reason": "a gift"})
        paid = self.completed(999)
        self.refused(f"appointments/{paid}/record_payment",
                     {"amount": euros(500), "method": "points",
                      "reference": house.MISSING}, 422, "validation_failed")
        redemption = self.reserved(account, 100)
        self.refused(f"appointments/{paid}/record_payment",
                     {"amount": euros(500), "method": "points", "reference": redemption}, 422,
                     "loyalty.share_limit")
        self.does(f"redemptions/{redemption}/cancel")
        self.does(f"loyalty_accounts/{account}/freeze")
        self.refused("redemptions", redeem, 409, "loyalty.account_frozen")
        self.does(f"loyalty_accounts/{account}/unfreeze")
        self.does(f"loyalty_programs/{programme}/stop")
        self.refused("redemptions", redeem, 422, "loyalty.no_active_program")

    def test_referrals_of_oneself_and_wrong_codes_are_refused(self):
        self.programme()
        contacts = ({"email": "lucia@example.com"}, {"phone": "+34600111222"})
        code = self.code_of(self.enrol(0))
        self.refused("referrals", {"code": code, "referee": self.member(0)}, 422,
                     "loyalty.self_referral")
        for contact in contacts:
            person = self.api.made("clients", {"first_name": "Lucía", **contact})
            account = self.api.made("loyalty_accounts", {"member": {"kind": "client", "id": person}})
            own = self.code_of(account)
            # Gone, and back as somebody new with the same address.
            self.assertEqual(self.api.send("DELETE", f"clients/{person}").status, 200)
            again = self.api.made("clients", {"first_name": "Lu", **contact})
            self.refused("referrals", {"code": own, "referee": {"kind": "client", "id": again}},
                         422, "loyalty.self_referral")
        for wrong in ("0" + code[1:], "Ñ" + code[1:], "2222222222"):
            self.refused("referrals", {"code": wrong, "referee": self.member(1)}, 422,
                         "loyalty.code_unknown")
        self.does("referrals", {"code": code, "referee": self.member(1)}, 201)
        self.refused("referrals", {"code": code, "referee": self.member(1)}, 409,
                     "loyalty.already_referred")
        self.visited(1_000, client=2)
        self.refused("referrals", {"code": code, "referee": self.member(2)}, 422,
                     "loyalty.referee_not_new")

    def test_an_account_holds_so_many_points_and_no_more(self):
        self.programme()
        account = self.enrol()
        adjust = f"loyalty_accounts/{account}/adjust"
        much = 1_000_000_000
        over = self.api.post(adjust, {"points": much + 1, "reason": "x"})
        self.assertEqual((over.status, [each["pointer"] for each in over["errors"]]),
                         (422, ["/points"]))
        for _ in range(1_000):
            self.does(adjust, {"points": much, "reason": "x"})
        self.refused(adjust, {"points": 1, "reason": "x"}, 422, "loyalty.points_overflow")
        self.assertEqual(self.balance(account), (1_000 * much, 0, 0))


if __name__ == "__main__":
    unittest.main()
