"""A real server on a directory of its own, a keep-alive JSON client, a salon that takes bookings.

Every end-to-end test starts here. The server is the program named by the environment variable
ALMANACD, the operator's tool that of ALMANAC; a server listens on a free port. A Client is one
connection and belongs to one thread. Nothing here waits for time to pass: `until` polls something
observable and has a deadline.
"""
import datetime
import http.client
import json
import os
import pathlib
import random
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

ALMANACD = os.environ.get("ALMANACD", "almanacd")
ALMANAC = os.environ.get("ALMANAC", "almanac")
READY_SECONDS_MAX = 60
ANSWER_SECONDS_MAX = 60
DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
MISSING = "01900000-0000-7000-8000-000000000000"  # an id of nothing
LOST = (OSError, http.client.HTTPException)


class Answer:
    """What came back: status, headers (lower case), the text, and its JSON where it is JSON."""

    def __init__(self, status, headers, text):
        self.status, self.text = status, text
        self.headers = {name.lower(): value for name, value in headers}
        try:
            self.json = json.loads(text)
        except ValueError:
            self.json = None

    def __getitem__(self, name):
        return self.json[name]

    @property
    def code(self):
        return self.json.get("code") if isinstance(self.json, dict) else None

    def __repr__(self):
        return f"{self.status} {self.text[:600]}"


class Client:
    """One keep-alive connection. `send` raises one of LOST where the answer was lost."""

    def __init__(self, address, key=None, tenant=None):
        self.address, self.key = address, key
        self.base = f"/v1/tenants/{tenant}" if tenant else ""
        self.connection = None

    def send(self, method, path, body=None, headers=None, raw=None):
        """A path that begins with a slash is taken as it is, any other is within the tenant."""
        sent = dict(headers or {})
        if self.key is not None:
            sent.setdefault("Authorization", f"Bearer {self.key}")
        if raw is None and body is not None:
            raw = json.dumps(body).encode()
        if raw is not None:
            sent.setdefault("Content-Type", "application/json")
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.address, timeout=ANSWER_SECONDS_MAX)
        try:
            target = path if path.startswith("/") else f"{self.base}/{path}"
            self.connection.request(method, target, raw, sent)
            answer = self.connection.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read().decode())
        except BaseException:
            self.close()
            raise

    def get(self, path, **headers):
        return self.send("GET", path, headers=_header_names(headers))

    def post(self, path, body, **headers):
        return self.send("POST", path, body, _header_names(headers))

    def made(self, path, body, **headers):
        """Posts what must be accepted; the id of the thing made."""
        answer = self.post(path, body, **headers)
        if answer.status not in (200, 201):
            raise AssertionError(f"POST {path}: {answer}")
        return answer["id"]

    def pages(self, path):
        """All rows of a list, page by page."""
        cursor = None
        while True:
            more = ("&" if "?" in path else "?") + f"cursor={cursor}" if cursor else ""
            answer = self.get(path + more)
            if answer.status != 200:
                raise AssertionError(f"GET {path}: {answer}")
            yield from answer["data"]
            cursor = answer["next_cursor"]
            if not cursor:
                return

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def _header_names(headers):
    return {name.replace("_", "-"): value for name, value in headers.items()}


def exchange(address, *parts):
    """Raw bytes in, everything that comes back until the server closes or stays silent."""
    host, port = address.split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        try:
            for part in parts:
                connection.sendall(part)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # The server may refuse before it has read all.
        answer = b""
        try:
            while chunk := connection.recv(65536):
                answer += chunk
        except ConnectionError:
            pass
        return answer


def almanac(*arguments):
    """The operator's tool, run to its end."""
    return subprocess.run([ALMANAC, *map(str, arguments)], capture_output=True, text=True,
                          timeout=READY_SECONDS_MAX)


class House:
    """A data directory, its administrator key and, while started, its server."""

    def __init__(self, options=()):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="almanac-e2e-"))
        self.data = self.root / "data"
        self.stderr_path = self.root / "server.err"
        made = subprocess.run([ALMANACD, "init", "--data", str(self.data), "--json", *options],
                              capture_output=True, text=True, check=True)
        self.key = json.loads(made.stdout)["admin_api_key"]
        self.process = self.address = None

    def start(self, options=(), environment=None, listen="127.0.0.1:0"):
        with open(self.stderr_path, "ab") as errors:
            self.process = subprocess.Popen(
                [ALMANACD, "--data", str(self.data), "--listen", listen, *options],
                stdout=subprocess.PIPE, stderr=errors, text=True,
                env={**os.environ, **(environment or {})})
        ready, _, _ = select.select([self.process.stdout], [], [], READY_SECONDS_MAX)
        line = self.process.stdout.readline() if ready else ""
        if "listening on http://" not in line:
            self.process.kill()
            code = self.process.wait()
            raise AssertionError(f"no server (exit {code}): {line!r}\n{self.stderr()[-2000:]}")
        self.address = line.split("http://")[1].strip()
        return self

    def kill(self):
        """As a crash does it: nothing is told."""
        self.process.kill()
        self._reap()

    def stop(self):
        """As an operator does it; the exit code."""
        if self.process is None:
            return None
        self.process.send_signal(signal.SIGTERM)
        return self._reap()

    def _reap(self):
        try:
            return self.process.wait(READY_SECONDS_MAX)
        finally:
            self.process.kill()
            self.process.stdout.close()
            self.process = None

    def stderr(self):
        return self.stderr_path.read_text(errors="replace") if self.stderr_path.exists() else ""

    def client(self, tenant=None, key=None):
        return Client(self.address, key or self.key, tenant)

    def close(self):
        if self.process is not None:
            self.kill()
        shutil.rmtree(self.root, ignore_errors=True)


