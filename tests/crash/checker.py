"""What must be true after a restart, of a checker who kept every acknowledged answer.

Each violation is one sentence; an empty list is what is hoped for. The log is read over HTTP and,
on the stopped directory, by `almanac verify --views`, which also builds every view anew.
"""
import collections
import json
import subprocess

import house

# Written beside commands: by policies and timers (which carry an `effect:` tag), and reserved ones.
OF_NOBODY = {"command_rejected", "access_denied", "personal_data_read"}
RETRIED_AGAIN = 12  # answered commands that are asked once more


def verify(data, views=frozenset()):
    """What `almanac verify --views` finds on a stopped directory, and which views it compared.
    `views` have to be among them: one that is gone, or thrown away by the next start, equals none.
    """
    ran = subprocess.run([house.ALMANAC, "verify", "--data", str(data), "--views", "--json"],
                         capture_output=True, text=True, timeout=120)
    try:
        said = json.loads(ran.stdout)
    except ValueError:
        return [f"verify (exit {ran.returncode}): {ran.stderr.strip()[-500:]}"], set()
    compared = {view["name"] for partition in said["partitions"] for view in partition["views"]}
    found = [f"verify (exit {ran.returncode}): {each}" for each in said["first_findings"]]
    found += [f"verify compared no view {name}" for name in sorted(views - compared)]
    if ran.returncode != 0 and not found:
        found = [f"verify (exit {ran.returncode}) names nothing"]
    return found, compared


