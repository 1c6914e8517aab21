"""1,000 concurrent grabs of one chair over HTTP: exactly one has it, and every no was a 409.

Shows, of the spine: "1,000 concurrent grabs of one chair -> exactly one". The races of every other
kind, each answer held against the log, are in tests/races.
"""
import collections
import threading
import unittest

import house

CONNECTIONS = 64
GRABS = 1000
DAY = 3


class RacesTest(house.SalonTest):
    def race(self, wishes):
        """All (path, body) of a list over 64 connections, in no order; how often each answer came."""
        left, answers = collections.deque(wishes), []
        house.seeded("grabs").shuffle(left)
        together = threading.Barrier(CONNECTIONS)

        def grab():
            api = self.spine.client("salon")
            api.get("/healthz")
            together.wait()
            while True:
                try:
                    path, body = left.popleft()
                except IndexError:
                    break
                answers.append(api.post(path, body))
            api.close()

        threads = [threading.Thread(target=grab) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        outcomes = collections.Counter((answer.status, answer.code) for answer in answers)
        print(f"grabs: {dict(outcomes)}", flush=True)
        return outcomes

    def booked(self):
        return [event for event in house.all_events(self.api, "scheduling.appointment_booked")
                if self.chair in str(event["data"])]

    def test_a_thousand_concurrent_grabs_of_one_chair_book_exactly_one(self):
        other = house.Salon.add_service(self.api, "Colour", [self.chair])
        bodies = [self.booking(house.instant(DAY, 10)),
                  self.booking(house.instant(DAY, 10, 30), service_id=other)]
        outcomes = self.race(("appointments", bodies[n % 2]) for n in range(GRABS))
        self.assertEqual(outcomes, {(201, None): 1, (409, "scheduling.slot_taken"): GRABS - 1})
        self.assertEqual(len(list(self.api.pages(f"appointments?resource_id={self.chair}"))), 1)
        self.assertEqual(len(self.booked()), 1)

    def test_a_hold_or_a_booking_has_the_chair(self):
        start = house.instant(DAY, 18)
        wishes = [("appointments", self.booking(start)),
                  ("holds", {"service_id": self.service, "start": start})]
        outcomes = self.race(wishes[n % 2] for n in range(GRABS))
        self.assertEqual(outcomes, {(201, None): 1, (409, "scheduling.slot_taken"): GRABS - 1})
        held = house.all_events(self.api, "scheduling.hold_placed")
        self.assertEqual(len(self.booked()) + len(held), 1)


if __name__ == "__main__":
    unittest.main()
