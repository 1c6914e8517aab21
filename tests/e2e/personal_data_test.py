"""What people tell a business stays sealed, masked and recorded.

Shows, of the spine: "a scan of the whole data directory finds no plaintext of any client's name,
e-mail or phone", "client search by part of a name, phone or e-mail", "structured logs without
personal data or secrets", and, of log.md, that sensitive reads are events.
"""
import base64
import unittest
import urllib.parse

import house

CLIENT = {"first_name": "Zebulonius", "last_name": "Quixfarthington",
          "email": "Zeb.Quixfarth@wyvernmail.example", "phone": "+34600918273",
          "notes": "prefers the vermilionchair by the window", "allergies": "wolframitedust",
          "medical_conditions": "xerodermapollen", "gender": "zygomorphic",
          "address": {"line1": "17 Kestrelbourne Passage"}}
STAFF = "Ermengardewyn Plotz"
REASON = "Quibblesome rearrangement"
AGENT = "Frobnicator-Browser/9.81"
CLIENT_NOTES = "onlytheundercutplease"
CANCEL_REASON = "brokenkneecapstory"


def forms(text):
    """The text as it is, in lower case, without what surrounds a number, and as base64 holds it."""
    plain = {text, text.lower(), text.upper()}
    plain |= {text.encode("utf-16-le").decode("latin-1")}
    if text.startswith("+"):
        plain.add(text[1:])
    found = {form.encode("latin-1") for form in plain}
    for form in (text.encode(), text.lower().encode()):
        # What surrounds it decides which of three encodings stands there; the ends are cut off.
        for shift in range(3):
            encoded = base64.b64encode(b"\0" * shift + form)
            inner = encoded[4 if shift else 0:-4]
            found |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    return found


class PersonalDataTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.spine = house.House().start(["--access-log"])
        cls.addClassCleanup(cls.spine.close)
        cls.salon = house.Salon(cls.spine)
        api = cls.spine.client("salon")
        told = {"Almanac_Reason": REASON, "User_Agent": AGENT}
        cls.person = api.made("clients", CLIENT, **told)
        cls.staff = api.made("resources", {"type": "staff", "name": STAFF}, **told)
        cls.appointment = api.made("appointments", {
            "service_id": cls.salon.services[0], "client_id": cls.person,
            "start": house.instant(3, 10), "client_notes": CLIENT_NOTES}, Idempotency_Key="k",
            **told)
        api.made(f"appointments/{cls.appointment}/cancel",
                 {"by": "client", "reason": CANCEL_REASON}, **told)
        # Reads and failures leave traces too: in views, caches and logs.
        for path in cls.searches():
            api.get(path, User_Agent=AGENT)
        api.post("clients", {**CLIENT, "colour": "red"}, **told)
        api.post("clients", CLIENT, **told)
        api.close()

    @classmethod
    def searches(cls):
        quoted = {name: urllib.parse.quote(text) for name, text in CLIENT.items()
                  if isinstance(text, str)}
        return ["clients?q=quixfarth", "clients?q=bulon", "clients?q=wyvernmail",
                "clients?q=918273", "clients?email=" + quoted["email"].lower(),
                "clients?email=" + quoted["email"].upper(), "clients?phone=" + quoted["phone"]]

    def setUp(self):
        if self.spine.process is None:
            self.spine.start(["--access-log"])
        self.api = self.spine.client("salon")
        self.addCleanup(self.api.close)

    def secrets(self):
        whole = [*CLIENT.values(), STAFF, REASON, AGENT, CLIENT_NOTES, CANCEL_REASON]
        return [text for text in whole if isinstance(text, str)] + [
                        "Zebulonius", "Quixfarth", "wyvernmail", "vermilionchair", "Kestrelbourne",
                        "Ermengardewyn", "Quibblesome", "Frobnicator"]

    def scan(self, when):
        files = [path for path in self.spine.data.rglob("*") if path.is_file()]
        self.assertGreater(len(files), 10)
        wanted = {secret: forms(secret) for secret in self.secrets()}
        for path in files:
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                # RocksDB removes what it has replaced.
                self.assertIn(when, ("running", "started again"))
                continue
            for secret, searched in wanted.items():
                for form in searched:
                    self.assertFalse(form in content, f"{when}: {path} holds {secret!r}")
        errors = self.spine.stderr()
        for secret in [*self.secrets(), self.spine.key]:
            self.assertFalse(secret.lower() in errors.lower(), f"{when}: stderr says {secret!r}")
        self.assertIn("clients", errors, "the access log was off: this test shows nothing")

    def test_no_file_holds_it_in_clear_while_running_stopped_and_after_kill(self):
        # The scan itself must be able to find: the tenant's name is not personal.
        files = [path for path in self.spine.data.rglob("*") if path.is_file()]
        self.assertTrue(any(b"House of salon" in path.read_bytes() for path in files))
        self.scan("running")
        self.assertEqual(self.spine.stop(), 0)
        self.scan("stopped")
        self.spine.start(["--access-log"])
        self.scan("started again")
        self.spine.kill()
        self.scan("killed")

    def test_events_show_it_sealed_only(self):
        text = str(house.all_events(self.api))
        for secret in self.secrets():
            self.assertNotIn(secret.lower(), text.lower())
        self.assertIn(f"client:{self.person}", text)

    def test_search_finds(self):
        for path in self.searches():
            with self.subTest(path=path):
                answer = self.api.get(path)
                self.assertEqual(answer.status, 200, answer)
                self.assertEqual([row["id"] for row in answer["data"]], [self.person])
        for path in ("clients?q=nobodyatall", "clients?phone=%2B34600918274"):
            self.assertEqual(self.api.get(path)["data"], [], path)
        refused = self.api.get("clients?notes=x")
        self.assertEqual(refused.status, 422, refused)
        self.assertIn(("/notes", "not_filterable"),
                      [(error["pointer"], error["code"]) for error in refused["errors"]])

    def key(self, *scopes):
        answer = self.api.post("api_keys", {"name": "narrow", "scopes": list(scopes)})
        self.assertEqual(answer.status, 201, answer)
        narrow = self.spine.client("salon", answer["key"])
        self.addCleanup(narrow.close)
        return narrow

    def test_without_read_personal_it_is_masked(self):
        narrow = self.key("scheduling.client:read", "scheduling.appointment:read")
        for path in (f"clients/{self.person}", "clients"):
            answer = narrow.get(path)
            self.assertEqual(answer.status, 200, answer)
            row = answer.json if "data" not in answer.json else next(
                row for row in answer["data"] if row["id"] == self.person)
            self.assertEqual(set(row["masked"]) & set(CLIENT), set(CLIENT), row)
            self.assertEqual([row[name] for name in CLIENT], [None] * len(CLIENT))
        row = narrow.get(f"appointments/{self.appointment}")
        self.assertTrue(row.json.get("masked"), row)
        for answer in (row, narrow.get(f"clients/{self.person}/history")):
            for secret in self.secrets():
                self.assertNotIn(secret.lower(), answer.text.lower())
        for path in self.searches():
            answer = narrow.get(path)
            self.assertNotEqual((answer.status, answer.json.get("data")),
                                (200, [self.person]), path)
            self.assertNotIn(self.person, answer.text, f"{path} answers what it may not show")

    def reads(self):
        return [event for event in house.all_events(self.api)
                if event["type"].endswith("personal_data_read")]

    def test_reading_allergies_is_an_event_about_the_client(self):
        before = len(self.reads())
        row = self.api.get(f"clients/{self.person}")
        self.assertEqual((row["allergies"], row["medical_conditions"]),
                         (CLIENT["allergies"], CLIENT["medical_conditions"]))
        self.assertEqual(row.headers.get("cache-control"), "no-store")
        gained = self.reads()[before:]
        self.assertEqual(len(gained), 1)
        self.assertIn(f"about:client:{self.person}", gained[0]["tags"])
        narrow = self.key("scheduling.client:read", "scheduling.client:read_personal")
        row = narrow.get(f"clients/{self.person}")
        self.assertEqual(row["first_name"], CLIENT["first_name"])
        self.assertIsNone(row["allergies"])
        self.assertEqual(set(row["masked"]), {"allergies", "medical_conditions"})
        self.assertEqual(len(self.reads()), before + 1, "nothing sensitive was shown")

    def test_a_representation_is_what_get_answers_and_as_much_of_a_reading(self):
        whole = {"Prefer": "return=representation"}
        body = {"first_name": "Xanthippe", "allergies": "xylitoldust"}
        before = len(self.reads())
        made = self.api.send("POST", "clients", body, {**whole, "Idempotency-Key": "shown"})
        self.assertEqual(made["resource"]["allergies"], body["allergies"], made)
        gained = self.reads()[before:]
        self.assertEqual(len(gained), 1)
        self.assertIn(f"about:client:{made['id']}", gained[0]["tags"])
        self.assertEqual(gained[0]["data"]["fields"], ["allergies"])
        self.assertEqual(made["resource"], self.api.get(f"clients/{made['id']}").json)
        replayed = self.api.send("POST", "clients", body, {**whole, "Idempotency-Key": "shown"})
        self.assertEqual(replayed["resource"], made["resource"], replayed)
        self.assertEqual(len(self.reads()), before + 3, "written, got and replayed: read thrice")
        self.api.send("PATCH", f"clients/{made['id']}", {"first_name": "Xena"})
        self.assertEqual(len(self.reads()), before + 3, "nobody asked to see it")

    def test_a_representation_shows_a_key_no_more_than_get_does(self):
        path, whole = f"clients/{self.person}", {"Prefer": "return=representation"}
        before = len(self.reads())
        narrow = self.key("scheduling.client:read", "scheduling.client:change")
        changed = narrow.send("PATCH", path, {"notes": CLIENT["notes"]}, whole)
        self.assertEqual(changed.status, 200, changed)
        self.assertEqual(changed["resource"], narrow.get(path).json)
        self.assertTrue({"first_name", "allergies"} <= set(changed["resource"]["masked"]), changed)
        blind = self.key("scheduling.client:change")
        changed = blind.send("PATCH", path, {"notes": CLIENT["notes"]}, whole)
        self.assertEqual(changed.status, 200, changed)
        self.assertNotIn("resource", changed.json)
        self.assertEqual((blind.get(path).status, len(self.reads())), (403, before))


if __name__ == "__main__":
    unittest.main()
