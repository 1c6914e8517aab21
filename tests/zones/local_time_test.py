"""Our local times against Python's zoneinfo: every IANA zone, every change of its clocks from 1970 to
2060, the minutes around it, gaps and overlaps, and the dates beside it.

Both read the system's zone files. Where clocks change is found here from those files and by
asking zoneinfo for every later day, never by asking the program under test.
"""

import bisect
import os
import struct
import subprocess
import sys
import unittest
import zoneinfo
from datetime import datetime, timedelta

ZONES = "/usr/share/zoneinfo"
EPOCH = datetime(1970, 1, 1)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
FIRST = 86400 * 2
LAST = int((datetime(2061, 1, 1) - EPOCH).total_seconds())
# Around a change, in minutes: every one near it, then every quarter of an hour, then the hours.
NEAR = sorted({*range(-3, 4), *range(-90, 91, 15), *range(-26 * 60, 26 * 60 + 1, 240)})


def local_of(zone, second):
    """The local time of an instant, as seconds of that clock."""
    return (datetime.fromtimestamp(second, zone).replace(tzinfo=None) - EPOCH) // SECOND


def instant_of(zone, minute):
    """The instant of a local time; fold=0: in a gap the offset before it, of two the first."""
    return int((EPOCH + minute * MINUTE).replace(tzinfo=zone).timestamp())


def offset_at(zone, second):
    return local_of(zone, second) - second


def listed_changes(data):
    """The instants that a zone file lists, and whether its rule goes on after them (RFC 8536)."""
    at = 0
    for size in (4, 8):
        magic, version, isut, isstd, leap, times, types, chars = struct.unpack_from(
            ">4sc15x6L", data, at)
        if magic != b"TZif" or version < b"2":
            raise ValueError("not a zone file of version 2 or later")
        at += 44
        block = at
        at += times * (size + 1) + types * 6 + chars + leap * (size + 4) + isstd + isut
    rule = data[at:].strip(b"\n")
    return struct.unpack_from(f">{times}q", data, block), b"," in rule


def changes_of(data, zone):
    """Every instant from FIRST to LAST at which the offset changes, with the one before and after."""
    listed, goes_on = listed_changes(data)
    found = {t for t in listed if FIRST <= t < LAST}
    # What the file's rule adds after its list: the offset of every day, then the second of each.
    day = max(found, default=FIRST)
    before = offset_at(zone, day)
    while goes_on and day < LAST:
        after = offset_at(zone, day + 86400)
        if before != after:
            low, high = day, day + 86400
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset_at(zone, middle) == before else (low, middle)
            found.add(high)
        before, day = after, day + 86400
    changes = [(t, offset_at(zone, t - 1), offset_at(zone, t)) for t in sorted(found)]
    return [change for change in changes if change[1] != change[2]]


def day_of(zone, changes, date):
    """The first instant of a local date; None where the date does not exist."""
    minute = date * 1440
    start = instant_of(zone, minute)
    if local_of(zone, start) == minute * 60:
        return start
    # Midnight lies in a gap: the date begins with the change, if it is left any time at all.
    change = changes[bisect.bisect_right(changes, (start, 10**9, 0)) - 1][0]
    return change if local_of(zone, change) // 86400 == date else None


def day_answer(zone, changes, date):
    first = day_of(zone, changes, date)
    if first is None:
        return "none"
    following = date + 1
    while day_of(zone, changes, following) is None:
        following += 1
    return f"{first}:{day_of(zone, changes, following)}"


def questions_of(zone, changes):
    """(question, argument, the right answer) of everything near a change."""
    local_minutes, instants, dates = set(), set(), set()
    for at, before, after in changes:
        for edge in {at + before, at + after}:  # of a gap or an overlap, by the local clock
            local_minutes.update(edge // 60 + m for m in NEAR)
            dates.update(edge // 86400 + d for d in (-1, 0, 1, 2))
        local_minutes.add((at + (before + after) // 2) // 60)
        instants.update(at * 10**6 + us for us in (-1, 0, 1, -60 * 10**6, 60 * 10**6))
        instants.update((at + m * 60) * 10**6 for m in (-1500, -61, 61, 1500))
    yield "local", [(us, local_of(zone, us // 10**6)) for us in sorted(instants)]
    yield "instant", [(m, instant_of(zone, m)) for m in sorted(local_minutes)]
    yield "day", [(d, day_answer(zone, changes, d)) for d in sorted(dates)]


class LocalTime(unittest.TestCase):
    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        zoneinfo.reset_tzpath(to=[ZONES])
        cls.program = subprocess.Popen(
            [os.environ["ZONE_ANSWERS"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "TZDIR": ZONES})

    @classmethod
    def tearDownClass(cls):
        cls.program.stdin.close()
        status = cls.program.wait(timeout=30)
        cls.program.stdout.close()
        assert status == 0, status

    def ask(self, line):
        self.program.stdin.write(line + "\n")
        self.program.stdin.flush()
        return self.program.stdout.readline().rstrip("\n")

    def compare(self, name, zone, changes):
        """How many answers were right."""
        count = 0
        for question, expected in questions_of(zone, changes):
            if not expected:
                continue
            said = self.ask(question + "".join(f" {argument}" for argument, _ in expected)).split()
            right = [str(answer) for _, answer in expected]
            if said != right:
                wrong = next((pair, was) for pair, was in zip(expected, said) if str(pair[1]) != was)
                self.fail(f"{name}: {question} of {wrong[0][0]}: {wrong[1]}, not {wrong[0][1]}")
            count += len(right)
        return count

    def test_every_change_of_every_zone(self):
        names = sorted(zoneinfo.available_timezones() - {"localtime"})  # a link of this machine
        self.assertGreater(len(names), 400)
        answers = clock_changes = 0
        alike = {}  # zones of the same bytes are asked each, but judged once
        for name in names:
            self.assertEqual(self.ask("zone " + name), "known", name)
            with open(f"{ZONES}/{name}", "rb") as opened:
                content = opened.read()
            if content not in alike:
                zone = zoneinfo.ZoneInfo(name)
                alike[content] = (zone, changes_of(content, zone))
            zone, changes = alike[content]
            answers += self.compare(name, zone, changes if zone.key == name else changes[-3:])
            clock_changes += len(changes)
        print(f"{len(names)} zones, {clock_changes} changes, {answers} answers", file=sys.stderr)
        self.assertGreater(clock_changes, 20_000)

    def test_it_would_notice(self):
        """Another zone, or the second of two instants instead of the first, is found."""
        madrid = zoneinfo.ZoneInfo("Europe/Madrid")
        with open(f"{ZONES}/Europe/Madrid", "rb") as opened:
            changes = changes_of(opened.read(), madrid)
        self.assertEqual(self.ask("zone Europe/Madrid"), "known")
        self.assertGreater(self.compare("Europe/Madrid", madrid, changes), 0)
        with self.assertRaises(AssertionError):
            self.compare("Europe/Madrid", zoneinfo.ZoneInfo("Europe/London"), changes)
        rightly = instant_of

        def the_second(zone, minute):
            return int((EPOCH + minute * MINUTE).replace(tzinfo=zone, fold=1).timestamp())
        try:
            globals()["instant_of"] = the_second
            with self.assertRaises(AssertionError):
                self.compare("Europe/Madrid", madrid, changes)
        finally:
            globals()["instant_of"] = rightly

    def test_a_zone_that_is_none(self):
        self.assertEqual(self.ask("zone Europe/Nowhere"), "unknown")
        self.assertEqual(self.ask("zone UTC"), "known")


if __name__ == "__main__":
    unittest.main()