class Salon:
    """A tenant whose chairs are open all day, every day, in UTC; each service names its chairs."""

    def __init__(self, house, slug="salon", chairs=1, services=1, clients=1):
        self.slug = slug
        api = house.client(slug)
        self.tenant_id = api.made("/v1/tenants", {
            "slug": slug, "name": f"House of {slug}", "business_type": "salon",
            "time_zone": "UTC", "currency": "EUR"})
        self.chairs = [self.add_chair(api, f"Chair {n}") for n in range(chairs)]
        self.services = [self.add_service(api, f"Cut {n}", self.chairs) for n in range(services)]
        self.clients = [api.made("clients", {"first_name": f"First{n}", "last_name": f"Last{n}"})
                        for n in range(clients)]
        api.close()

    @staticmethod
    def add_chair(api, name):
        chair = api.made("resources", {"type": "staff", "name": name})
        api.made(f"resources/{chair}/schedules", {
            "windows": [{"day": day, "from": "00:00", "to": "24:00"} for day in DAYS]})
        return chair

    @staticmethod
    def add_service(api, name, chairs, **fields):
        return api.made("services", {
            "name": name, "duration_minutes": 60, "slot_step_minutes": 30,
            "price": {"amount": 2500, "currency": "EUR"}, "min_notice_minutes": 0,
            "booking_window_days": 365,
            "requirements": [{"role": "stylist", "candidates": chairs, "quantity": 1,
                              "required": True}], **fields})


class SalonTest(unittest.TestCase):
    """Tests of one salon: one server for all, a chair and a service of its own for each."""

    @classmethod
    def setUpClass(cls):
        cls.spine = House().start()
        cls.addClassCleanup(cls.spine.close)
        cls.salon = Salon(cls.spine, chairs=2, services=1, clients=2)

    def setUp(self):
        self.api = self.spine.client("salon")
        self.addCleanup(self.api.close)
        self.chair = Salon.add_chair(self.api, self.name())
        self.service = Salon.add_service(self.api, self.name(), [self.chair])

    def name(self):
        return self.id().rsplit(".", 1)[-1].replace("_", " ")[:60]

    def booking(self, start, **more):
        return {"service_id": self.service, "client_id": self.salon.clients[0], "start": start,
                **more}


def instant(days_ahead, hour=0, minute=0):
    """An instant of a UTC day counted from today, as the API writes it."""
    day = datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(days_ahead)
    return f"{day}T{hour:02}:{minute:02}:00Z"


def free_starts(api, service, day, days=1):
    """The starts the server offers from a day on."""
    answer = api.get(f"slots?service_id={service}&from={instant(day)}&to={instant(day + days)}")
    if answer.status != 200:
        raise AssertionError(f"slots: {answer}")
    return [slot["start"] for slot in answer["data"]]


def all_events(api, types=""):
    """Every event of the tenant, in order, page by page."""
    query = "events?limit=200" + (f"&types={types}" if types else "")
    return list(api.pages(query))


def until(seen, what, seconds_max=30):
    """Polls until `seen()` is true; fails at the deadline."""
    deadline = time.monotonic() + seconds_max
    while True:
        found = seen()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not seen in {seconds_max} s: {what}")


def answered(api, path):
    """The 200 of a query; a 503 `view_behind` is asked again, as it says, and is reported."""
    def seen():
        answer = api.get(path)
        if answer.status == 503 and answer.code == "view_behind":
            print(f"view_behind: {path}", flush=True)
            return None
        if answer.status != 200:
            raise AssertionError(f"GET {path}: {answer}")
        return answer
    return until(seen, f"200 of {path}")


def seeded(name):
    """A random source whose seed is printed and can be given again with ALMANAC_SEED."""
    seed = int(os.environ.get("ALMANAC_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"{name}: ALMANAC_SEED={seed}", flush=True)
    return random.Random(seed)
