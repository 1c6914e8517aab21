"""Reports and calendar feeds of a real server, the feeds read by a parser that is not ours.

Shows, of the views: the calendar page with names masked, free/busy, a report by the day, and the
iCalendar feed with its secret URL (valid for real calendar clients, revocable, never with names
unless asked for by one who may read them).
"""
import datetime
import sys
import unittest
import urllib.parse

import house

sys.path.append("/usr/lib/python3/dist-packages")  # Debian's, where another Python runs
import icalendar  # noqa: E402


class ReportsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.spine = house.House().start()
        cls.addClassCleanup(cls.spine.close)
        cls.salon = house.Salon(cls.spine)
        cls.api = cls.spine.client("salon")
        cls.addClassCleanup(cls.api.close)
        cls.day = house.instant(3)[:10]
        cls.first, cls.second, cls.third = (cls.book(hour) for hour in (9, 11, 13))
        cls.api.post(f"appointments/{cls.second}/cancel", {"by": "business"})

    @classmethod
    def book(cls, hour):
        return cls.api.made("appointments", {
            "service_id": cls.salon.services[0], "client_id": cls.salon.clients[0],
            "start": f"{cls.day}T{hour:02}:00:00Z"})

    def key(self, *scopes):
        answer = self.api.post("api_keys", {"name": "desk", "scopes": list(scopes)})
        self.assertEqual(answer.status, 201, answer)
        client = self.spine.client("salon", answer["key"])
        self.addCleanup(client.close)
        return client

    def feed(self, api=None, **body):
        answer = (api or self.api).post(f"resources/{self.salon.chairs[0]}/calendar_feed", body)
        self.assertEqual(answer.status, 200, answer)
        return answer["url"]

    def fetch(self, url, method="GET", **headers):
        """As a calendar program does: no key."""
        anybody = house.Client(self.spine.address)
        self.addCleanup(anybody.close)
        return anybody.send(method, urllib.parse.urlsplit(url).path, headers=headers)

    def events(self, url):
        answer = self.fetch(url)
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.headers["content-type"], "text/calendar; charset=utf-8")
        calendar = icalendar.Calendar.from_ical(answer.text)
        self.assertEqual(str(calendar["version"]), "2.0")
        return {str(event["uid"]): event for event in calendar.walk("VEVENT")}

    def test_a_day_in_the_report_the_calendar_and_free_busy(self):
        row = self.api.get(f"reports/appointment_stats?from={self.day}&to={self.day}")["data"][0]
        self.assertEqual((row["date"], row["booked"], row["cancelled"]), (self.day, 3, 1))
        self.assertEqual(row["revenue"], {"amount": 0, "currency": "EUR"})
        page = self.api.get(f"calendar?view=day&date={self.day}").json
        listed = page["days"][0]["appointments"]
        self.assertEqual([each["id"] for each in listed], [self.first, self.second, self.third])
        self.assertEqual(listed[0]["customer"]["first_name"], "First0")
        masked = self.key("scheduling.calendar:read").get(f"calendar?date={self.day}").json
        self.assertIsNone(masked["days"][0]["appointments"][0]["customer"]["first_name"])
        self.assertIn("days.appointments.customer.first_name", masked["masked"])
        answer = self.api.get(f"free_busy?resource_ids={self.salon.chairs[0]}"
                              f"&from={self.day}T00:00:00Z&to={self.day}T23:00:00Z")
        self.assertEqual([each["start"][11:16] for each in answer["data"][0]["busy"]],
                         ["09:00", "13:00"])
        refused = self.key("scheduling.slot:read").get("reports/dashboard")
        self.assertEqual((refused.status, refused.code), (403, "denied"))

    def test_a_feed_is_what_a_calendar_program_understands(self):
        found = self.events(self.feed())
        self.assertEqual(set(found), {f"{each}@almanac"
                                      for each in (self.first, self.second, self.third)})
        event = found[f"{self.first}@almanac"]
        start = event["dtstart"].dt
        self.assertEqual(start.utcoffset(), datetime.timedelta(0))
        self.assertEqual(start.strftime("%Y-%m-%dT%H:%M:%SZ"), f"{self.day}T09:00:00Z")
        self.assertEqual(event["dtend"].dt - start, datetime.timedelta(hours=1))
        self.assertEqual((str(event["status"]), int(event["sequence"])), ("CONFIRMED", 0))
        self.assertEqual(str(event["summary"]), "Cut 0")  # nobody's name
        gone = found[f"{self.second}@almanac"]
        self.assertEqual((str(gone["status"]), int(gone["sequence"])), ("CANCELLED", 1))

    def test_names_stand_in_it_only_where_asked_for_by_one_who_reads_them(self):
        url = self.feed(with_names=True)
        self.assertEqual(str(self.events(url)[f"{self.first}@almanac"]["summary"]),
                         "Cut 0 – First0 Last0")
        desk = self.key("scheduling.calendar_feed:create")
        refused = desk.post(f"resources/{self.salon.chairs[0]}/calendar_feed", {"with_names": True})
        self.assertEqual((refused.status, refused.code), (403, "denied"))
        self.feed(desk)

    def test_an_etag_saves_the_second_download_and_head_has_no_body(self):
        url = self.feed()
        first = self.fetch(url)
        again = self.fetch(url, **{"If-None-Match": first.headers["etag"]})
        self.assertEqual((again.status, again.text), (304, ""))
        head = self.fetch(url, "HEAD")
        self.assertEqual((head.status, head.text), (200, ""))
        self.assertEqual(head.headers["etag"], first.headers["etag"])
        self.api.post(f"appointments/{self.third}/reschedule", {"start": f"{self.day}T15:00:00Z"})
        changed = self.fetch(url, **{"If-None-Match": first.headers["etag"]})
        self.assertEqual(changed.status, 200)

    def test_a_url_is_revoked_by_another_one_and_by_delete(self):
        chair = f"resources/{self.salon.chairs[0]}/calendar_feed"
        old, new = self.feed(), self.feed()
        self.assertEqual(self.fetch(old).status, 404)
        self.assertEqual(self.fetch(new).status, 200)
        self.assertEqual(self.api.send("DELETE", chair).status, 200)
        self.assertEqual(self.fetch(new).status, 404)
        unknown = self.fetch(new.replace("salon", "nobody"))
        self.assertEqual((unknown.status, unknown.code), (404, "not_found"))
        events = [event for event in house.all_events(self.api)
                  if event["type"] == "scheduling.calendar_feed_issued"]
        token = urllib.parse.urlsplit(new).path.rsplit("/", 1)[1].removesuffix(".ics")
        self.assertTrue(events)
        self.assertNotIn(token, str(events))
        row = self.api.get(f"calendar_feeds/{self.salon.chairs[0]}").json
        self.assertEqual(row["status"], "revoked")
        self.assertNotIn("hash", row)


if __name__ == "__main__":
    unittest.main()
