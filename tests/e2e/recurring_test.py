"""Blocks that close time, once or by a rule, and appointments booked as a series, over HTTP.

Shows, of the domain page "Scheduling": what is blocked is neither offered nor booked and comes back
when the block goes; a new block names the appointments it meets; a series books all or nothing, or
all it can; bad rules are refused field by field.
"""
import unittest

import house

DAY = 3


class RecurringTest(house.SalonTest):
    def block(self, **fields):
        answer = self.api.post("blocks", {"scope": {"resource_id": self.chair},
                                          "kind": "vacation", **fields})
        self.assertEqual(answer.status, 201, answer)
        return answer

    def errors(self, path, body):
        answer = self.api.post(path, body)
        self.assertEqual(answer.status, 422, answer)
        return [(e["pointer"], e["code"]) for e in answer["errors"]]

    def test_a_block_closes_and_its_end_opens(self):
        booked = self.api.made("appointments", self.booking(house.instant(DAY, 10)))
        made = self.block(start=house.instant(DAY, 9), end=house.instant(DAY, 12),
                          reason="a secret illness")
        self.assertEqual(made["conflicts"], [booked])
        starts = house.free_starts(self.api, self.service, DAY)
        self.assertIn(house.instant(DAY, 8), starts)
        self.assertIn(house.instant(DAY, 12), starts)
        for start in (house.instant(DAY, 8, 30), house.instant(DAY, 9), house.instant(DAY, 11, 30)):
            self.assertNotIn(start, starts)
            refused = self.api.post("appointments", self.booking(start))
            self.assertEqual((refused.status, refused.code),
                             (422, "scheduling.outside_working_time"))
        path = f"blocks/{made['id']}"
        row = house.answered(self.api, path).json
        self.assertEqual((row["scope"]["resource_id"], row["kind"], row["reason"]),
                         (self.chair, "vacation", "a secret illness"))
        self.assertNotIn("owner_id", row)
        events = house.all_events(self.api, "scheduling.block_added")
        self.assertNotIn("a secret illness", str(events))
        listed = [r["id"] for r in self.api.pages(f"blocks?resource_id={self.chair}")]
        self.assertEqual(listed, [made["id"]])
        self.assertEqual(self.api.send("DELETE", path).status, 200)
        self.assertEqual(self.api.send("DELETE", path).status, 404)
        self.assertIn(house.instant(DAY, 9), house.free_starts(self.api, self.service, DAY))
        self.assertEqual(list(self.api.pages(f"blocks?resource_id={self.chair}")), [])

    def test_a_rule_of_the_whole_business(self):
        day = house.instant(DAY)[:10]
        made = self.api.post("blocks", {
            "scope": {"everything": True}, "kind": "break", "local_start": f"{day}T12:00",
            "local_end": f"{day}T13:00", "rrule": "FREQ=DAILY;COUNT=3",
            "exdates": [house.instant(DAY + 1)[:10]]})
        self.assertEqual(made.status, 201, made)
        self.addCleanup(lambda: self.api.send("DELETE", f"blocks/{made['id']}"))
        for ahead, closed in ((0, True), (1, False), (2, True), (3, False)):
            offered = house.free_starts(self.api, self.service, DAY + ahead)
            noon = house.instant(DAY + ahead, 12)
            self.assertEqual(noon not in offered, closed, noon)

    def test_bad_blocks(self):
        start, end = house.instant(DAY, 10), house.instant(DAY, 11)
        good = {"scope": {"resource_id": self.chair}, "kind": "other", "start": start, "end": end}
        for change, expected in (
                ({"scope": {}}, [("/scope", "no_scope")]),
                ({"scope": {"everything": True, "resource_id": self.chair}},
                 [("/scope", "not_together")]),
                ({"scope": {"resource_id": house.MISSING}},
                 [("/scope/resource_id", "not_found")]),
                ({"scope": {"location_id": house.MISSING}},
                 [("/scope/location_id", "not_found")]),
                ({"end": start}, [("/end", "before_start")]),
                ({"end": None}, [("/end", "required")]),
                ({"local_start": "2026-12-01T10:00"}, [("/local_start", "not_together")]),
                ({"start": "1969-12-31T23:00:00Z"}, [("/start", "format")]),
                ({"end": "2200-01-02T00:00:00Z"}, [("/end", "format")]),
                ({"kind": "nap"}, [("/kind", "enum")]),
                ({"exdates": [start]}, [("/exdates", "not_together")]),
                ({"rrule": "FREQ=DAILY", "exdates": [start[:10]]}, [("/exdates/0", "kind")]),
                ({"rrule": "FREQ=OFTEN"}, [("/rrule", "rrule")]),
                ({"rrule": "FREQ=DAILY;COUNT=0"}, [("/rrule", "rrule")]),
                ({"rrule": "FREQ=SECONDLY"}, [("/rrule", "explosive")]),
                ({"rrule": "FREQ=DAILY;UNTIL=20000101"}, [("/rrule", "never")]),
                ({"rrule": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31"}, [("/rrule", "never")]),
                ({"rrule": "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=366"}, [("/rrule", "never")]),
                ({"rrule": "FREQ=DAILY;BYHOUR=11"}, [("/rrule", "not_at_start")]),
                ({"rrule": "FREQ=HOURLY", "end": house.instant(DAY, 11, 30)},
                 [("/rrule", "overlap")])):
            with self.subTest(change=change):
                self.assertEqual(self.errors("blocks", {**good, **change}), expected)
        self.assertEqual(list(self.api.pages(f"blocks?resource_id={self.chair}")), [])

    def test_a_series(self):
        rule = {"rrule": "FREQ=DAILY;COUNT=4"}
        taken = self.api.made("appointments", self.booking(house.instant(DAY + 2, 10)))
        refused = self.api.post("appointment_series", {**self.booking(house.instant(DAY, 10)),
                                                       **rule})
        self.assertEqual((refused.status, refused.code), (409, "scheduling.series_conflict"))
        self.assertEqual([(e["pointer"], e["code"]) for e in refused["errors"]],
                         [("/occurrences/2", "scheduling.slot_taken")])
        made = self.api.post("appointment_series", {**self.booking(house.instant(DAY, 10)), **rule,
                                                    "on_conflict": "skip"})
        self.assertEqual(made.status, 201, made)
        self.assertEqual([(c["start"], c["code"]) for c in made["conflicts"]],
                         [(house.instant(DAY + 2, 10), "scheduling.slot_taken")])
        series = house.answered(self.api, f"appointment_series/{made['id']}").json
        self.assertEqual(series["appointments"], made["appointments"])
        rows = list(self.api.pages(f"appointments?series_id={made['id']}&sort=start"))
        self.assertEqual([row["start"] for row in rows],
                         [house.instant(DAY + ahead, 10) for ahead in (0, 1, 3)])
        one = self.api.post(f"appointments/{made['appointments'][0]}/cancel", {})
        self.assertEqual(one.status, 200, one)
        rest = self.api.post(f"appointment_series/{made['id']}/cancel",
                             {"from": made["appointments"][2]})
        self.assertEqual(rest.status, 200, rest)
        status = [row["status"]
                  for row in self.api.pages(f"appointments?series_id={made['id']}&sort=start")]
        self.assertEqual(status, ["cancelled", "confirmed", "cancelled"])
        self.assertEqual(self.api.get(f"appointments/{taken}")["status"], "confirmed")
        self.assertIn(house.instant(DAY + 3, 10),
                      house.free_starts(self.api, self.service, DAY + 3))

    def test_bad_series(self):
        for change, expected in (
                ({"rrule": "FREQ=WEEKLY"}, [("/rrule", "endless")]),
                ({"rrule": "FREQ=DAILY;COUNT=367"}, [("/rrule", "explosive")]),
                ({"rrule": "FREQ=SECONDLY;COUNT=10"}, [("/rrule", "one_local_time")]),
                ({"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2"}, [("/rrule", "never")]),
                ({"rrule": "FREQ=DAILY;COUNT=2", "service_id": house.MISSING},
                 [("/service_id", "not_found")]),
                ({}, [("/rrule", "required")])):
            with self.subTest(change=change):
                self.assertEqual(self.errors("appointment_series", {
                    **self.booking(house.instant(DAY, 16)), **change}), expected)
        answer = self.api.post(f"appointment_series/{house.MISSING}/cancel", {})
        self.assertEqual(answer.status, 404, answer)


if __name__ == "__main__":
    unittest.main()
