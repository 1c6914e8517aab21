"""What api.md promises of every answer, asked of the real server.

Idempotency keys, conditional writes, representations, `Location`, cursors, the past, the stream of
events, and the clock of a sandbox.
"""
import http.client
import json
import unittest

import house

CLIENT = {"first_name": "Ana", "last_name": "García"}


class ConventionsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.spine = house.House().start()
        cls.salon = house.Salon(cls.spine)
        cls.api = cls.spine.client("salon")

    @classmethod
    def tearDownClass(cls):
        cls.api.close()
        cls.spine.close()

    def by_id(self):
        """The same tenant under its other name."""
        api = self.spine.client(self.salon.tenant_id)
        self.addCleanup(api.close)
        return api

    def test_a_key_is_of_one_body_one_route_and_one_caller(self):
        first = self.api.post("clients", CLIENT, Idempotency_Key="once")
        again = self.api.post("clients", CLIENT, Idempotency_Key="once")
        self.assertEqual((first.status, again.status), (201, 201))
        self.assertEqual((again.json, again.headers["etag"]), (first.json, first.headers["etag"]))
        self.assertNotIn("idempotent-replayed", first.headers)
        self.assertEqual(again.headers["idempotent-replayed"], "true")
        reused = self.api.post("clients", {"first_name": "Eva"}, Idempotency_Key="once")
        self.assertEqual((reused.status, reused.code), (422, "idempotency_key_reused"), reused)
        other_route = self.api.post("locations", {"name": "Annexe", "time_zone": "UTC"},
                                    Idempotency_Key="once")
        self.assertEqual(other_route.status, 201, other_route)
        key = self.api.post("api_keys", {"name": "other", "scopes": ["*.*:*"]})["key"]
        stranger = self.spine.client("salon", key)
        other_caller = stranger.post("clients", CLIENT, Idempotency_Key="once")
        stranger.close()
        self.assertEqual(other_caller.status, 201, other_caller)
        self.assertNotEqual(other_caller["id"], first["id"])

    def test_a_retry_may_name_the_tenant_otherwise(self):
        first = self.api.post("clients", CLIENT, Idempotency_Key="two names")
        self.assertEqual(first.status, 400, "a space is not visible")
        first = self.api.post("clients", CLIENT, Idempotency_Key="two-names")
        again = self.by_id().post("clients", CLIENT, Idempotency_Key="two-names")
        self.assertEqual((first.status, again["id"]), (201, first["id"]), again)

    def test_a_refused_decision_is_kept_too(self):
        client = self.api.made("clients", CLIENT)
        first, again = [  # the second is asked nothing any more: it has its answer
            self.api.send("PATCH", f"clients/{client}", {"first_name": "Eva"},
                          {"Idempotency-Key": "stale", "If-Match": f'"{revision}"'})
            for revision in ("9", "1")]
        self.assertEqual((first.status, first.code), (412, "precondition_failed"), first)
        self.assertNotIn("idempotent-replayed", first.headers)
        self.assertEqual(again.headers["idempotent-replayed"], "true")
        self.assertEqual({**again.json, "instance": ""}, {**first.json, "instance": ""})
        other = self.api.send("PATCH", f"clients/{client}", {"first_name": "Ina"},
                              {"Idempotency-Key": "stale"})
        self.assertEqual((other.status, other.code), (422, "idempotency_key_reused"), other)
        self.assertNotIn("idempotent-replayed", other.headers, "this one is new")
        self.assertEqual(self.api.get(f"clients/{client}")["first_name"], "Ana")

    def test_what_was_made_is_found_where_location_says(self):
        chair = self.salon.chairs[0]
        schedule = {"windows": [{"day": "monday", "from": "09:00", "to": "12:00"}],
                    "effective_from": "2100-01-04"}
        for path, body in (("clients", CLIENT), (f"resources/{chair}/schedules", schedule)):
            made = self.api.post(path, body)
            self.assertEqual(made.status, 201, made)
            found = self.api.get(made.headers["location"])
            self.assertEqual((found.status, found["id"]), (200, made["id"]), found)
            self.assertEqual(found.headers["etag"], made.headers["etag"])

    def test_a_write_that_saw_the_present_goes_through(self):
        made = self.api.post("clients", CLIENT, Prefer="return=representation")
        self.assertEqual(made["resource"], self.api.get(f"clients/{made['id']}").json)
        changed = self.api.send("PATCH", f"clients/{made['id']}", {"first_name": "Eva"},
                                {"If-Match": made.headers["etag"],
                                 "Prefer": "return=representation"})
        self.assertEqual((changed.status, changed["resource"]["first_name"]), (200, "Eva"), changed)
        self.assertEqual(changed.headers["etag"], '"2"')

    def test_the_past_is_shown_as_it_was(self):
        made = self.api.post("clients", CLIENT)
        path = f"clients/{made['id']}"
        before = made.headers["almanac-position"]
        self.api.send("PATCH", path, {"first_name": "Eva"})
        deleted = self.api.send("DELETE", path)
        self.assertEqual(deleted.status, 200, deleted)
        after = deleted.headers["almanac-position"]
        self.assertEqual(self.api.get(f"{path}?as_of={before}")["first_name"], "Ana")
        self.assertEqual(self.api.get(path).status, 404)
        self.assertEqual(self.api.get(f"{path}?as_of={after}").status, 404)
        self.assertEqual(self.api.post(f"{path}/restore", {}).status, 200)
        self.assertEqual(self.api.get(path)["first_name"], "Eva")
        kinds = [event["type"].split(".")[1] for event in self.api.get(f"{path}/history")["data"]]
        self.assertEqual(kinds, ["client_created", "client_changed", "client_deleted",
                                 "client_restored"])

    def test_schedules_come_in_pages_and_only_of_what_exists(self):
        chair = house.Salon.add_chair(self.api, "Chair of many")
        for month in range(1, 5):
            self.api.made(f"resources/{chair}/schedules", {
                "windows": [{"day": "monday", "from": "09:00", "to": "12:00"}],
                "effective_from": f"2101-0{month}-01"})
        path = f"resources/{chair}/schedules"
        whole = self.api.get(path)["data"]
        paged = list(self.api.pages(f"{path}?limit=2"))
        self.assertEqual([row["id"] for row in paged], [row["id"] for row in whole])
        self.assertEqual(len(paged), 5)
        unknown = self.api.get(f"resources/{self.salon.tenant_id}/schedules")
        self.assertEqual((unknown.status, unknown.code), (404, "not_found"), unknown)

    def test_a_schedule_names_the_bookings_it_leaves_outside(self):
        chair = house.Salon.add_chair(self.api, "Chair of mornings")
        service = house.Salon.add_service(self.api, "Perm", [chair])
        early, late = [self.api.made("appointments", {
            "service_id": service, "client_id": self.salon.clients[0],
            "start": house.instant(3, hour)}) for hour in (9, 15)]
        mornings = {"windows": [{"day": day, "from": "09:00", "to": "12:00"}
                                for day in house.DAYS]}
        path = f"resources/{chair}/schedules"
        first, again = [self.api.post(path, mornings, Idempotency_Key="mornings") for _ in "12"]
        self.assertEqual((first.status, first["conflicts"]), (201, [late]), first)
        self.assertEqual((again.status, again.json), (201, first.json), again)
        for kept in (early, late):
            self.assertEqual(self.api.get(f"appointments/{kept}")["status"], "confirmed")
        tomorrow = house.instant(4)[:10]
        later = self.api.post(path, {**mornings, "effective_from": tomorrow})
        self.assertEqual((later.status, later["conflicts"]), (201, []), later)

    def test_cursors_are_of_their_list_alone(self):
        client = self.api.made("clients", CLIENT)
        self.api.send("PATCH", f"clients/{client}", {"first_name": "Eva"})
        events = self.api.get("events?limit=1")["next_cursor"]
        history = self.api.get(f"clients/{client}/history?limit=1")["next_cursor"]
        self.assertEqual(self.by_id().get(f"events?limit=1&cursor={events}").status, 200)
        for path in (f"events?cursor={history}", f"clients/{client}/history?cursor={events}",
                     "events?cursor=7", f"/v1/tenants?cursor={events}"):
            answer = self.api.get(path)
            self.assertEqual((answer.status, answer["errors"][0]["pointer"]), (422, "/cursor"),
                             f"{path}: {answer}")

    def test_after_the_last_there_can_be_comes_nothing(self):
        answer = self.api.get("events?after=18446744073709551615")
        self.assertEqual((answer.status, answer["data"]), (200, []), answer)

    def test_texts_of_the_caller_are_never_cut_in_the_middle(self):
        # http.client writes headers as latin-1: these are the bytes of UTF-8 as they travel.
        wide = ("é" * 300).encode().decode("latin-1")
        made = self.api.post("clients", CLIENT, User_Agent=wide, traceparent="x" + wide)
        self.assertEqual(made.status, 201, made)
        last = house.all_events(self.api, "scheduling.client_created")[-1]
        self.assertNotIn("traceparent", last["metadata"])
        self.assertEqual(self.api.post("clients", CLIENT, Almanac_Reason="x" * 1000).status, 201)
        long = self.api.post("clients", CLIENT, Almanac_Reason="x" * 1001)
        self.assertEqual((long.status, long.code), (400, "malformed_request"), long)

    def test_metrics_count_what_was_asked(self):
        def counted():
            answer = self.api.get("/metrics")
            self.assertEqual(answer.status, 200, answer)
            rows = [line for line in answer.text.splitlines()
                    if line.startswith("almanac_http_requests_total{") and
                    'route="create_client"' in line and 'status="201"' in line]
            return sum(float(row.rsplit(" ", 1)[1]) for row in rows)
        before = counted()
        for _ in range(3):
            self.api.made("clients", CLIENT)
        house.until(lambda: counted() == before + 3, "three more requests counted")


