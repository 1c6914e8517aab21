"""What is written beside an appointment, and what records keep beyond the rules, over HTTP.

Shows, of the seeds' tables: the plain fields of bookings (meeting, address of a visit at home,
follow-up, feedback) and saved calendar views.
"""
import unittest

import house

DAY = 4
MEETING = {"platform": "zoom", "url": "https://zoom.example/1", "password": "sesame"}


class DetailsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.spine = house.House().start()
        cls.addClassCleanup(cls.spine.close)
        cls.salon = house.Salon(cls.spine)
        cls.api = cls.spine.client("salon")
        cls.addClassCleanup(cls.api.close)

    def booked(self, hour, **more):
        return self.api.made("appointments", {
            "service_id": self.salon.services[0], "client_id": self.salon.clients[0],
            "start": house.instant(DAY, hour), **more})

    def row(self, appointment):
        return house.answered(self.api, f"appointments/{appointment}").json

    def test_details_come_with_the_booking_and_change_afterwards(self):
        plain = self.booked(9)
        self.assertIsNone(self.row(plain)["details"])
        told = self.booked(10, details={"source": "website", "meeting": MEETING})
        self.assertEqual(self.row(told)["details"]["meeting"], MEETING)
        path = f"appointments/{told}"
        changed = self.api.send("PATCH", path, {"details": {"source": None, "feedback_rating": 5}})
        self.assertEqual(changed.status, 200, changed)
        details = self.row(told)["details"]
        self.assertEqual((details["source"], details["feedback_rating"]), (None, 5))
        self.assertEqual(details["meeting"], MEETING)
        again = self.api.send("PATCH", path, {"details": {"feedback_rating": 5}})
        self.assertEqual((again.status, again["revision"]), (200, changed["revision"]), again)
        types = [e["type"] for e in house.answered(self.api, path + "/history")["data"]]
        self.assertEqual(types[-1], "scheduling.appointment_details_changed")

    def test_bad_details_are_named_one_by_one(self):
        appointment = self.booked(12)
        answer = self.api.send("PATCH", f"appointments/{appointment}", {
            "details": {"feedback_rating": 6, "meeting": {"url": "nowhere"}, "colour": 1},
            "status": "completed"})
        self.assertEqual(answer.status, 422, answer)
        self.assertEqual([e["pointer"] for e in answer["errors"]], ["/status"])
        answer = self.api.send("PATCH", f"appointments/{appointment}", {
            "details": {"feedback_rating": 6, "meeting": {"url": "nowhere"}, "colour": 1}})
        self.assertEqual({(e["pointer"], e["code"]) for e in answer["errors"]},
                         {("/details/feedback_rating", "max"), ("/details/meeting/url", "format"),
                          ("/details/colour", "unknown_field")}, answer)

    def test_who_may_not_read_personal_data_sees_no_meeting(self):
        appointment = self.booked(14, details={"source": "website", "meeting": MEETING})
        key = self.api.post("api_keys", {"name": "desk", "scopes": ["scheduling.*:read"]})["key"]
        desk = self.spine.client("salon", key)
        self.addCleanup(desk.close)
        row = house.answered(desk, f"appointments/{appointment}").json
        self.assertEqual(row["details"]["source"], "website")
        self.assertIsNone(row["details"]["meeting"])
        self.assertIn("details.meeting", row["masked"])

    def test_a_calendar_view_is_a_record(self):
        view = self.api.made("calendar_views", {
            "name": "Front desk", "visible_columns": ["start", "client"],
            "filter_settings": {"status": ["confirmed"]}})
        row = house.answered(self.api, f"calendar_views/{view}").json
        self.assertEqual((row["slug"], row["filter_settings"]),
                         ("front-desk", {"status": ["confirmed"]}))
        self.assertEqual(self.api.send("DELETE", f"calendar_views/{view}").status, 200)
        self.assertEqual(self.api.post(f"calendar_views/{view}/restore", {}).status, 200)


if __name__ == "__main__":
    unittest.main()
