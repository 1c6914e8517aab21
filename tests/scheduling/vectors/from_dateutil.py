#!/usr/bin/python3
"""Writes dateutil.txt: random recurrence rules and what dateutil, an independent implementation of
RFC 5545, makes of them. Usage: from_dateutil.py > dateutil.txt (needs python3-dateutil).

Left out, because dateutil 2.8.2 is wrong there: BYSETPOS with FREQ=WEEKLY (it counts the first week
from the start on, not the whole of it), week 52 and 53 (2022-01-02 is in 52 of 2021; it says no)."""
import datetime
import itertools
import random
import signal

from dateutil import __version__
from dateutil.rrule import rrulestr

SEED = 5545
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def some(values, most):
    return ",".join(str(v) for v in sorted(random.sample(values, random.randint(1, most))))


def signed(last):
    return [n for n in range(-last, last + 1) if n]


def weekdays(numbered, most):
    names = random.sample(DAYS, random.randint(1, 3))
    if not numbered or random.random() < 0.5:
        return ",".join(names)
    return ",".join(str(random.choice(signed(most))) + name for name in names)


def day_parts(frequency):
    parts = {}
    if random.random() < 0.3:
        parts["BYMONTH"] = some(range(1, 13), 4)
    if frequency == "YEARLY" and random.random() < 0.25:
        parts["BYWEEKNO"] = some(signed(51), 4)
        parts["BYDAY"] = weekdays(False, 0)  # without it dateutil takes the whole week
        return parts
    if frequency not in ("DAILY", "WEEKLY", "MONTHLY") and random.random() < 0.25:
        parts["BYYEARDAY"] = some(signed(366), 12)
    if frequency != "WEEKLY" and random.random() < 0.35:
        parts["BYMONTHDAY"] = some(signed(31), 6)
    if random.random() < 0.4:
        within = 5 if frequency == "MONTHLY" or "BYMONTH" in parts else 53
        parts["BYDAY"] = weekdays(frequency in ("MONTHLY", "YEARLY"), within)
    return parts


def rule():
    frequency = random.choice(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"])
    parts = {"FREQ": frequency}
    if random.random() < 0.5:
        parts["INTERVAL"] = random.choice([2, 2, 3, 4, 5, 7, 12, 18, 25, 90, 100])
    if random.random() < 0.3:
        parts["WKST"] = random.choice(DAYS)
    parts.update(day_parts(frequency))
    if random.random() < 0.3:
        parts["BYHOUR"] = some(range(24), 4)
    if random.random() < 0.2:
        parts["BYMINUTE"] = some(range(60), 4)
    if random.random() < 0.1:
        parts["BYSECOND"] = some(range(60), 3)
    if frequency != "WEEKLY" and random.random() < 0.25 and any(name.startswith("BY") for name in parts):
        parts["BYSETPOS"] = some(signed(4), 2)
    return ";".join(f"{name}={value}" for name, value in parts.items())


def too_long(*_):
    raise TimeoutError


def main():
    random.seed(SEED)
    signal.signal(signal.SIGALRM, too_long)  # it looks at every second of a rule that never comes
    print(f"# Random recurrence rules (seed {SEED}) unrolled by dateutil {__version__}: made by")
    print("# from_dateutil.py. All of one clock. dateutil is Apache 2.0 / BSD; none of it is here.")
    written = 0
    while written < 500:
        text = rule()
        start = datetime.datetime(random.randint(1995, 2030), random.randint(1, 12),
                                  random.randint(1, 28), random.randint(0, 23),
                                  random.choice([0, 0, 15, 30, 59]))
        end = start + datetime.timedelta(days=1500 if text.startswith(("FREQ=Y", "FREQ=M", "FREQ=W",
                                                                       "FREQ=D")) else 40)
        until = end.strftime("%Y%m%dT%H%M%S")
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        try:
            found = list(itertools.islice(rrulestr(f"{text};UNTIL={until}", dtstart=start), 15))
        except (ValueError, IndexError, TimeoutError):
            continue
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        if len(found) < 2:
            continue
        print(f"\nRRULE:{text}\nDTSTART:{start:%Y%m%dT%H%M%S}\nINSTANCES:" +
              ",".join(f"{each:%Y%m%dT%H%M%S}" for each in found) + ",...")
        written += 1


main()