class Stream:
    """Server-sent events of one connection, read as they come."""

    def __init__(self, api, path, last_event_id=None):
        self.connection = http.client.HTTPConnection(api.address, timeout=30)
        headers = {"Authorization": f"Bearer {api.key}", "Accept": "text/event-stream"}
        if last_event_id is not None:
            headers["Last-Event-ID"] = str(last_event_id)
        self.connection.request("GET", f"{api.base}/{path}", headers=headers)
        self.answer = self.connection.getresponse()

    def next(self):
        fields = {}
        while True:
            line = self.answer.readline().decode().rstrip("\n")
            if not line and fields:
                return fields
            name, _, value = line.partition(": ")
            if name:
                fields[name] = value

    def close(self):
        self.answer.close()
        self.connection.close()


class StreamTest(unittest.TestCase):
    def test_history_then_caught_up_then_live_and_resumed(self):
        spine = house.House().start()
        self.addCleanup(spine.close)
        house.Salon(spine)
        api = spine.client("salon")
        self.addCleanup(api.close)
        known = house.all_events(api, "scheduling.client_created")
        stream = Stream(api, "events?types=scheduling.client_created")
        self.addCleanup(stream.close)
        self.assertEqual(stream.answer.headers["Content-Type"], "text/event-stream")
        first = stream.next()
        self.assertEqual(json.loads(first["data"])["id"], known[0]["id"])
        self.assertEqual(first["id"], str(known[0]["sequence"]))
        self.assertEqual(stream.next()["event"], "caught_up")
        made = [api.post("clients", {"first_name": name}) for name in ("Live", "Later")]
        for answer in made:
            event = stream.next()
            self.assertEqual(event["event"], "scheduling.client_created")
            self.assertEqual(json.loads(event["data"])["id"], answer["events"][0]["id"])
        resumed = Stream(api, "events?types=scheduling.client_created", made[0]["sequence"])
        self.addCleanup(resumed.close)
        self.assertEqual(resumed.next()["id"], str(made[1]["sequence"]))
        self.assertEqual(resumed.next()["event"], "caught_up")


