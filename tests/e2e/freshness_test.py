"""A caller who brings a position along sees at least that: every read waits for it, or says no.

Shows the paragraph "Freshness" of the conventions: `Almanac-Min-Position` and `Prefer: wait=N`, for
whatever is answered from a view or from the log.
"""
import concurrent.futures
import unittest

import house

WAITS_NOT = {"Prefer": "wait=0"}


def reads_views(path):
    """How a backup goes is the server's own state: no position of the log says how old it is."""
    return path.startswith("/v1/") and path != "/v1/admin/backup"


class FreshnessTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.spine = house.House(["--partitions", "2"]).start()
        cls.addClassCleanup(cls.spine.close)
        cls.salon = house.Salon(cls.spine)
        cls.api = cls.spine.client("salon")
        cls.addClassCleanup(cls.api.close)

    def reads(self):
        """Operation and address of every read that the server declares below /v1."""
        document = self.api.get("/openapi.json").json
        instants = f"from={house.instant(1)}&to={house.instant(2)}"
        dates = f"?from={house.instant(1)[:10]}&to={house.instant(2)[:10]}"
        asked = {"find_slots": f"?service_id={self.salon.services[0]}&{instants}",
                 "free_busy": f"?resource_ids={self.salon.chairs[0]}&{instants}",
                 "calendar": f"?date={house.instant(1)[:10]}",
                 "client_summary": f"?client_id={self.salon.clients[0]}",
                 **dict.fromkeys(("appointment_stats", "business_metrics", "utilisation",
                                  "calendar_availability_summary"), dates)}
        for path, operations in document["paths"].items():
            if reads_views(path) and "get" in operations:
                name = operations["get"]["operationId"]
                yield operations["get"], path.format(
                    tenant="salon", id=self.salon.clients[0]) + asked.get(name, "")

    def get(self, path, position, **headers):
        return self.api.send("GET", path, headers={"Almanac-Min-Position": position, **headers})

    def present(self, path):
        """Partition and position that a read speaks of."""
        answer = self.api.get(path)
        self.assertIn(answer.status, (200, 404), f"{path}: {answer}")
        if answer.status == 404:
            answer = self.api.get("events?limit=1")
        return [int(part) for part in answer.headers["almanac-position"].split("-")]

    def test_every_read_takes_it_and_no_command_does(self):
        taken = "#/components/parameters/MinPosition"
        document = self.api.get("/openapi.json").json
        seen = 0
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                if method == "parameters":
                    continue
                with self.subTest(path=path, method=method):
                    says = any(p.get("$ref") == taken for p in operation.get("parameters", []))
                    self.assertEqual(says, method == "get" and reads_views(path))
                    seen += says
        self.assertGreater(seen, 20)

    def test_what_is_no_position_of_the_partition_is_400(self):
        for _, path in self.reads():
            partition, _ = self.present(path)
            for position in ("", "7", "x-1", "0-", "-1", "0-1-1", f"{partition}- 1",
                             f"{partition}-99999999999999999999", f"{1 - partition}-1"):
                with self.subTest(path=path, position=position):
                    answer = self.get(path, position, Almanac_Consistency="eventual")
                    self.assertEqual((answer.status, answer.code), (400, "malformed_request"))

    def test_what_is_there_already_is_answered_and_what_is_not_is_503(self):
        for _, path in self.reads():
            partition, position = self.present(path)
            with self.subTest(path=path):
                answer = self.get(path, f"{partition}-{position}", **WAITS_NOT)
                self.assertIn(answer.status, (200, 404), answer)
                ahead = f"{partition}-{position + 1_000}"
                for more in ({}, {"Almanac-Consistency": "eventual"},
                             {"Accept": "text/event-stream"}):
                    answer = self.get(path, ahead, **WAITS_NOT, **more)
                    self.assertEqual((answer.status, answer.code), (503, "view_behind"), answer)
                    self.assertIn("retry-after", answer.headers)

    def test_a_read_waits_until_it_is_there(self):
        for path in ("clients?limit=1", f"clients/{self.salon.clients[0]}/history", "events?limit=1",
                     f"clients/{self.salon.clients[0]}?as_of={house.instant(1)}"):
            partition, position = self.present("events?limit=1")
            reader = self.spine.client("salon")
            self.addCleanup(reader.close)
            with self.subTest(path=path), concurrent.futures.ThreadPoolExecutor(1) as pool:
                headers = {"Almanac-Min-Position": f"{partition}-{position + 1}",
                           "Prefer": "wait=30"}
                waiting = pool.submit(reader.send, "GET", path, None, headers)
                self.api.made("clients", {"first_name": "Later"})
                answer = waiting.result(house.ANSWER_SECONDS_MAX)
                self.assertEqual(answer.status, 200, answer)
                self.assertGreater(int(answer.headers["almanac-position"].split("-")[1]), position)


if __name__ == "__main__":
    unittest.main()
