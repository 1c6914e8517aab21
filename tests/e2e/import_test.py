"""Bulk import: 10,000 lines with bad ones among them, a server killed in the middle, and again.

Shows: a bad line spoils only itself; what was acknowledged stays; the same call again goes on,
nothing is done twice and nothing is lost; every bad line is told once, with its reason.
"""
import collections
import http.client
import json
import os
import socket
import subprocess
import threading
import unittest

import house

LINES = int(os.environ.get("ALMANAC_IMPORT_LINES", "10000"))
KILLS = 3


class ImportTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.random = house.seeded("import")
        cls.house = house.House()
        cls.addClassCleanup(cls.house.close)
        cls.house.start()
        cls.listen = cls.house.address  # the importer finds it again after a kill
        for slug in ("salon", "small", "table"):
            house.Salon(cls.house, slug, clients=0)

    def write(self, name, lines):
        path = self.house.root / name
        path.write_text("".join(line + "\n" for line in lines))
        return path

    def almanac(self, *arguments):
        return subprocess.run(
            [house.ALMANAC, *map(str, arguments), "--server", f"http://{self.house.address}",
             "--key", self.house.key], capture_output=True, text=True, timeout=200)

    def made(self, tenant):
        """How often each client was created, by e-mail claims that cannot come twice: by event."""
        api = self.house.client(tenant)
        events = house.all_events(api, "scheduling.client_created")
        names = collections.Counter(row["first_name"] for row in api.pages("clients?limit=200"))
        api.close()
        return len(events), names

    def test_ten_thousand_lines_survive_kills_and_none_comes_twice(self):
        bad, good, lines = {}, set(), []
        for n in range(1, LINES + 1):
            if self.random.random() < 0.01:
                kind = self.random.randrange(4)
                bad[n] = [400, 422, 422, 422][kind]
                lines.append(["{not json", json.dumps({"command": "no_such", "body": {}}),
                              json.dumps({"command": "create_client", "body": {"email": "x"}}),
                              json.dumps({"command": "create_client", "id": "x", "body": {}})][kind])
            else:
                good.add(f"N{n:05}")
                lines.append(json.dumps({"command": "create_client",
                                         "body": {"first_name": f"N{n:05}"}}))
        path = self.write("many.ndjson", lines)
        errors = self.house.root / "bad.ndjson"
        command = [house.ALMANAC, "import", str(path), "--tenant", "salon", "--errors", str(errors),
                   "--server", f"http://{self.house.address}", "--key", self.house.key, "--json"]
        importer = None
        for kill in range(KILLS):
            if importer is None:
                importer = subprocess.Popen(command, stdout=subprocess.PIPE,
                                            stderr=subprocess.PIPE, text=True)
            # Somewhere on its way: so many events are in the log.
            api = self.house.client("salon")
            aim = LINES * (kill + 1) // (KILLS + 2)
            house.until(lambda: self.sequence(api) >= aim, f"{aim} events", 120)
            api.close()
            self.house.kill()
            if kill + 1 < KILLS:  # the importer dies too; the last one tries again by itself
                importer.kill()
                importer.communicate()
                importer = None
            self.house.start(listen=self.listen)
        out, err = importer.communicate(timeout=200)
        self.assertEqual(importer.returncode, 23, err[-2000:])
        totals = json.loads(out)
        self.assertTrue(totals["complete"])
        self.assertEqual((totals["done"], totals["refused"]), (len(good), len(bad)), err[-2000:])
        events, names = self.made("salon")
        self.assertEqual(events, len(good), "an event too many, or too few")
        self.assertEqual(set(names), good)
        told = [json.loads(line) for line in errors.read_text().splitlines()]
        self.assertEqual({t["line"]: t["status"] for t in told}, bad)
        self.assertEqual(len(told), len(bad), "each bad line once")
        again = subprocess.run(command, capture_output=True, text=True, timeout=100)
        self.assertEqual(again.returncode, 23)
        self.assertEqual(json.loads(again.stdout), totals)
        self.assertEqual(self.made("salon")[0], len(good))

    @staticmethod
    def sequence(api):
        answer = api.get("/readyz")
        return int(answer["partitions"][0]["position"].split("-")[1])

    def test_small_files_and_their_exit_codes(self):
        path = self.write("good.ndjson", [
            json.dumps({"command": "create_client", "body": {"first_name": "Ana"}}), "",
            json.dumps({"command": "create_client", "idempotency_key": "mine",
                        "body": {"first_name": "Eva"}})])
        ran = self.almanac("import", path, "--tenant", "small")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("2 lines taken (0 of them before), 0 refused", ran.stdout)
        state = self.house.root / "good.ndjson.small.import"
        state.unlink()  # even then: the keys come from the file
        ran = self.almanac("import", path, "--tenant", "small")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("2 lines taken (2 of them before), 0 refused", ran.stdout)
        path.write_text("{}\n")
        ran = self.almanac("import", path, "--tenant", "small")
        self.assertEqual(ran.returncode, 2, ran.stderr)
        self.assertIn("--start-over", ran.stderr)
        ran = self.almanac("import", path, "--tenant", "small", "--start-over")
        self.assertEqual(ran.returncode, 23, ran.stderr)
        self.assertIn("line 1: 422", ran.stderr)
        self.assertEqual(self.almanac("import", path, "--tenant", "nobody", "--start-over").returncode, 22)
        self.assertEqual({n: c for n, c in self.made("small")[1].items() if n in ("Ana", "Eva")},
                         {"Ana": 1, "Eva": 1})

    def test_a_business_has_a_slug_and_an_id_and_a_line_one_key(self):
        path = self.write("named.ndjson", [
            json.dumps({"command": "create_client", "body": {"first_name": "Named"}})])
        api = self.house.client("small")
        tenant = api.get("/v1/tenants/small")["id"]
        api.close()
        for name, before in (("small", 0), (tenant, 1)):
            ran = self.almanac("import", path, "--tenant", name)
            self.assertEqual(ran.returncode, 0, ran.stderr)
            self.assertIn(f"1 lines taken ({before} of them before)", ran.stdout)
        self.assertEqual(self.made("small")[1]["Named"], 1)

    def test_what_was_refused_is_taken_once_corrected(self):
        def line(name, email):
            return json.dumps({"command": "create_client", "body": {"first_name": name,
                                                                    "email": email}})
        path = self.write("twins.ndjson", [line("Twin 1", "twin@example.com"),
                                           line("Twin 2", "twin@example.com")])
        errors = self.house.root / "twins.bad"
        ran = self.almanac("import", path, "--tenant", "small", "--errors", errors)
        self.assertEqual(ran.returncode, 23, ran.stderr)
        told = [json.loads(text) for text in errors.read_text().splitlines()]
        self.assertEqual([t["input"] for t in told], [line("Twin 2", "twin@example.com")])
        again = self.write("again.ndjson", [told[0]["input"].replace("twin@", "other@")])
        ran = self.almanac("import", again, "--tenant", "small")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(self.made("small")[1]["Twin 2"], 1)

    def test_a_pipe_is_refused_and_not_taken_for_an_empty_file(self):
        line = json.dumps({"command": "create_client", "body": {"first_name": "Piped"}}) + "\n"
        ran = subprocess.run(
            [house.ALMANAC, "import", "/dev/stdin", "--tenant", "small", "--state",
             str(self.house.root / "pipe.import"), "--server", f"http://{self.house.address}",
             "--key", self.house.key], input=line, capture_output=True, text=True, timeout=60)
        self.assertEqual(ran.returncode, 2, ran.stderr)
        self.assertIn("no regular file", ran.stderr)

    def test_a_file_is_not_written_over(self):
        path = self.write("apart.ndjson", ["{}"])
        for more in (["--errors", path], ["--state", path]):
            ran = self.almanac("import", path, "--tenant", "small", *more)
            self.assertEqual(ran.returncode, 2, ran.stderr)
            self.assertEqual(path.read_text(), "{}\n")

    def test_a_server_that_stops_behind_the_last_line_has_taken_them_all(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            def serve():
                connection, _ = server.accept()
                with connection:
                    read = b""
                    while not read.endswith(b"\r\n0\r\n\r\n"):
                        piece = connection.recv(65536)
                        if not piece:
                            return
                        read += piece
                    connection.sendall(
                        b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n"
                        b"Connection: close\r\n\r\n"
                        b'{"line":1,"status":201,"id":"x"}\n'
                        b'{"line":2,"status":503,"error":{"code":"stopping","status":503,'
                        b'"detail":"The server is stopping."}}\n')
            thread = threading.Thread(target=serve, daemon=True)
            thread.start()
            path = self.write("last.ndjson", [json.dumps({"command": "c", "body": {}})])
            ran = subprocess.run(
                [house.ALMANAC, "import", str(path), "--tenant", "t", "--server",
                 f"http://127.0.0.1:{server.getsockname()[1]}", "--key", "k"],
                capture_output=True, text=True, timeout=100)
            thread.join()
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("1 lines taken (0 of them before), 0 refused", ran.stdout)

    def test_a_plain_client_that_sends_all_before_it_reads(self):
        lines = "".join(json.dumps({"command": "create_client", "body": {"first_name": f"P{n}"}})
                        + "\n" for n in range(3000))
        connection = http.client.HTTPConnection(self.house.address, timeout=60)
        connection.request("POST", "/v1/tenants/table/import", lines.encode(),
                           {"Authorization": f"Bearer {self.house.key}",
                            "Content-Type": "application/x-ndjson"})
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        answers = [json.loads(line) for line in answer.read().splitlines()]
        connection.close()
        self.assertEqual([a["line"] for a in answers], list(range(1, 3001)))
        self.assertEqual({a["status"] for a in answers}, {201})
        metrics = self.house.client().get("/metrics").text
        self.assertIn('almanac_import_lines{of="done"}', metrics)

    def test_imports_of_two_businesses_and_requests_go_on_side_by_side(self):
        def run(tenant):
            path = self.write(f"side-{tenant}.ndjson", [
                json.dumps({"command": "create_service_category", "body": {"name": f"C {n}"}})
                for n in range(400)])
            results[tenant] = self.almanac("import", path, "--tenant", tenant)
        results = {}
        threads = [threading.Thread(target=run, args=(t,)) for t in ("small", "table")]
        for thread in threads:
            thread.start()
        api = self.house.client("small")
        for n in range(20):
            api.made("clients", {"first_name": f"Between {n}", "tags": ["between"]})
        api.close()
        for thread in threads:
            thread.join()
        for tenant, ran in results.items():
            self.assertEqual(ran.returncode, 0, ran.stderr)
            api = self.house.client(tenant)
            self.assertEqual(sum(1 for _ in api.pages("service_categories?limit=200")), 400)
            api.close()


if __name__ == "__main__":
    unittest.main()