class SandboxTest(unittest.TestCase):
    def test_only_a_sandbox_has_a_clock_and_keeps_it(self):
        spine = house.House(["--sandbox-time", "2030-01-01T00:00:00Z"]).start()
        self.addCleanup(spine.close)
        api = spine.client()
        moved = api.post("/v1/admin/clock", {"now": "2030-01-02T10:00:00Z"})
        self.assertEqual((moved.status, moved.headers["almanac-sandbox"]), (200, "true"), moved)
        same = api.post("/v1/admin/clock", {"now": "2030-01-02T10:00:00Z"})
        self.assertEqual((same.status, same["events"]), (200, []), same)
        back = api.post("/v1/admin/clock", {"now": "2030-01-02T09:00:00Z"})
        self.assertEqual((back.status, back.code), (422, "clock_backwards"), back)
        api.close()
        spine.kill()
        spine.start()
        api = spine.client()
        tenant = api.post("/v1/tenants", {"slug": "salon", "name": "Salon", "time_zone": "UTC",
                                          "business_type": "salon", "currency": "EUR"})
        self.assertEqual(tenant.status, 201, tenant)
        self.assertEqual(api.get("/v1/tenants/salon")["created_at"], "2030-01-02T10:00:00Z")
        api.close()

    def test_what_the_server_itself_refuses_is_of_the_sandbox_too(self):
        head = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
        refused = {b"400": b"GET /healthz HTTP/1.1\r\n\r\n",
                   b"413": head + b"Content-Length: 99999999\r\n\r\n",
                   b"431": head + b"X-A: b\r\n" * 100 + b"\r\n",
                   b"501": b"CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n",
                   b"505": b"GET / HTTP/2.7\r\nHost: x\r\n\r\n"}
        for options in (["--sandbox-time", "2030-01-01T00:00:00Z"], []):
            spine = house.House(options).start()
            self.addCleanup(spine.close)
            for status, request in refused.items():
                with self.subTest(status=status, options=options):
                    answer = house.exchange(spine.address, request)
                    self.assertTrue(answer.startswith(b"HTTP/1.1 " + status), answer[:300])
                    said = b"\r\nAlmanac-Sandbox: true\r\n" in answer
                    self.assertEqual(said, bool(options), answer[:600])

    def test_appointments_live_and_keys_die_as_time_passes(self):
        spine = house.House(["--sandbox-time", "2030-01-01T00:00:00Z"]).start()
        self.addCleanup(spine.close)
        salon = house.Salon(spine, chairs=1)
        api = spine.client("salon")
        self.addCleanup(api.close)
        asks = house.Salon.add_service(api, "Colour", salon.chairs, requires_confirmation=True)
        booking = {"client_id": salon.clients[0], "service_id": asks}
        came = api.made("appointments", {**booking, "start": "2030-01-01T09:00:00Z"})
        stayed_away = api.made("appointments", {**booking, "start": "2030-01-01T11:00:00Z"})
        for appointment in (came, stayed_away):
            self.assertEqual(api.get(f"appointments/{appointment}")["status"], "pending")
            self.assertEqual(api.post(f"appointments/{appointment}/confirm", {}).status, 200)
            self.assertEqual(api.get(f"appointments/{appointment}")["status"], "confirmed")
        made = api.post("api_keys", {"name": "for a day", "scopes": ["scheduling.*:read"],
                                     "expires_at": "2030-01-01T12:00:00Z"})
        guest = spine.client("salon", made["key"])
        self.addCleanup(guest.close)
        self.assertEqual(guest.get(f"appointments/{came}").status, 200)
        moved = api.post("/v1/admin/clock", {"now": "2030-01-01T12:00:00Z"})
        self.assertEqual(moved.status, 200, moved)
        self.assertEqual(guest.get(f"appointments/{came}").status, 401)
        self.assertEqual(api.post(f"appointments/{came}/complete", {}).status, 200)
        self.assertEqual(api.post(f"appointments/{stayed_away}/no_show", {}).status, 200)
        self.assertEqual([api.get(f"appointments/{each}")["status"]
                          for each in (came, stayed_away)], ["completed", "no_show"])

    def test_an_idempotency_key_is_free_again_after_seven_days(self):
        spine = house.House(["--sandbox-time", "2030-01-01T00:00:00Z"]).start()
        self.addCleanup(spine.close)
        house.Salon(spine)
        api = spine.client("salon")
        self.addCleanup(api.close)
        missing = f"clients/{house.MISSING}"

        def ask(body):
            refused = api.send("PATCH", missing, body, {"Idempotency-Key": "refused"})
            self.assertEqual(refused.status, 404, refused)
            return api.post("clients", body, Idempotency_Key="made"), refused

        def move_to(now):
            moved = api.post("/v1/admin/clock", {"now": now})
            self.assertEqual(moved.status, 200, moved)

        made, _ = ask(CLIENT)
        self.assertEqual(made.status, 201, made)
        move_to("2030-01-08T00:00:00Z")
        for again in ask(CLIENT):
            self.assertEqual(again.headers.get("idempotent-replayed"), "true", again)
            self.assertIn(again.json.get("id"), (made["id"], None))
        move_to("2030-01-09T00:00:00Z")
        fresh, refused = ask({**CLIENT, "first_name": "Eva"})
        self.assertEqual(fresh.status, 201, fresh)
        self.assertNotEqual(fresh["id"], made["id"])
        for answer in (fresh, refused):
            self.assertNotIn("idempotent-replayed", answer.headers)
        self.assertEqual(ask({**CLIENT, "first_name": "Eva"})[0]["id"], fresh["id"])

    def test_no_other_directory_has_one(self):
        spine = house.House().start()
        self.addCleanup(spine.close)
        api = spine.client()
        answer = api.post("/v1/admin/clock", {"now": "2030-01-02T10:00:00Z"})
        self.assertEqual((answer.status, answer.code), (404, "not_found"), answer)
        self.assertNotIn("almanac-sandbox", answer.headers)
        api.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
