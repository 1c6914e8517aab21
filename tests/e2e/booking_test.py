"""Booking as a client of the API sees it.

Shows, of the spine: "the slot is gone from the availability view" and "slots and booking use one
predicate". Races for one chair are in races_test.py.
"""
import unittest

import house

DAY = 3


class BookingTest(house.SalonTest):
    def starts(self):
        return house.free_starts(self.api, self.service, DAY)

    def test_a_booked_slot_is_gone_for_every_connection_at_once(self):
        start = house.instant(DAY, 10)
        self.assertIn(start, self.starts())
        self.api.made("appointments", self.booking(start))
        other = self.spine.client("salon")
        self.addCleanup(other.close)
        for api in (self.api, other):
            offered = house.free_starts(api, self.service, DAY)
            # One hour on a grid of half hours: the slot and both that overlap it are gone.
            for gone in (house.instant(DAY, 9, 30), start, house.instant(DAY, 10, 30)):
                self.assertNotIn(gone, offered)
            self.assertIn(house.instant(DAY, 9), offered)
            self.assertIn(house.instant(DAY, 11), offered)

    def test_slots_and_booking_use_one_predicate(self):
        for hour in (2, 5, 9):
            self.api.made("appointments", self.booking(house.instant(DAY, hour)))
        offered = set(self.starts())
        for half_hour in range(46):
            start = house.instant(DAY, half_hour // 2, 30 * (half_hour % 2))
            answer = self.api.post("appointments", self.booking(start))
            if start in offered:
                self.assertEqual(answer.status, 201, f"{start} is offered: {answer}")
                self.api.made(f"appointments/{answer['id']}/cancel",
                              {"by": "business", "reason": "only tried"})
            else:
                self.assertEqual((answer.status, answer.code),
                                 (409, "scheduling.slot_taken"), f"{start}: {answer}")

    def test_cancel_frees_the_slot(self):
        start = house.instant(DAY, 12)
        appointment = self.api.made("appointments", self.booking(start))
        self.assertNotIn(start, self.starts())
        self.api.made(f"appointments/{appointment}/cancel", {"by": "client", "reason": "ill"})
        self.assertEqual(self.api.get(f"appointments/{appointment}")["status"], "cancelled")
        self.assertIn(start, self.starts())
        self.assertNotEqual(self.api.made("appointments", self.booking(start)), appointment)
        again = self.api.post(f"appointments/{appointment}/cancel", {"by": "client", "reason": "x"})
        self.assertEqual((again.status, again.code), (409, "scheduling.invalid_transition"), again)

    def test_reschedule_frees_the_old_slot_and_takes_the_new_one(self):
        old, new = house.instant(DAY, 14), house.instant(DAY, 16)
        appointment = self.api.made("appointments", self.booking(old))
        blocker = self.api.made("appointments", self.booking(house.instant(DAY, 18)))
        self.assertNotEqual(blocker, appointment)
        taken = self.api.post(f"appointments/{appointment}/reschedule",
                              {"start": house.instant(DAY, 18)})
        self.assertEqual((taken.status, taken.code), (409, "scheduling.slot_taken"), taken)
        self.assertNotIn(old, self.starts(), "a refused change has freed the slot")
        self.api.made(f"appointments/{appointment}/reschedule", {"start": new})
        row = self.api.get(f"appointments/{appointment}")
        self.assertEqual((row["start"], row["end"]), (new, house.instant(DAY, 17)))
        offered = self.starts()
        self.assertIn(old, offered)
        self.assertNotIn(new, offered)
        # Half an hour on: it may overlap itself.
        self.api.made(f"appointments/{appointment}/reschedule",
                      {"start": house.instant(DAY, 16, 30)})

    def test_an_appointment_follows_its_lifecycle(self):
        appointment = self.api.made("appointments", self.booking(house.instant(DAY, 20)))
        early = self.api.post(f"appointments/{appointment}/no_show", {})
        self.assertIn(early.status, (409, 422), early)
        row = self.api.get(f"appointments/{appointment}")
        self.assertEqual((row["status"], row["revision"]), ("confirmed", 1))
        stale = self.api.post(f"appointments/{appointment}/cancel",
                              {"by": "client", "reason": "x"}, If_Match='"7"')
        self.assertEqual((stale.status, stale.code), (412, "precondition_failed"), stale)


if __name__ == "__main__":
    unittest.main()
