"""Limits of requests, as a client meets them: headers, refusals, whose bucket is whose.

Buckets hold an hour's worth at one request a second: more than a test asks for by the way, and what
comes back while it runs is little beside it. A refusal is asked for until it is seen, as a request
may come back in between.
"""
import unittest

import house

QUOTA = 3600
OPEN = ["/healthz", "/readyz"]


def spend(api, path, until_status, most=QUOTA + 200):
    """Asks until the answer is of that status: it, and how many came before it."""
    for count in range(most):
        answer = api.get(path)
        if answer.status == until_status:
            return answer, count
    raise AssertionError(f"{most} answers of {path}, none {until_status}")


class LimitsTest(unittest.TestCase):
    def serve(self, *options):
        spine = house.House().start(["--rate-limit-burst", str(QUOTA), *options])
        self.addCleanup(spine.close)
        return spine

    def refused(self, answer, policy):
        self.assertEqual((answer.status, answer.code), (429, "rate_limited"), answer)
        self.assertTrue(answer["retryable"])
        self.assertEqual(answer.headers["content-type"], "application/problem+json")
        self.assertEqual(answer.headers["retry-after"], "1")
        self.assertIn(f'"{policy}";r=0;t=1', answer.headers["ratelimit"])
        self.assertIn(f'"{policy}";q={QUOTA};w={QUOTA}', answer.headers["ratelimit-policy"])

    def test_off_unless_asked_for(self):
        spine = house.House().start()
        self.addCleanup(spine.close)
        api = spine.client()
        for path in ("/v1/tenants", "/healthz", "/metrics"):
            answer = api.get(path)
            self.assertEqual(answer.status, 200)
            self.assertFalse({"ratelimit", "ratelimit-policy"} & set(answer.headers))
        api.close()

    def test_a_key_has_its_own_requests(self):
        spine = self.serve("--rate-limit-principal", "1")
        api = spine.client()
        house.Salon(spine)
        other = api.post("/v1/tenants/salon/api_keys",
                         {"name": "other", "scopes": ["scheduling.*:*"]})["key"]
        first = api.get("/v1/tenants")
        self.assertRegex(first.headers["ratelimit"], r'^"principal";r=\d+;t=1$')
        left = int(first.headers["ratelimit"].split("r=")[1].split(";")[0])
        answer, count = spend(api, "/v1/tenants", 429)
        self.refused(answer, "principal")
        # Requests that came back while this ran are seconds, not hundreds.
        self.assertLessEqual(left, count)
        self.assertLess(count, left + 120)
        for key, status in ((other, 200), ("alk_wrong", 401)):
            api.key = key
            self.assertEqual(api.get("/v1/tenants/salon/services").status, status)
        for path in OPEN:
            self.assertEqual(api.get(path).status, 200)
        api.close()

    def test_without_a_key_the_address_is_limited(self):
        spine = self.serve("--rate-limit-principal", "1")
        stranger = spine.client("salon", "alk_wrong")
        answer = stranger.get("services")
        self.assertEqual(answer.status, 401)
        self.assertRegex(answer.headers["ratelimit"], r'^"address";r=\d+;t=1$')
        answer, _ = spend(stranger, "services", 429)
        self.refused(answer, "address")
        # Another guess, another route and no key at all are the same flood; a good key is not.
        stranger.key = "alk_another"
        for path in ("services", "/openapi.json", "/metrics", "/docs", "/nothing"):
            self.refused(spend(stranger, path, 429)[0], "address")
        for path in OPEN:
            self.assertEqual(stranger.get(path).status, 200)
        stranger.close()
        api = spine.client()
        self.assertEqual(api.get("/v1/tenants").status, 200)
        api.close()

    def test_a_business_has_its_own_requests_whoever_asks(self):
        spine = self.serve("--rate-limit-tenant", "1")
        house.Salon(spine, "salon")
        house.Salon(spine, "barber")
        api = spine.client("salon")
        stranger_key = api.post("/v1/tenants/barber/api_keys",
                                {"name": "b", "scopes": ["scheduling.*:*"]})["key"]
        # Who does not reach the salon does not use up its requests.
        left = int(api.get("services").headers["ratelimit"].split("r=")[1].split(";")[0])
        stranger = spine.client("salon", stranger_key)
        for _ in range(100):
            answer = stranger.get("services")
            self.assertEqual(answer.status, 404)
            self.assertNotIn("ratelimit", answer.headers)
        stranger.close()
        answer = api.get("services")
        self.assertGreaterEqual(int(answer.headers["ratelimit"].split("r=")[1].split(";")[0]),
                                left - 1)
        answer, _ = spend(api, "services", 429)
        self.refused(answer, "tenant")
        self.assertEqual(api.get("/v1/tenants/barber/services").status, 200)
        self.assertEqual(api.get("/v1/tenants").status, 200)
        api.close()


if __name__ == "__main__":
    unittest.main()
