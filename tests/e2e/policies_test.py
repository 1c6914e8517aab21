"""Policies and timers of a real server: what waits for confirmation is cancelled at its start.

Shows, of log.md, "Time": "The POST answers after every timer due <= now has run, in due order, each
at its due instant, and all views applied it", "same time = 200 (a barrier)", "start finishes it
before accepting writes"; and of scheduling: "unpaid it is cancelled by the system through a timer", "one that waits for confirmation lives until
its start".
"""
import threading
import unittest

import house

START = "2030-01-01T00:00:00Z"


def at(hour, day=1):
    return f"2030-01-{day:02}T{hour:02}:00:00Z"


class PoliciesTest(unittest.TestCase):
    def setUp(self):
        self.spine = house.House(["--sandbox-time", START, "--partitions", "2"]).start()
        self.addCleanup(self.spine.close)

    def salon(self, slug):
        salon = house.Salon(self.spine, slug)
        api = self.spine.client(slug)
        self.addCleanup(api.close)
        asks = house.Salon.add_service(api, "Colour", salon.chairs, requires_confirmation=True)
        return api, {"client_id": salon.clients[0], "service_id": asks}

    def move(self, now):
        api = self.spine.client()
        moved = api.post("/v1/admin/clock", {"now": now})
        api.close()
        self.assertEqual(moved.status, 200, moved)
        return moved

    def cancellations(self, api):
        return [(event["time"], event["actor"]["id"], event["data"]["by"])
                for event in house.all_events(api, "scheduling.appointment_cancelled")]

    def test_what_nobody_confirms_is_cancelled_at_its_start(self):
        api, booking = self.salon("salon")
        left, confirmed, moved = (
            api.made("appointments", {**booking, "start": at(hour)}) for hour in (9, 11, 13))
        self.assertEqual(api.post(f"appointments/{confirmed}/confirm", {}).status, 200)
        self.assertEqual(
            api.post(f"appointments/{moved}/reschedule", {"start": at(15)}).status, 200)
        self.move(at(8))
        self.assertEqual(self.cancellations(api), [])
        self.move(at(14))
        rows = [api.get(f"appointments/{each}") for each in (left, confirmed, moved)]
        self.assertEqual([row["status"] for row in rows], ["cancelled", "confirmed", "pending"])
        self.assertEqual((rows[0]["cancelled_by"], rows[0]["cancelled_at"]), ("system", at(9)))
        self.move(at(20))
        self.assertEqual(self.cancellations(api), [
            (at(9), "scheduling.unconfirmed_appointments", "system"),
            (at(15), "scheduling.unconfirmed_appointments", "system")])
        # The slot is free again, and the same time is a barrier that changes nothing.
        self.assertEqual(api.post("appointments", {**booking, "start": at(9, 2)}).status, 201)
        self.assertEqual(self.move(at(20))["events"], [])
        self.assertEqual(len(self.cancellations(api)), 2)

    def test_what_is_not_paid_in_time_is_cancelled(self):
        api, booking = self.salon("salon")
        booking["service_id"] = house.Salon.add_service(
            api, "Extensions", [house.Salon.add_chair(api, "Chair 9")], requires_payment=True)
        paid, unpaid = (api.made("appointments", {**booking, "start": at(hour)})
                        for hour in (9, 11))
        self.move("2030-01-01T00:29:00Z")
        payment = {"amount": {"amount": 2500, "currency": "EUR"}, "method": "card"}
        self.assertEqual(
            api.post(f"appointments/{paid}/record_payment", payment).status, 200)
        self.move(at(1))
        self.assertEqual([api.get(f"appointments/{each}")["status"] for each in (paid, unpaid)],
                         ["confirmed", "cancelled"])
        self.assertEqual(self.cancellations(api), [
            ("2030-01-01T00:30:00Z", "scheduling.unpaid_appointments", "system")])
        # Paid after all it stays cancelled.
        late = api.post(f"appointments/{unpaid}/record_payment", payment)
        self.assertEqual(late.status, 200, late)
        self.assertEqual(api.get(f"appointments/{unpaid}")["status"], "cancelled")

    def test_the_end_of_a_hold_is_written_down(self):
        api, booking = self.salon("salon")
        hold = {"service_id": booking["service_id"], "ttl_seconds": 60}
        lapsed, released = (api.made("holds", {**hold, "start": at(hour)}) for hour in (9, 11))
        self.assertEqual(api.post(f"holds/{released}/release", {}).status, 200)
        self.move(at(1))
        ends = house.all_events(api, "scheduling.hold_expired")
        self.assertEqual([(event["data"]["id"], event["time"]) for event in ends],
                         [(lapsed, "2030-01-01T00:01:00Z")])
        self.assertEqual([api.get(f"holds/{each}")["status"] for each in (lapsed, released)],
                         ["expired", "released"])

    def test_every_partition_runs_its_timers_and_a_start_what_a_kill_left(self):
        salons = [self.salon(f"salon-{number}") for number in range(4)]
        for number, (api, booking) in enumerate(salons):
            api.made("appointments", {**booking, "start": at(9 + number)})
        self.move(at(10))
        self.assertEqual([len(self.cancellations(api)) for api, _ in salons], [1, 1, 0, 0])
        # The server dies while the clock moves: when it is back, the move is done or never was.
        dying = threading.Thread(target=self.move_and_lose, args=(at(23),))
        dying.start()
        self.spine.kill()
        dying.join()
        for api, _ in salons:
            api.close()
        self.spine.start()
        expected = [[(at(9 + number), "scheduling.unconfirmed_appointments", "system")]
                    for number in range(4)]
        api = self.spine.client()
        now = api.get("/readyz")["now"]
        api.close()
        self.assertIn(now, (at(10), at(23)))
        if now == at(23):
            self.assertEqual(self.all_cancellations(), expected)
        self.move(at(23))
        self.assertEqual(self.all_cancellations(), expected)

    def move_and_lose(self, now):
        api = self.spine.client()
        try:
            api.post("/v1/admin/clock", {"now": now})
        except house.LOST:
            pass
        finally:
            api.close()

    def all_cancellations(self):
        told = []
        for number in range(4):
            api = self.spine.client(f"salon-{number}")
            told.append(self.cancellations(api))
            api.close()
        return told

    def test_an_operator_sees_timers_and_what_is_behind(self):
        api, booking = self.salon("salon")
        api.made("appointments", {**booking, "start": at(9)})
        self.move(at(1))
        seen = [partition for partition in api.get("/readyz")["partitions"]
                if partition["timers_pending"]]
        self.assertEqual([(each["timers_pending"], each["next_timer_due"], each["policy_lag"],
                           each["policies_set_aside"]) for each in seen], [(1, at(9), 0, 0)])
        self.move(at(9))
        metrics = api.get("/metrics").text
        self.assertIn(f'almanac_policy_timers_fired{{of="{seen[0]["partition"]}"}} 1', metrics)


class WallClockTest(unittest.TestCase):
    def test_a_kill_loses_no_timer_and_doubles_none(self):
        spine = house.House().start()
        self.addCleanup(spine.close)
        salon = house.Salon(spine)
        api = spine.client("salon")
        asks = house.Salon.add_service(api, "Colour", salon.chairs, requires_confirmation=True)
        made = [api.made("appointments", {"client_id": salon.clients[0], "service_id": asks,
                                          "start": house.instant(2, hour)})
                for hour in (9, 10, 11)]
        api.close()
        for _ in range(2):
            spine.kill()
            spine.start()
        api = spine.client("salon")
        self.addCleanup(api.close)
        house.until(lambda: api.get("/readyz")["partitions"][0]["timers_pending"] == 3, "timers")
        self.assertEqual([api.get(f"appointments/{each}")["status"] for each in made],
                         ["pending"] * 3)


if __name__ == "__main__":
    unittest.main()
