"""What is not well said is refused precisely, leaves nothing behind, and the server goes on.

Shows the paragraph "Bad input" of the spine: a precise 4xx problem, no crash, nothing half written.
"""
import unittest

import house


class BadInputTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.spine = house.House().start()
        cls.addClassCleanup(cls.spine.close)
        cls.salon = house.Salon(cls.spine)

    def setUp(self):
        self.api = self.spine.client("salon")
        self.process = self.spine.process.pid
        self.before = self.log()

    def tearDown(self):
        """Nothing was written but the record of a refusal, and the same process answers."""
        self.assertIsNone(self.spine.process.poll(), "the server has died")
        self.assertEqual(self.log(), self.before)
        self.assertEqual(self.api.get("/readyz").status, 200)
        self.api.close()

    def log(self):
        """Rejections by a rule are events of their own; what is refused before is none."""
        return [event["id"] for event in house.all_events(self.api)
                if not event["type"].endswith("command_rejected")]

    def refused(self, answer, status, code=None, pointers=None):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.headers["content-type"], "application/problem+json")
        self.assertEqual(answer["status"], status)
        self.assertTrue(answer["instance"] and answer["title"] and answer["code"], answer)
        if code:
            self.assertEqual(answer.code, code, answer)
        if pointers is not None:
            self.assertEqual({error["pointer"] for error in answer["errors"]}, pointers, answer)

    def raw(self, body, path="clients", **headers):
        return self.api.send("POST", path, raw=body,
                             headers={n.replace("_", "-"): v for n, v in headers.items()})

    def test_what_is_no_json_is_400(self):
        bodies = [b"", b"{", b"{]", b'{"first_name": }', b"{'first_name': 'x'}", b'{"a": 1}}',
                  b'{"first_name": "x" "last_name": "y"}', b'{"first_name": "\\x"}',
                  b'{"first_name": "a\nb"}', b'{"first_name": NaN}', b'{"first_name": 01}',
                  b"\xef\xbb\xbf{", b"\0", b'{"first_name": "\\ud800"}']
        for body in bodies:
            with self.subTest(body=body):
                self.refused(self.raw(body), 400)

    def test_json_of_another_kind_is_refused(self):
        for body in (b"[]", b"null", b"7", b'"x"'):
            with self.subTest(body=body):
                answer = self.raw(body)
                self.assertIn(answer.status, (400, 422), answer)
                self.refused(answer, answer.status)

    def test_bad_utf8_is_400(self):
        for text in (b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xc0\xaf"):
            with self.subTest(text=text):
                self.refused(self.raw(b'{"first_name": "' + text + b'", "last_name": "x"}'), 400)

    def test_unknown_and_wrong_fields_are_all_named_at_once(self):
        answer = self.api.post("services", {
            "name": 7, "colour": "red", "duration_minutes": "long", "price": {"amount": 1.5,
            "currency": "EURO"}, "requirements": [{"role": "x", "quantity": -1}]})
        self.refused(answer, 422, "validation_failed")
        pointers = {error["pointer"] for error in answer["errors"]}
        for pointer in ("/name", "/colour", "/duration_minutes", "/price/amount",
                        "/price/currency", "/requirements/0/quantity"):
            self.assertIn(pointer, pointers)

    def test_a_duplicate_field_is_refused(self):
        answer = self.raw(b'{"first_name": "a", "last_name": "b", "first_name": "c"}')
        self.assertIn(answer.status, (400, 422), answer)
        self.refused(answer, answer.status)
        self.assertIn("first_name", answer.text)

    def test_depth_is_bounded(self):
        for depth in (100, 10_000, 200_000):
            with self.subTest(depth=depth):
                body = b'{"first_name": ' + b"[" * depth + b"]" * depth + b"}"
                answer = self.raw(body)
                self.assertIn(answer.status, (400, 422), answer)

    def test_ten_megabytes_are_413(self):
        body = b'{"first_name": "' + b"a" * (10 << 20) + b'"}'
        answer = self.exchange(
            b"POST /v1/tenants/salon/clients HTTP/1.1\r\nHost: x\r\nContent-Type: application/json"
            b"\r\nAuthorization: Bearer " + self.spine.key.encode() +
            b"\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n", body)
        self.assertTrue(answer.startswith(b"HTTP/1.1 413 "), answer[:300])

    def test_another_media_type_is_415(self):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
            with self.subTest(kind=kind):
                answer = self.raw(b'{"first_name": "a", "last_name": "b"}', Content_Type=kind)
                self.refused(answer, 415)

    def test_an_unknown_zone_is_422(self):
        for zone in ("Mars/Olympus", "", "Europe/madrid ", "../../etc/passwd", "+01:00"):
            with self.subTest(zone=zone):
                answer = self.api.post("/v1/tenants", {
                    "slug": "mars", "name": "Mars", "business_type": "salon", "time_zone": zone,
                    "currency": "EUR"})
                self.refused(answer, 422, "validation_failed", {"/time_zone"})

    def test_overflowing_money_is_422(self):
        for amount in ("9223372036854775808", "-9223372036854775809", "1e400", "1" * 400, "0.5",
                       "-1"):
            with self.subTest(amount=amount[:24]):
                body = ('{"name": "Gold", "duration_minutes": 60, "price": {"amount": %s, '
                        '"currency": "EUR"}}' % amount).encode()
                answer = self.raw(body, "services")
                self.assertIn(answer.status, (400, 422), answer)
                self.refused(answer, answer.status)

    def test_times_and_ids_out_of_range_are_422(self):
        good = {"service_id": self.salon.services[0], "client_id": self.salon.clients[0],
                "start": house.instant(3, 10)}
        for field, value in (("start", "yesterday"), ("start", "2026-02-30T10:00:00Z"),
                             ("start", "999999-01-01T00:00:00Z"), ("start", 7),
                             ("start", "2026-12-01T10:00:00"), ("service_id", "x"),
                             ("client_id", None), ("party_size", 1 << 40)):
            with self.subTest(field=field, value=value):
                answer = self.api.post("appointments", {**good, field: value})
                self.refused(answer, 422, "validation_failed", {"/" + field})
        for field in ("service_id", "client_id"):
            answer = self.api.post("appointments", {**good, field: house.MISSING})
            self.assertIn(answer.status, (404, 422), answer)

    def test_unknown_query_parameters_paths_and_methods(self):
        self.assertIn(self.api.get("clients?colour=red").status, (400, 422))
        self.assertIn(self.api.get("clients?limit=201").status, (400, 422))
        self.assertIn(self.api.get("clients?cursor=%00%ff").status, (400, 422))
        self.refused(self.api.get("clients/" + house.MISSING), 404, "not_found")
        self.refused(self.api.get("clients/x%2e%2e%2fy"), 404)
        self.refused(self.api.get("clients/"), 404)
        self.refused(self.api.send("PUT", "clients", {}), 405)
        self.refused(self.api.post("clients", {"first_name": "a", "last_name": "b"},
                                   Idempotency_Key="k" * 256), 400)

    def exchange(self, *parts):
        return house.exchange(self.spine.address, *parts)

    def test_broken_framing_is_400_and_closed(self):
        head = (b"POST /v1/tenants/salon/clients HTTP/1.1\r\nHost: x\r\nContent-Type: "
                b"application/json\r\nAuthorization: Bearer " + self.spine.key.encode() + b"\r\n")
        body = b'{"first_name": "smuggled", "last_name": "x"}'
        size = str(len(body)).encode()
        chunked = b"2c\r\n" + body + b"\r\n0\r\n\r\n"
        broken = {
            "both lengths": b"Content-Length: " + size + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + chunked,
            "two lengths": b"Content-Length: " + size + b"\r\nContent-Length: 3\r\n\r\n" + body,
            "negative": b"Content-Length: -1\r\n\r\n" + body,
            "no number": b"Content-Length: 0x2c\r\n\r\n" + body,
            "overflow": b"Content-Length: 99999999999999999999999\r\n\r\n" + body,
            "signed": b"Content-Length: +" + size + b"\r\n\r\n" + body,
            "bad chunk": b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + body + b"\r\n0\r\n\r\n",
            "unknown coding": b"Transfer-Encoding: cow\r\n\r\n" + body,
            "chunked twice": b"Transfer-Encoding: chunked, chunked\r\n\r\n" + chunked,
            "space before colon": b"Content-Length : " + size + b"\r\n\r\n" + body,
            "folded": b"X-A: b\r\n c\r\nContent-Length: " + size + b"\r\n\r\n" + body,
            "bare line feed": b"X-A: b\nContent-Length: " + size + b"\r\n\r\n" + body,
            "null in header": b"X-A: b\0\r\nContent-Length: " + size + b"\r\n\r\n" + body}
        for name, rest in broken.items():
            with self.subTest(framing=name):
                answer = self.exchange(head + rest)
                self.assertIn(answer[:13], (b"HTTP/1.1 400 ", b"HTTP/1.1 413 ", b"HTTP/1.1 501 "),
                              answer[:300])
                self.assertEqual(answer.count(b"HTTP/1.1 "), 1, "went on after broken framing")
        for name, start in (("no version", b"GET /healthz\r\n\r\n"), ("noise", b"\x16\x03\x01\0"),
                            ("no host", b"GET /healthz HTTP/1.1\r\n\r\n"),
                            ("two hosts", b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")):
            with self.subTest(framing=name):
                answer = self.exchange(start)
                self.assertTrue(answer == b"" or answer[:12] == b"HTTP/1.1 400", answer[:300])

    def test_headers_without_end_are_bounded(self):
        answer = self.exchange(b"GET /healthz HTTP/1.1\r\nHost: x\r\n", b"X-A: b\r\n" * 100_000)
        self.assertIn(answer[:12], (b"HTTP/1.1 431", b"HTTP/1.1 400", b""), answer[:300])


if __name__ == "__main__":
    unittest.main()
