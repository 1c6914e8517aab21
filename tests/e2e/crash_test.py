"""kill -9 during booking load, again and again on one directory.

Shows, of the spine: "kill -9 during 64-connection booking load, restart: every 2xx is there, none
twice". ALMANAC_CRASH_POINTS sets the number of kills (20), ALMANAC_SEED the seed of them all.
"""
import collections
import os
import threading
import time
import unittest

import house

CONNECTIONS = 64
CRASH_POINTS = int(os.environ.get("ALMANAC_CRASH_POINTS", "20"))
CHAIRS = 8
ACKNOWLEDGED_MAX = 160
REQUESTS = 260
SPARE_DAY = 2


class Request:
    """One booking: its key, its body, and what became of it."""

    def __init__(self, key, body):
        self.key, self.body = key, body
        self.sent, self.answer = False, None


class Load:
    """64 connections that book what is planned until the server dies under them."""

    def __init__(self, spine, planned, kill_after):
        self.spine, self.left = spine, collections.deque(planned)
        self.kill_after, self.acknowledged = kill_after, 0
        self.lock, self.reached = threading.Lock(), threading.Event()

    def run(self):
        threads = [threading.Thread(target=self.book) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        reached = self.reached.wait(60)
        self.spine.kill()
        for thread in threads:
            thread.join()
        return reached

    def book(self):
        api = self.spine.client("salon")
        try:
            while True:
                try:
                    request = self.left.popleft()
                except IndexError:
                    return
                request.sent = True
                request.answer = api.post("appointments", request.body,
                                          Idempotency_Key=request.key)
                with self.lock:
                    self.acknowledged += request.answer.status == 201
                    if self.acknowledged >= self.kill_after and not self.reached.is_set():
                        self.spine.process.kill()
                        self.reached.set()
        except house.LOST:
            return
        finally:
            api.close()


class CrashTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.random = house.seeded("crash")
        cls.spine = house.House()
        cls.addClassCleanup(cls.spine.close)
        cls.spine.start()
        cls.salon = house.Salon(cls.spine, chairs=CHAIRS, services=0, clients=6)
        api = cls.spine.client("salon")
        # One service a chair, so that every pair of service and hour is a slot of its own.
        cls.services = [house.Salon.add_service(api, f"Cut {n}", [chair])
                        for n, chair in enumerate(cls.salon.chairs)]
        api.close()
        cls.slots = [(service, house.instant(day, hour)) for day in range(SPARE_DAY, 360)
                     for hour in range(24) for service in cls.services]
        cls.accepted = {}
        cls.events = []

    def plan(self, point):
        """The next slots in time, in a seeded order: several chairs, services and days at once."""
        chosen = self.slots[point * REQUESTS:(point + 1) * REQUESTS]
        self.assertEqual(len(chosen), REQUESTS, "more crash points than the calendar has room for")
        self.random.shuffle(chosen)
        return [Request(f"point-{point}-{n}", {
            "service_id": service, "start": start,
            "client_id": self.random.choice(self.salon.clients)})
                for n, (service, start) in enumerate(chosen)]

    def read_on(self, api):
        """Adds what the log has gained; a sequence may neither be missing nor come again."""
        while True:
            after = f"&after={self.events[-1]['sequence']}" if self.events else ""
            answer = api.get(f"events?limit=200{after}")
            self.assertEqual(answer.status, 200, answer)
            if not answer["data"]:
                return
            for event in answer["data"]:
                self.assertEqual(event["sequence"], len(self.events), "a gap or a repetition")
                self.events.append(event)

    def check_log(self, requests):
        """Every 2xx exactly once, with references and ids of its own, and nothing never asked."""
        booked = [e["data"] for e in self.events if e["type"] == "scheduling.appointment_booked"]
        times = collections.Counter(data["id"] for data in booked)
        self.assertEqual([i for i, n in times.items() if n > 1], [], "booked twice")
        references = collections.Counter(data["reference"] for data in booked)
        self.assertEqual([r for r, n in references.items() if n > 1], [], "reference used twice")
        taken = collections.Counter(
            (d["occupancy"]["service_id"], d["occupancy"]["start"]) for d in booked)
        self.assertEqual([s for s, n in taken.items() if n > 1], [], "slot taken twice")
        for request in requests:
            if request.answer is not None and request.answer.status == 201:
                self.assertIn(request.answer["id"], times, f"{request.key} was lost")
        return taken

    def retry(self, api, requests):
        """Asks again for what was never answered, twice each: one appointment and no other."""
        survived = 0
        for request in (r for r in requests if r.sent and r.answer is None):
            first = api.post("appointments", request.body, Idempotency_Key=request.key)
            again = api.post("appointments", request.body, Idempotency_Key=request.key)
            self.assertEqual((first.status, again.status), (201, 201), f"{first} {again}")
            self.assertEqual(first["id"], again["id"])
            self.assertEqual(again.headers.get("idempotent-replayed"), "true")
            survived += first.headers.get("idempotent-replayed") == "true"
            request.answer = first
        for request in self.random.sample([r for r in requests if r.answer is not None], 5):
            again = api.post("appointments", request.body, Idempotency_Key=request.key)
            self.assertEqual(again.json, request.answer.json, "a first result changed")
        return survived

    def check_slots(self, api, requests):
        """What is booked is no longer offered; what was never sent still is."""
        days = sorted({r.body["start"][:10] for r in requests})
        for service in self.services:
            answer = house.answered(api, f"slots?service_id={service}&from={days[0]}T00:00:00Z"
                                         f"&to={days[-1]}T23:59:59Z")
            offered = {slot["start"] for slot in answer["data"]}
            for request in (r for r in requests if r.body["service_id"] == service):
                self.assertEqual(request.body["start"] in offered, request.answer is None,
                                 request.body["start"])

    def one_kill(self, point):
        kill_after = self.random.randrange(1, ACKNOWLEDGED_MAX)
        requests = self.plan(point)
        load = Load(self.spine, requests, kill_after)
        self.assertTrue(load.run(), f"only {load.acknowledged} bookings were acknowledged")
        for request in requests:
            if request.answer is not None:
                self.assertEqual(request.answer.status, 201, request.answer)
        lost = sum(r.sent and r.answer is None for r in requests)
        self.spine.start()
        api = self.spine.client("salon")
        self.read_on(api)
        before = self.check_log(requests)
        survived = self.retry(api, requests)
        self.read_on(api)
        taken = self.check_log(requests)
        for request in requests:
            self.assertEqual(taken[(request.body["service_id"], request.body["start"])],
                             int(request.answer is not None), request.key)
        self.check_slots(api, requests)
        for request in (r for r in requests if r.answer is not None):
            self.accepted[request.answer["id"]] = request
        ids = {e["data"]["id"] for e in self.events
               if e["type"] == "scheduling.appointment_booked"}
        self.assertEqual(ids, set(self.accepted), "the log holds other bookings than were accepted")
        api.close()
        print(f"crash {point}: killed after {kill_after}, acknowledged {load.acknowledged}, "
              f"unanswered {lost} (of them committed {survived}), "
              f"bookings in the log {sum(before.values())} -> {sum(taken.values())}", flush=True)

    def test_every_2xx_survives_kill_9_and_none_comes_twice(self):
        began = time.monotonic()
        for point in range(CRASH_POINTS):
            self.one_kill(point)
        # The whole log once more, from its beginning.
        before, self.events = self.events, []
        api = self.spine.client("salon")
        self.read_on(api)
        api.close()
        self.assertEqual(self.events, before, "history changed")
        self.assertEqual(self.spine.stop(), 0)
        print(f"crash: {CRASH_POINTS} kills, {len(self.accepted)} bookings, "
              f"{len(before)} events, {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    unittest.main()