class Checker:
    def __init__(self, victim, load, random, violations):
        self.victim, self.load, self.random = victim, load, random
        self.violations, self.events = violations, []
        self.checked = self.retried = 0
        self.known = None  # ids of the events before the first load

    def wrong(self, sentence):
        self.violations.append(sentence)

    def look_at_first(self, server):
        """What the directory held before anything was asked; later on nothing."""
        if self.known is not None:
            return
        api = server.client("salon")
        self.known = {event["id"] for event in house.all_events(api)}
        api.close()

    def run(self):
        api = self.victim.client("salon")
        try:
            self.read_events(api)
            self.check_acknowledged()
            self.retry(api)
            self.read_events(api)
            self.check_acknowledged()
            self.check_nothing_else()
            self.check_slots()
            self.check_people(api)
            self.check_bookings(api)
        finally:
            api.close()

    def read_events(self, api):
        before = self.events
        self.events = house.all_events(api)
        if self.events[:len(before)] != before:
            self.wrong("history changed between two reads")
        positions = [int(event["position"].split("-")[1]) for event in self.events]
        if [event["sequence"] for event in self.events] != list(range(len(self.events))):
            self.wrong("the sequences of the events have a gap or a repetition")
        if positions != sorted(set(positions)):
            self.wrong("the positions of the events do not ascend")
        times = [event["time"] for event in self.events]
        if any(len(a) == len(b) and a > b for a, b in zip(times, times[1:])):
            self.wrong("time runs backwards")
        ids = collections.Counter(event["id"] for event in self.events)
        for event, count in ids.items():
            if count > 1:
                self.wrong(f"event {event} is there {count} times")

    def check_acknowledged(self):
        """Every acknowledged event is where the answer said, as a whole, once."""
        self.checked = 0  # all of them again each time
        revisions, tagged = {}, collections.Counter()
        for event in self.events:
            identity = event["tags"][0] if event["tags"] else ""
            tagged[identity] += 1
            revisions[event["id"]] = (identity.split(":", 1)[-1], tagged[identity])
        for command in self.load.commands:
            if not command.accepted:
                continue
            said = command.answer.json
            if "events" not in said:
                self.wrong(f"an answer does not say what was done: {command}: {command.answer}")
                continue
            first = said["sequence"] - len(said["events"]) + 1
            there = [{"id": event["id"], "type": event["type"]}
                     for event in self.events[first:said["sequence"] + 1]]
            self.checked += 1
            if there != said["events"]:
                self.wrong(f"acknowledged and lost, or not as it was said: {command}: "
                           f"{said['events']} at {first}, where {there} is")
                continue
            if said["events"] and self.events[said["sequence"]]["position"] != said["position"]:
                self.wrong(f"at another position than was said: {command}")
            counts = [count for thing, count in (revisions[e["id"]] for e in said["events"])
                      if thing == said["id"]]
            if counts and counts[-1] != said["revision"]:
                self.wrong(f"revision {said['revision']} was said, a replay counts {counts[-1]}: "
                           f"{command}")
        made = self.made_by_type("scheduling.client_created")
        for request in self.load.imports:
            for line, thing in request.lines.items():
                self.checked += 1
                if made[thing] != 1:
                    self.wrong(f"line {line} of {request}: client {thing} was made {made[thing]} "
                               "times")

    def made_by_type(self, event_type):
        return collections.Counter(event["data"]["id"] for event in self.events
                                   if event["type"] == event_type)

    def retry(self, api):
        """Asks again, twice, for what was never answered; and once for some of the rest."""
        answered = [c for c in self.load.commands if c.answer is not None]
        for command in self.load.commands:
            if not command.sent or command.answer is not None:
                continue
            self.retried += 1
            command.send(api)
            first = command.answer
            again = command.send(api)
            if first is None or self.lasting(again) != self.lasting(first):
                self.wrong(f"two retries, two results: {command}: {first} and {again}")
            elif again.headers.get("idempotent-replayed") != "true":
                self.wrong(f"a retry was decided anew: {command}: {again}")
        for command in self.random.sample(answered, min(RETRIED_AGAIN, len(answered))):
            first = command.answer
            again = api.send(command.method, command.path, command.body,
                             {"Idempotency-Key": command.key})
            if self.lasting(again) != self.lasting(first):
                self.wrong(f"a first result changed: {command}: {first}, then {again}")
        for request in self.load.imports:
            if not request.sent:
                continue
            self.retried += len(request.lines) < len(request.names)
            acknowledged = dict(request.lines)
            told = request.send(api, self.victim.address)
            again = request.send(api, self.victim.address)
            if told != again or not acknowledged.items() <= told.items():
                self.wrong(f"an import again has other results: {request}: {acknowledged}, "
                           f"{told}, {again}")

    @staticmethod
    def lasting(answer):
        """Of a problem the occurrence is named anew each time."""
        body = answer.json or {}
        return answer.status, {name: body[name] for name in body if name != "instance"}

    def check_nothing_else(self):
        """Every event was answered for: nothing came twice, nothing that nobody asked for."""
        said = {event["id"] for command in self.load.commands if command.accepted
                for event in command.answer.json.get("events", [])}
        rows = {thing for request in self.load.imports for thing in request.lines.values()}
        effects = collections.Counter()
        for event in self.events:
            kind = event["type"].rsplit(".", 1)[-1]
            if event["id"] in self.known or event["id"] in said or kind in OF_NOBODY:
                continue
            effect = next((tag for tag in event["tags"] if tag.startswith("effect:")), None)
            if effect is not None:
                effects[effect, kind] += 1
                if effects[effect, kind] == 2:
                    self.wrong(f"{effect} was done twice, again at {event['position']}")
                continue
            if kind == "client_created" and event["data"]["id"] in rows:
                continue
            self.wrong(f"{event['type']} {event['id']} at {event['position']} is of nobody's "
                       "command, or of one that was done twice")

    def check_slots(self):
        """A start is taken once, whoever asked; a reference is used once."""
        taken, references = {}, collections.Counter()
        for event in self.events:
            data = event["data"]
            if event["type"] == "scheduling.appointment_booked":
                slot = (data["occupancy"]["service_id"], data["occupancy"]["start"])
                if slot in taken:
                    self.wrong(f"{slot} is taken by {taken[slot]} and {data['id']}")
                taken[slot] = data["id"]
                references[data["reference"]] += 1
            elif event["type"] == "scheduling.appointment_cancelled":
                taken = {slot: owner for slot, owner in taken.items() if owner != data["id"]}
        for reference, count in references.items():
            if count > 1:
                self.wrong(f"reference {reference} was given {count} times")

    def row(self, api, path):
        """A thing as it is served; nothing at all where it is not there."""
        answer = house.until(lambda: next((a for a in [api.get(path)] if a.status != 503), None),
                             f"an answer of {path}")
        if answer.status != 200:
            self.wrong(f"GET {path}: {answer}")
            return {}
        return answer.json

    def check_people(self, api):
        """Keyring and log agree: what was told of a person reads back."""
        for person in self.load.people:
            answer = self.row(api, f"clients/{person.id}")
            for name, value in person.fields.items():
                if answer.get(name) != value:
                    self.wrong(f"client {person.id}: {name} is {answer.get(name)!r}, {value!r} was "
                               "acknowledged")

    def check_bookings(self, api):
        """The row of a booking is what its events say."""
        cancelled = {event["data"]["id"] for event in self.events
                     if event["type"] == "scheduling.appointment_cancelled"}
        booked = [command.answer["id"] for command in self.load.commands
                  if command.accepted and command.kind in ("book", "contest", "settle")]
        for thing in self.random.sample(booked, min(RETRIED_AGAIN, len(booked))):
            row = self.row(api, f"appointments/{thing}")
            if (row.get("status") == "cancelled") != (thing in cancelled):
                self.wrong(f"appointment {thing} is {row.get('status')}, its events say otherwise")
