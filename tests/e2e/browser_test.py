"""What a page in a browser meets: preflights, readable answers and refusals, nothing unless asked.
"""
import unittest

import house

SHOP = "https://shop.example.com"


def preflight(api, path, origin, method):
    return api.send("OPTIONS", path, headers={
        "Origin": origin, "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key"})


def cors_headers(answer):
    return {name for name in answer.headers if name.startswith("access-control-")}


class BrowserTest(unittest.TestCase):
    def serve(self, *options):
        spine = house.House().start(options)
        self.addCleanup(spine.close)
        return spine

    def test_off_unless_asked_for(self):
        api = self.serve().client()
        for answer in (preflight(api, "/v1/tenants", SHOP, "POST"),
                       api.get("/v1/tenants", Origin=SHOP)):
            self.assertEqual(cors_headers(answer), set())
        api.close()

    def test_a_page_books_from_its_origin(self):
        spine = self.serve("--cors-origin", "https://other.example.com", "--cors-origin", SHOP)
        salon = house.Salon(spine)
        stranger = spine.client("salon", "none")
        answer = preflight(stranger, "appointments", SHOP, "POST")
        self.assertEqual((answer.status, answer.text), (204, ""))
        self.assertEqual(answer.headers["access-control-allow-origin"], SHOP)
        self.assertEqual(answer.headers["vary"], "Origin")
        self.assertIn("POST", answer.headers["access-control-allow-methods"])
        self.assertIn("Idempotency-Key", answer.headers["access-control-allow-headers"])
        self.assertIn("access-control-max-age", answer.headers)
        self.assertNotIn("access-control-allow-credentials", answer.headers)
        # A refusal can be read too: 401 here, then 404, 405.
        answers = [stranger.get("services", Origin=SHOP)]
        stranger.close()
        api = spine.client("salon")
        booked = api.post("appointments", {
            "service_id": salon.services[0], "client_id": salon.clients[0],
            "start": house.instant(3)}, Origin=SHOP)
        answers += [booked, api.get("nothing", Origin=SHOP),
                    api.send("PUT", "services", headers={"Origin": SHOP})]
        self.assertEqual([answer.status for answer in answers], [401, 201, 404, 405])
        for answer in answers:
            self.assertEqual(answer.headers["access-control-allow-origin"], SHOP)
            self.assertIn("Almanac-Position", answer.headers["access-control-expose-headers"])
        # Another page may not read, and everybody else is served as ever.
        answer = api.get("services", Origin="https://evil.example.com")
        self.assertEqual((answer.status, cors_headers(answer)), (200, set()))
        answer = preflight(api, "services", "https://evil.example.com", "GET")
        self.assertEqual((answer.status, cors_headers(answer)), (204, set()))
        self.assertEqual(api.get("/healthz").headers["vary"], "Origin")
        api.close()

    def test_any_page(self):
        api = self.serve("--cors-origin", "*").client()
        for answer in (preflight(api, "/v1/tenants", SHOP, "GET"),
                       api.get("/v1/tenants", Origin=SHOP)):
            self.assertEqual(answer.headers["access-control-allow-origin"], "*")
            self.assertNotIn("access-control-allow-credentials", answer.headers)
        api.close()


if __name__ == "__main__":
    unittest.main()
