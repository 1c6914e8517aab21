"""What is asked of the server until it dies, and what it acknowledged.

Every command has an Idempotency-Key and remembers its answer; one that was sent and never answered
is of unknown outcome. A connection depends on its own answers only, so that every plan follows from
its seed.
"""
import http.client
import json
import threading

import house

OPERATIONS = ["book", "contest", "hold", "settle", "cancel", "client", "patch", "record", "import"]
WEIGHTS = [26, 8, 12, 10, 12, 14, 8, 5, 5]


class Command:
    """One command: what was asked, and what became of it."""

    def __init__(self, kind, key, method, path, body):
        self.kind, self.key, self.method, self.path, self.body = kind, key, method, path, body
        self.sent, self.answer = False, None
        self.later = None  # called with the answer, also with that of a retry

    def send(self, api):
        self.sent = True
        answer = api.send(self.method, self.path, self.body, {"Idempotency-Key": self.key})
        if answer.status < 500:
            self.answered(answer)
        return answer

    def answered(self, answer):
        self.answer = answer
        if self.later is not None and answer.status in (200, 201):
            self.later(answer)

    @property
    def accepted(self):
        return self.answer is not None and self.answer.status in (200, 201)

    def __repr__(self):
        return f"{self.kind} {self.key} {self.method} {self.path} {json.dumps(self.body)}"


class Import:
    """Commands line by line in one request; an answered line is acknowledged, whatever follows."""

    def __init__(self, key, names):
        self.kind, self.key = "import", key
        self.names, self.lines, self.sent = names, {}, False

    def send(self, api, address):
        self.sent = True
        text = "".join(json.dumps({"command": "create_client", "idempotency_key": f"{self.key}-{n}",
                                   "body": {"first_name": name}}) + "\n"
                       for n, name in enumerate(self.names))
        connection = http.client.HTTPConnection(address, timeout=house.ANSWER_SECONDS_MAX)
        try:
            connection.request("POST", f"{api.base}/import", text.encode(), {
                "Authorization": f"Bearer {api.key}", "Content-Type": "application/x-ndjson"})
            answer = connection.getresponse()
            told = {}
            while line := answer.readline():
                if not line.endswith(b"\n"):
                    break
                row = json.loads(line)
                if row["status"] == 201:
                    told[row["line"]] = row["id"]
                    self.lines.setdefault(row["line"], row["id"])
            if len(told) < len(self.names):
                raise http.client.IncompleteRead(b"")
            return told
        finally:
            connection.close()

    def __repr__(self):
        return f"import {self.key} {self.names}"


class Person:
    """A client and what was told of them, as far as it was acknowledged."""

    def __init__(self, fields):
        self.id, self.fields = None, fields


class Connection:
    """One connection's commands, decided one after the other from its own random source."""

    def __init__(self, number, name, random, template, slots, contested):
        self.number, self.name, self.random = number, name, random
        self.template, self.slots, self.contested = template, slots, contested
        self.commands, self.imports, self.people = [], [], []
        self.bookings, self.holds = [], []  # ids; holds with their slots
        self.count = 0
        self.lost = False  # an answer was

    def key(self):
        self.count += 1
        return f"{self.name}-{self.number}-{self.count}"

    def run(self, victim, operations):
        self.lost = False
        api = victim.client("salon")
        try:
            for _ in range(operations):
                kind = self.random.choices(OPERATIONS, WEIGHTS)[0]
                command = getattr(self, kind)()
                if isinstance(command, Import):
                    self.imports.append(command)
                    command.send(api, victim.address)
                elif command is not None:
                    self.commands.append(command)
                    if command.send(api).status >= 500:
                        self.lost = True
                        return
        except house.LOST:
            self.lost = True
        finally:
            api.close()

    def booking(self, slot, **more):
        service, start = slot
        return {"service_id": service, "start": start,
                "client_id": self.random.choice(self.template.salon.clients), **more}

    def booked(self, answer):
        self.bookings.append(answer["id"])

    def command(self, kind, path, body, later=None, method="POST"):
        made = Command(kind, self.key(), method, path, body)
        made.later = later
        return made

    def book(self):
        if not self.slots:
            return None
        return self.command("book", "appointments",
                            self.booking(self.slots.pop(), client_notes=f"of {self.name}"),
                            self.booked)

    def contest(self):
        return self.command("contest", "appointments",
                            self.booking(self.random.choice(self.contested)), self.booked)

    def hold(self):
        if not self.slots:
            return None
        slot = self.slots.pop()
        return self.command("hold", "holds", {"service_id": slot[0], "start": slot[1]},
                            lambda answer: self.holds.append((answer["id"], slot)))

    def settle(self):
        if not self.holds:
            return self.book()
        hold, slot = self.holds.pop(self.random.randrange(len(self.holds)))
        if self.random.random() < 0.3:
            return self.command("release", f"holds/{hold}/release", {})
        return self.command("settle", "appointments", self.booking(slot, hold_id=hold),
                            self.booked)

    def cancel(self):
        if not self.bookings:
            return self.book()
        booking = self.bookings.pop(self.random.randrange(len(self.bookings)))
        return self.command("cancel", f"appointments/{booking}/cancel",
                            {"by": "client", "reason": f"reason {self.name}"})

    def client(self):
        name = f"{self.name}-{self.number}-{self.count}"
        person = Person({"first_name": f"First {name}", "last_name": f"Last {name}",
                         "email": f"p-{name}@crash.example".lower()})

        def created(answer):
            person.id = answer["id"]
            self.people.append(person)
        return self.command("client", "clients", dict(person.fields), created)

    def patch(self):
        if not self.people:
            return self.client()
        person = self.random.choice(self.people)
        change = {"last_name": f"Changed {self.name} {self.count}"}
        return self.command("patch", f"clients/{person.id}", change,
                            lambda _: person.fields.update(change), "PATCH")

    def record(self):
        return self.command("record", "service_categories",
                            {"name": f"Category {self.name} {self.number} {self.count}"})

    def import_(self):
        key = self.key()
        return Import(key, [f"Row {key} {n}" for n in range(self.random.randint(2, 6))])


setattr(Connection, "import", Connection.import_)


class Load:
    """All connections of a point, at once until the server dies."""

    def __init__(self, connections):
        self.connections = connections

    def run(self, victim, operations):
        threads = [threading.Thread(target=each.run, args=(victim, operations))
                   for each in self.connections]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    @property
    def lost(self):
        return any(each.lost for each in self.connections)

    @property
    def commands(self):
        return [command for each in self.connections for command in each.commands]

    @property
    def imports(self):
        return [command for each in self.connections for command in each.imports]

    @property
    def people(self):
        return [person for each in self.connections for person in each.people]
