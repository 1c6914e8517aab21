"""Every route of /openapi.json, asked without a right to it.

Shows, of the spine: "nothing of one tenant is reachable with another's key (same 404 as what does
not exist)", "wrong or missing key, wrong tenant", and "deny by default".
"""
import unittest

import house

METHODS = ("get", "post", "patch", "put", "delete")


class IsolationTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.spine = house.House().start()
        cls.addClassCleanup(cls.spine.close)
        cls.salon = house.Salon(cls.spine, clients=1)
        cls.rival = house.Salon(cls.spine, slug="rival", chairs=0, services=0, clients=0)
        api, rival = cls.spine.client("salon"), cls.spine.client("rival")
        cls.appointment = api.made("appointments", {
            "service_id": cls.salon.services[0], "client_id": cls.salon.clients[0],
            "start": house.instant(3, 10)})
        cls.own = cls.issue(api, ["*.*:*"])["key"]
        cls.rivals = cls.issue(rival, ["*.*:*"])["key"]
        cls.without = cls.issue(api, ["nothing.nothing:nothing"])["key"]
        revoked = cls.issue(api, ["*.*:*"])
        cls.key_id, cls.revoked = revoked["id"], revoked["key"]
        api.made(f"api_keys/{cls.key_id}/revoke", {})
        document = api.get("/openapi.json")
        cls.routes = [(method.upper(), path, operation)
                      for path, operations in document["paths"].items()
                      for method, operation in operations.items() if method in METHODS]
        cls.closed = [route for route in cls.routes if route[2].get("security")]
        cls.events = len(house.all_events(api))
        api.close()
        rival.close()

    @staticmethod
    def issue(api, scopes):
        answer = api.post("api_keys", {"name": "door", "scopes": scopes})
        if answer.status != 201:
            raise AssertionError(answer)
        return answer

    def target(self, path, tenant):
        """The path with the salon's own things in it: what the key may not have does exist."""
        salon = self.salon
        things = {"appointments": self.appointment, "services": salon.services[0],
                  "resources": salon.chairs[0], "clients": salon.clients[0],
                  "api_keys": self.key_id}
        collection = path.split("/")[4] if path.count("/") > 3 else ""
        return path.replace("{tenant}", tenant).replace(
            "{id}", things.get(collection, salon.services[0])).replace("{date}", "2026-12-01")

    def ask(self, route, tenant, key, headers=None):
        method, path, _ = route
        api = house.Client(self.spine.address, key)
        self.addCleanup(api.close)
        raw = None if method in ("GET", "DELETE") else b"{}"
        return api.send(method, self.target(path, tenant), raw=raw, headers=headers)

    @staticmethod
    def body(answer):
        return {name: value for name, value in answer.json.items() if name != "instance"}

    def within_a_tenant(self):
        return [route for route in self.closed if "{tenant}" in route[1]]

    def test_the_document_lists_the_routes(self):
        self.assertGreater(len(self.within_a_tenant()), 50)
        open_paths = {path for _, path, operation in self.routes if not operation.get("security")}
        self.assertEqual(open_paths, {"/healthz", "/readyz", "/metrics", "/openapi.json", "/docs",
                                      "/docs/errors/{code}", "/calendars/{tenant}/{file}"})

    def test_no_or_a_wrong_key_is_401(self):
        refused = {"none": None, "of another form": "alk_x", "unknown": "alk_" + "A" * 43,
                   "revoked": self.revoked}
        for route in self.closed:
            for name, key in refused.items():
                with self.subTest(route=route[:2], key=name):
                    answer = self.ask(route, "salon", key)
                    self.assertEqual(answer.status, 401, answer)
                    self.assertEqual(answer.headers["content-type"], "application/problem+json")
                    self.assertIn("www-authenticate", answer.headers)
            with self.subTest(route=route[:2], key="basic"):
                basic = self.ask(route, "salon", None, {"Authorization": "Basic YTpi"})
                self.assertEqual(basic.status, 401, basic)

    def test_another_tenants_key_sees_what_does_not_exist(self):
        for route in self.within_a_tenant():
            for tenant in ("salon", self.salon.tenant_id):
                with self.subTest(route=route[:2], tenant=tenant):
                    foreign = self.ask(route, tenant, self.rivals)
                    absent = self.ask(route, "no-such-tenant", self.rivals)
                    self.assertEqual((foreign.status, absent.status), (404, 404), foreign)
                    self.assertEqual(self.body(foreign), self.body(absent))
                    self.assertEqual(set(foreign.headers), set(absent.headers))

    def test_another_tenants_things_are_not_found_within_ones_own(self):
        ghost = "01900000-0000-7000-8000-000000000000"
        for route in self.within_a_tenant():
            if "{id}" not in route[1] or route[0] != "GET":
                continue
            with self.subTest(route=route[:2]):
                foreign = self.ask(route, "rival", self.rivals)
                absent = house.Client(self.spine.address, self.rivals)
                self.addCleanup(absent.close)
                nothing = absent.get(
                    route[1].replace("{tenant}", "rival").replace("{id}", ghost))
                self.assertEqual(foreign.status, nothing.status, foreign)
                self.assertEqual(self.body(foreign) if foreign.status != 200 else foreign.json,
                                 self.body(nothing) if nothing.status != 200 else nothing.json)
                if foreign.status == 200:
                    self.assertEqual(foreign["data"], [], foreign)

    def test_a_key_without_the_scope_is_403(self):
        for route in self.within_a_tenant():
            with self.subTest(route=route[:2]):
                answer = self.ask(route, "salon", self.without)
                self.assertEqual((answer.status, answer.code), (403, "denied"), answer)

    def test_a_tenants_key_is_no_administrators(self):
        api = house.Client(self.spine.address, self.own)
        self.addCleanup(api.close)
        made = api.post("/v1/tenants", {"slug": "third", "name": "Third", "business_type": "salon",
                                        "time_zone": "UTC", "currency": "EUR"})
        self.assertIn(made.status, (403, 404), made)
        listed = api.get("/v1/tenants")
        if listed.status == 200:
            self.assertEqual([row["slug"] for row in listed["data"]], ["salon"])
        else:
            self.assertIn(listed.status, (403, 404), listed)

    def test_none_of_it_has_changed_anything(self):
        for route in self.closed:
            self.ask(route, "salon", None)
            self.ask(route, "salon", self.rivals)
            self.ask(route, "salon", self.without)
        api = self.spine.client("salon")
        self.addCleanup(api.close)
        gained = house.all_events(api)[self.events:]
        # A denial is recorded, and nothing else is.
        self.assertLessEqual({event["type"].split(".")[-1] for event in gained}, {"access_denied"})


if __name__ == "__main__":
    unittest.main()
