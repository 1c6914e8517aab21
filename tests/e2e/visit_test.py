"""A visit from the hold to the refund, and a date on which a chair works otherwise, over HTTP.

Shows, of the domain page "Scheduling": the lifecycle with its actual times, payment facts and the
status derived from them, holds that are booked by naming them, and overrides.
"""
import unittest

import house

DAY = 3


class VisitTest(house.SalonTest):
    def row(self, appointment):
        return house.answered(self.api, f"appointments/{appointment}").json

    def does(self, appointment, what, body=None, status=200, code=None):
        answer = self.api.post(f"appointments/{appointment}/{what}", body or {})
        self.assertEqual((answer.status, answer.code), (status, code), answer)
        return answer

    def test_from_the_hold_to_the_refund(self):
        start = house.instant(DAY, 10)
        held = self.api.post("holds", {"service_id": self.service, "start": start,
                                       "ttl_seconds": 600})
        self.assertEqual(held.status, 201, held)
        self.assertIn("expires_at", held.json)
        hold = held["id"]
        self.assertEqual(held.headers["location"], f"/v1/tenants/salon/holds/{hold}")
        self.assertNotIn(start, house.free_starts(self.api, self.service, DAY))
        taken = self.api.post("appointments", self.booking(start))
        self.assertEqual((taken.status, taken.code), (409, "scheduling.slot_taken"))
        wrong = self.api.post("appointments", self.booking(house.instant(DAY, 12), hold_id=hold))
        self.assertEqual(wrong.status, 422, wrong)
        self.assertEqual([(e["pointer"], e["code"]) for e in wrong["errors"]],
                         [("/start", "differs_from_hold")])
        appointment = self.api.made("appointments", self.booking(start, hold_id=hold))
        self.assertEqual(self.api.get(f"holds/{hold}")["status"], "booked")
        self.assertEqual(self.row(appointment)["hold_id"], hold)

        self.does(appointment, "check_in")
        self.does(appointment, "check_in", status=409, code="scheduling.invalid_transition")
        self.does(appointment, "start")
        self.does(appointment, "no_show", status=409, code="scheduling.invalid_transition")
        row = self.row(appointment)
        self.assertEqual((row["status"], row["payment_status"]), ("in_progress", "pending"))
        self.assertTrue(row["checked_in_at"] <= row["actual_start"])
        self.does(appointment, "complete",
                  {"final_price": {"amount": 3000, "currency": "EUR"}})

        euros = {"amount": 3000, "currency": "EUR"}
        self.does(appointment, "refund", {"amount": euros, "reason": "burnt"}, 422,
                  "scheduling.refund_exceeds_paid")
        self.does(appointment, "record_payment", {"amount": euros, "method": "card"})
        self.assertEqual(self.row(appointment)["payment_status"], "paid")
        self.does(appointment, "refund", {"amount": {"amount": 500, "currency": "EUR"},
                                          "reason": "burnt"})
        row = self.row(appointment)
        self.assertEqual((row["payment_status"], row["paid"]["amount"], row["refunded"]["amount"]),
                         ("partially_refunded", 3000, 500))
        types = [event["type"].split("_", 1)[1]
                 for event in self.api.pages(f"appointments/{appointment}/history")]
        self.assertEqual(types, ["booked", "checked_in", "started", "completed", "recorded",
                                 "refunded"])

    def test_bad_input_of_payments_and_holds(self):
        appointment = self.api.made("appointments", self.booking(house.instant(DAY, 10)))
        for body, pointer in (
                ({"amount": {"amount": 0, "currency": "EUR"}, "method": "card"}, "/amount/amount"),
                ({"amount": {"amount": 5, "currency": "USD"}, "method": "card"},
                 "/amount/currency"),
                ({"amount": {"amount": 5, "currency": "EUR"}, "method": "beads"}, "/method"),
                ({"amount": {"amount": 5, "currency": "EUR"}}, "/method"),
                ({"amount": {"amount": 5, "currency": "EUR"}, "method": "cash",
                  "paid_at": house.instant(DAY)}, "/paid_at")):
            answer = self.api.post(f"appointments/{appointment}/record_payment", body)
            self.assertEqual(answer.status, 422, answer)
            self.assertIn(pointer, [e["pointer"] for e in answer["errors"]], answer)
        for ttl in (29, 1801):
            answer = self.api.post("holds", {"service_id": self.service,
                                             "start": house.instant(DAY, 12), "ttl_seconds": ttl})
            self.assertEqual([e["pointer"] for e in answer["errors"]], ["/ttl_seconds"])
        answer = self.api.post(f"holds/{house.MISSING}/release", {})
        self.assertEqual((answer.status, answer.code), (404, "scheduling.hold_not_found"))

    def test_a_pending_one_is_confirmed_by_its_payment(self):
        service = house.Salon.add_service(self.api, "Prepaid", [self.chair],
                                          requires_payment=True,
                                          deposit={"kind": "rate", "rate_ppm": 200000})
        booked = self.api.made("appointments",
                               {**self.booking(house.instant(DAY, 14)), "service_id": service})
        row = self.row(booked)
        self.assertEqual((row["status"], row["deposit"]["amount"]), ("pending", 500))
        self.does(booked, "record_payment",
                  {"amount": {"amount": 500, "currency": "EUR"}, "method": "transfer"})
        row = self.row(booked)
        self.assertEqual((row["status"], row["payment_status"]), ("confirmed", "deposit_paid"))

    def test_another_chair_takes_over(self):
        other = house.Salon.add_chair(self.api, "Another")
        service = house.Salon.add_service(self.api, "Shared", [self.chair, other])
        start = house.instant(DAY, 10)
        first = self.api.made("appointments", {**self.booking(start), "service_id": service,
                                               "resource_ids": [self.chair]})
        self.does(first, "reassign", {"resource_ids": [other]})
        self.assertEqual([r["id"] for r in self.row(first)["resources"]], [other])
        second = self.api.made("appointments", {**self.booking(start), "service_id": service})
        self.assertEqual([r["id"] for r in self.row(second)["resources"]], [self.chair])
        self.does(second, "reassign", {"resource_ids": [other]}, 409, "scheduling.slot_taken")

    def test_an_override_of_a_date(self):
        date = house.instant(DAY)[:10]
        path = f"resources/{self.chair}/overrides/{date}"
        booked = self.api.made("appointments", self.booking(house.instant(DAY, 10)))
        put = self.api.send("PUT", path, {"closed": True, "reason": "fair"})
        self.assertEqual((put.status, put["conflicts"]), (200, [booked]), put)
        self.assertEqual(put.headers["etag"], '"1"')
        self.assertEqual(house.free_starts(self.api, self.service, DAY), [])
        answer = self.api.get(f"slots?service_id={self.service}&from={house.instant(DAY)}"
                              f"&to={house.instant(DAY + 1)}&time_zone=UTC")
        self.assertEqual([day["reason"] for day in answer["days"]], ["closed"])
        refused = self.api.post("appointments", self.booking(house.instant(DAY, 15)))
        self.assertEqual(refused.code, "scheduling.outside_working_time")
        stale = self.api.send("PUT", path, {"closed": True}, {"If-Match": '"7"'})
        self.assertEqual((stale.status, stale.code), (412, "precondition_failed"))
        put = self.api.send("PUT", path, {"windows": [{"from": "20:00", "to": "23:00"}]},
                            {"If-Match": '"1"', "Prefer": "return=representation"})
        self.assertEqual((put.status, put.headers["etag"]), (200, '"2"'), put)
        self.assertEqual((put["resource"]["date"], put["resource"]["closed"]), (date, False))
        self.assertEqual(house.free_starts(self.api, self.service, DAY)[0],
                         house.instant(DAY, 20))
        rows = list(self.api.pages(f"overrides?resource_id={self.chair}"))
        self.assertEqual([row["date"] for row in rows], [date])
        gone = self.api.send("DELETE", path)
        self.assertEqual(gone.status, 200, gone)
        self.assertEqual(self.api.send("DELETE", path).status, 404)
        self.assertEqual(list(self.api.pages(f"overrides?resource_id={self.chair}")), [])
        self.assertIn(house.instant(DAY, 15), house.free_starts(self.api, self.service, DAY))
        for bad in ("2026-02-30", "yesterday"):
            answer = self.api.send("PUT", f"resources/{self.chair}/overrides/{bad}",
                                   {"closed": True})
            self.assertEqual(answer.status, 404, answer)


if __name__ == "__main__":
    unittest.main()
