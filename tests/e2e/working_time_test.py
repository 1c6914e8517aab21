"""Working time and bookings that cannot be, over HTTP: each with its code and its pointer.

Shows, of the domain page "Scheduling": what is invalid in schedules, overrides and bookings, that
what changes working time over bookings is accepted and names them, and every code of a refused
booking with its status.
"""
import unittest

import house

DAY = 3


class WorkingTimeTest(house.SalonTest):
    def errors(self, method, path, body, status=422):
        answer = self.api.send(method, path, body)
        self.assertEqual(answer.status, status, answer)
        return [(error["pointer"], error["code"]) for error in answer["errors"]]

    def refused(self, body, status, code):
        answer = self.api.post("appointments", {**self.booking(house.instant(DAY, 10)), **body})
        self.assertEqual((answer.status, answer.code), (status, code), answer)
        return [(error["pointer"], error["code"]) for error in answer.json.get("errors", [])]

    def add(self, path, **fields):
        return self.api.made(path, {"name": self.name() + path, **fields})

    def test_bad_schedules(self):
        morning = {"day": "monday", "from": "09:00", "to": "12:00"}
        night = {"day": "sunday", "from": "22:00", "to": "10:00"}
        for body, expected in (
                ({"windows": [morning, {**morning, "from": "11:00", "to": "13:00"}]},
                 [("/windows/1", "overlap")]),
                ({"windows": [morning, night]}, [("/windows/1", "overlap")]),
                ({"windows": [{**morning, "to": "09:00"}]}, [("/windows/0/to", "zero_length")]),
                ({"windows": [{**morning, "from": "24:00"}]},
                 [("/windows/0/from", "out_of_range")]),
                ({"windows": [{**morning, "to": "24:01"}]}, [("/windows/0/to", "format")]),
                ({"windows": [{**morning, "day": "noday"}]}, [("/windows/0/day", "enum")]),
                ({"windows": [{**morning, "max_bookings": 0}]},
                 [("/windows/0/max_bookings", "min")]),
                ({"windows": [morning], "breaks": [{**morning, "from": "12:00", "to": "13:00"}]},
                 [("/breaks/0", "outside_windows")]),
                ({"windows": [morning], "effective_from": "2026-06-02",
                  "effective_until": "2026-06-01"},
                 [("/effective_until", "before_effective_from")]),
                ({"windows": [morning], "effective_from": "1969-12-31"},
                 [("/effective_from", "format")]),
                ({"windows": [morning], "effective_until": "2200-01-02"},
                 [("/effective_until", "format")])):
            with self.subTest(body=body):
                room = self.api.made("resources", {"type": "room", "name": "Empty"})
                self.assertEqual(self.errors("POST", f"resources/{room}/schedules", body), expected)
                self.assertEqual(list(self.api.pages(f"resources/{room}/schedules")), [])
        good = {"windows": [{**morning, "to": "02:00"},
                            {"day": "wednesday", "from": "00:00", "to": "00:00"},
                            {"day": "friday", "from": "18:00", "to": "24:00"}]}
        self.api.made(f"resources/{room}/schedules", good)

    def test_bad_overrides(self):
        path = f"resources/{self.chair}/overrides/{house.instant(DAY)[:10]}"
        window = {"from": "09:00", "to": "12:00"}
        for body, expected in (
                ({}, [("/windows", "required")]),
                ({"closed": True, "windows": [window]}, [("/windows", "not_with_closed")]),
                ({"windows": [window, {**window, "from": "11:00", "to": "13:00"}]},
                 [("/windows/1", "overlap")]),
                ({"windows": [{**window, "to": "09:00"}]}, [("/windows/0/to", "zero_length")])):
            with self.subTest(body=body):
                self.assertEqual(self.errors("PUT", path, body), expected)
        for date in ("1969-12-31", "2200-01-02", "2026-02-30"):
            answer = self.api.send("PUT", f"resources/{self.chair}/overrides/{date}",
                                   {"closed": True})
            self.assertEqual(answer.status, 404, answer)

    def test_what_changes_working_time_names_the_bookings_it_meets(self):
        path = f"resources/{self.chair}"
        date = house.instant(DAY)[:10]
        early, late = [self.api.made("appointments", self.booking(house.instant(DAY, hour)))
                       for hour in (9, 15)]
        blocked = self.api.post("blocks", {
            "scope": {"resource_id": self.chair}, "kind": "training",
            "start": house.instant(DAY, 15), "end": house.instant(DAY, 16)})
        self.assertEqual(blocked["conflicts"], [late], blocked)
        all_day = {"windows": [{"day": day, "from": "00:00", "to": "24:00"} for day in house.DAYS]}
        renewed = self.api.post(f"{path}/schedules", all_day)
        self.assertEqual((renewed.status, renewed["conflicts"]), (201, [late]), renewed)
        shorter = self.api.send("PUT", f"{path}/overrides/{date}",
                                {"windows": [{"from": "00:00", "to": "08:00"}]})
        self.assertEqual(shorter["conflicts"], [early, late], shorter)
        gone = self.api.send("DELETE", f"{path}/overrides/{date}")
        self.assertEqual((gone.status, gone["conflicts"]), (200, [late]), gone)
        deleted = self.api.send("DELETE", path)
        self.assertEqual((deleted.status, deleted["conflicts"]), (200, [early, late]), deleted)
        for kept in (early, late):
            self.assertEqual(self.api.get(f"appointments/{kept}")["status"], "confirmed")

    def test_what_is_not_there_cannot_be_booked(self):
        gone = self.add("services", duration_minutes=60)
        self.api.send("DELETE", f"services/{gone}")
        idle = self.add("services", duration_minutes=60, active=False)
        self.assertEqual(self.refused({"service_id": gone}, 422, "validation_failed"),
                         [("/service_id", "not_found")])
        self.assertEqual(self.refused({"service_id": idle}, 422, "validation_failed"),
                         [("/service_id", "inactive")])
        other = house.Salon.add_chair(self.api, "Another")
        shared = house.Salon.add_service(self.api, "Shared", [self.chair, other])
        named = {"service_id": shared, "resource_ids": [other]}
        self.api.send("PATCH", f"resources/{other}", {"active": False})
        self.assertEqual(self.refused(named, 422, "validation_failed"),
                         [("/resource_ids/0", "inactive")])
        self.api.send("DELETE", f"resources/{other}")
        self.assertEqual(self.refused(named, 422, "validation_failed"),
                         [("/resource_ids/0", "not_found")])
        person = self.api.made("clients", {"first_name": "Gone"})
        self.api.send("DELETE", f"clients/{person}")
        self.assertEqual(self.refused({"client_id": person}, 422, "validation_failed"),
                         [("/client_id", "not_found")])

    def test_nothing_of_another_tenant_can_be_booked(self):
        there = house.Salon(self.spine, slug="elsewhere")
        for field, value in (("service_id", there.services[0]), ("client_id", there.clients[0])):
            self.assertEqual(self.refused({field: value}, 422, "validation_failed"),
                             [("/" + field, "not_found")])
        self.assertEqual(self.refused({"resource_ids": there.chairs}, 422, "validation_failed"),
                         [("/resource_ids/0", "not_found")])

    def test_a_party_has_people_and_a_place(self):
        group = house.Salon.add_service(self.api, "Group", [self.chair], capacity=4)
        for party, code in ((0, "min"), (5, "max")):
            self.assertEqual(self.refused({"service_id": group, "party_size": party}, 422,
                                          "validation_failed"), [("/party_size", code)])
        answer = self.api.get(f"slots?service_id={group}&from={house.instant(DAY)}"
                              f"&to={house.instant(DAY + 1)}&party_size=5")
        self.assertEqual([(e["pointer"], e["code"]) for e in answer["errors"]],
                         [("/party_size", "max")])

    def test_notes_of_the_staff_are_for_those_who_may_read_them(self):
        notes = {"staff_notes": "pays late", "client_notes": "by the window"}
        booked = self.api.made("appointments", self.booking(house.instant(DAY, 10), **notes))
        for scopes, shown in (
                (["scheduling.appointment:read"], False),
                (["scheduling.appointment:read", "scheduling.appointment:read_personal"], True)):
            key = self.api.post("api_keys", {"name": "desk", "scopes": scopes})["key"]
            desk = self.spine.client("salon", key)
            row = desk.get(f"appointments/{booked}").json
            desk.close()
            for name, text in notes.items():
                self.assertEqual(row[name], text if shown else None, row)
                self.assertEqual(name in row.get("masked", []), not shown, row)

    def test_ranges_and_dates_are_bounded(self):
        slots = f"slots?service_id={self.service}&from={house.instant(0)}&to="
        busy = f"free_busy?resource_ids={self.chair}&from={house.instant(0)}&to="
        for query in (slots, busy):
            self.assertEqual(self.api.get(query + house.instant(93)).status, 200)
            for to, code in ((house.instant(93, 0, 1), "range"), (house.instant(0), "before_from"),
                             ("2200-01-02T00:00:00Z", "format")):
                self.assertEqual(self.errors("GET", query + to, None), [("/to", code)], query + to)
        for start in ("1969-12-31T23:59:59Z", "2200-01-02T00:00:00Z"):
            self.assertEqual(self.refused({"start": start}, 422, "validation_failed"),
                             [("/start", "format")])
            self.assertEqual(self.errors("POST", "holds", {"service_id": self.service,
                                                           "start": start}),
                             [("/start", "format")])
        for date in ("1969-12-31", "2200-01-02"):
            self.assertEqual(self.errors("GET", f"calendar?date={date}", None),
                             [("/date", "format")])

    def test_every_refused_booking_has_its_code_and_status(self):
        strict = house.Salon.add_service(self.api, "Strict", [self.chair], min_notice_minutes=60,
                                         booking_window_days=30, max_per_day=1)
        of = {"service_id": strict}
        unstaffed = self.api.made("resources", {"type": "staff", "name": "No schedule"})
        nobody = house.Salon.add_service(self.api, "Nobody", [unstaffed])
        self.refused({"service_id": nobody}, 422, "scheduling.no_resource")
        self.refused({**of, "start": house.instant(-1, 10)}, 422, "scheduling.too_soon")
        self.refused({**of, "start": house.instant(31, 10)}, 422, "scheduling.too_far_ahead")
        self.refused({**of, "start": house.instant(DAY, 10, 7)}, 422, "scheduling.off_grid")
        self.api.made("blocks", {"scope": {"resource_id": self.chair}, "kind": "sick_leave",
                                 "start": house.instant(DAY, 18), "end": house.instant(DAY, 20)})
        self.refused({**of, "start": house.instant(DAY, 18)}, 422,
                     "scheduling.outside_working_time")
        self.api.made("appointments", self.booking(house.instant(DAY, 12), **of))
        self.refused({**of, "start": house.instant(DAY, 12)}, 409, "scheduling.day_full")
        self.refused({"start": house.instant(DAY, 12)}, 409, "scheduling.slot_taken")
        group = house.Salon.add_service(self.api, "Class", [self.chair], capacity=3)
        seats = {"service_id": group, "start": house.instant(DAY, 14), "party_size": 2}
        self.api.made("appointments", self.booking(**seats))
        self.refused(seats, 409, "scheduling.capacity_exceeded")
        self.refused({**of, "hold_id": house.MISSING}, 404, "scheduling.hold_not_found")
        hold = self.api.made("holds", {"service_id": self.service,
                                       "start": house.instant(DAY, 8)})
        self.api.post(f"holds/{hold}/release", {})
        self.refused({"start": house.instant(DAY, 8), "hold_id": hold}, 409,
                     "scheduling.hold_expired")


if __name__ == "__main__":
    unittest.main()
