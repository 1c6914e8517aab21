"""The crash campaign: see ops/crash, which runs it. Every point follows from the seed and its number.

A point is a copy of one directory, a server on it, load over several connections, and a death at
some call; then a checker that kept every acknowledged answer (checker.py). Programs: ALMANACD and
ALMANAC, the preloaded DYING_CALL, and for power loss ALMANACD_FAULTS, in the environment.
"""
import argparse
import collections
import concurrent.futures
import os
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import checker
import house
import load
import victim

CHAIRS = 6
HISTORY = 300  # so that a fold (the references of a day) has a snapshot: one every 256 events
CONNECTIONS = 6
OPERATIONS = 40
DAYS = range(20, 360)
# At which call it dies at the latest; some loads end before, then it is killed at their end.
CALLS_MAX = {"kill -9": {"load": 450, "start": 60, "stop": 40},
             "power loss": {"load": 200, "start": 40, "stop": 20}}
# Of so many points of one means at least half have to die, else the campaign proves nothing.
TELLING_POINTS = 5
# What a crash falls into, and how often.
KINDS = {"load": 70, "start": 12, "stop": 10, "twice": 8}


Outcome = collections.namedtuple("Outcome", "number name root counts violations")


class Point:
    """One seeded crash. `run` answers what was counted and what was wrong."""

    def __init__(self, template, seed, number, root):
        self.template, self.seed, self.number = template, seed, number
        self.root = pathlib.Path(root) / f"point-{number}"
        self.random = random.Random(f"{seed}/{number}")
        self.kind = self.random.choices(list(KINDS), KINDS.values())[0]
        self.means = "power loss" if number % 2 and "ALMANACD_FAULTS" in os.environ else "kill -9"
        self.counts = collections.Counter()
        self.violations = []
        self.victim = None

    @property
    def name(self):
        return f"{self.means}, {self.kind}"

    def run(self):
        try:
            self.crash()
        except Exception as error:  # a peer that fails is a failed point, not a passed one
            self.violations.append(f"{type(error).__name__}: {error}")
        if self.victim is not None and self.victim.process is not None:
            self.victim.kill()
        if not self.violations:
            shutil.rmtree(self.root, ignore_errors=True)
        return Outcome(self.number, self.name, self.root, self.counts, self.violations)

    def crash(self):
        seed = self.random.randrange(1 << 32)
        self.victim = server = victim.Victim.copied(
            self.template, self.root, seed if self.means == "power loss" else None)
        work = load.Load(self.connections())
        check = checker.Checker(server, work, self.random, self.violations)
        for n in range(2 if self.kind == "twice" else 1):
            if n > 0:
                server.stop()
            server.disarm()
            if not server.start_to_die():
                raise AssertionError(f"no start: {server.stderr()[-500:]}")
            check.look_at_first(server)
            self.die_under(server, work)
            self.verify(server)
            if self.kind == "start":
                self.die_in_start(server)
            server.must_start()
            self.counts["restarts"] += 1
            check.run()
            if self.violations:
                break
        self.counts["acknowledged"] += check.checked
        self.counts["retried"] += check.retried
        if server.stop() != 0:
            self.violations.append(f"SIGTERM did not end it well: {server.stderr()[-500:]}")
        self.verify(server)

    def connections(self):
        slots = [(service, house.instant(day, hour)) for day in DAYS for hour in range(24)
                 for service in self.template.services]
        self.random.shuffle(slots)
        contested = slots[:8]
        del slots[:8]
        share = 2 * OPERATIONS + 10
        return [load.Connection(n, f"{self.seed}-{self.number}",
                                random.Random(f"{self.seed}/{self.number}/{n}"), self.template,
                                slots[n * share:(n + 1) * share], contested)
                for n in range(CONNECTIONS)]

    def call(self, during):
        return self.random.randint(1, CALLS_MAX[self.means][during])

    def die_under(self, server, work):
        way = self.random.choice(victim.WAYS)
        if self.kind == "stop":
            work.run(server, self.random.randint(1, OPERATIONS))
            server.arm(self.call("stop"), way)
            server.process.send_signal(signal.SIGTERM)
            server.process.wait(house.READY_SECONDS_MAX)
        else:
            server.arm(self.call("load"), way)
            work.run(server, OPERATIONS)
        if work.lost:  # its connections break before its end can be seen
            server.process.wait(house.READY_SECONDS_MAX)
        self.counts["deaths"] += server.process.poll() == -signal.SIGKILL
        server.kill()

    def die_in_start(self, server):
        """Killed while it recovers, up to three times; a start that gets through is killed too."""
        for _ in range(self.random.randint(1, 3)):
            server.arm(self.call("start"), self.random.choice(victim.WAYS))
            self.counts["restarts"] += 1
            if server.start_to_die():
                server.kill()
            elif server.refusal != -signal.SIGKILL:
                self.violations.append(f"a start was refused, exit {server.refusal}: "
                                       f"{server.stderr()[-500:]}")
            else:
                self.counts["deaths"] += 1
        self.verify(server)

    def verify(self, server):
        self.counts["verified"] += 1
        found, _ = checker.verify(server.data, self.template.views)
        self.violations += found


def report(points, seconds):
    """The table of the end."""
    kinds = sorted({point.name for point in points})
    columns = ["deaths", "restarts", "verified", "acknowledged", "retried"]
    print(f"\n{'points':>24} {'number':>7} " + " ".join(f"{c:>12}" for c in columns)
          + f" {'violations':>11}")
    for kind in kinds + ["all"]:
        of = [point for point in points if kind in (point.name, "all")]
        print(f"{kind:>24} {len(of):>7} "
              + " ".join(f"{sum(p.counts[c] for p in of):>12}" for c in columns)
              + f" {sum(len(p.violations) for p in of):>11}")
    print(f"{seconds:.0f} s")


def without_deaths(points):
    """Says of which means too few points died for the others to prove anything."""
    found = []
    for means in CALLS_MAX:
        of = [point for point in points if point.name.startswith(means)]
        died = sum(point.counts["deaths"] > 0 for point in of)
        if len(of) >= TELLING_POINTS and died < len(of) / 2:
            found.append(f"crash: of {len(of)} points of {means} only {died} died")
    return found


def tell_failed(point, seed):
    print(f"\npoint {point.number} ({point.name}) FAILED:")
    for sentence in point.violations[:10]:
        print(f"  {sentence}")
    print(f"  directory: {point.root}\n  again: ops/crash --seed {seed} --point {point.number}",
          flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="ops/crash", description="kills a server at seeded "
                                     "points and checks what it acknowledged")
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--point", type=int, default=None, help="this one alone")
    parser.add_argument("--jobs", type=int, default=max(1, (os.cpu_count() or 2)))
    parser.add_argument("--seconds", type=float, default=None,
                        help="begin no further point after so many")
    parser.add_argument("--directory", default=None, help="where the points live; kept")
    parser.add_argument("--until-violation", action="store_true", help="stop at the first one")
    parser.add_argument("--discard", action="store_true", help="keep no failed directory")
    return parser.parse_args()


# The loader passes over a library that it does not find, and nobody would die.
def missing_programs():
    names = ("ALMANACD", "ALMANAC", "DYING_CALL", "ALMANACD_FAULTS")
    return [f"{name}={os.environ[name]}" for name in names
            if name in os.environ and not os.path.isfile(os.environ[name])]


_template = None


def run_point(seed, number, root):
    return Point(_template, seed, number, root).run()


def main():
    global _template
    wish = arguments()
    if missing := missing_programs():
        sys.exit(f"crash: there is no such file: {', '.join(missing)}")
    seed = wish.seed if wish.seed is not None else random.SystemRandom().randrange(1 << 32)
    root = pathlib.Path(wish.directory or tempfile.mkdtemp(prefix="almanac-crash-"))
    print(f"crash: seed {seed}, in {root}", flush=True)
    began = time.monotonic()
    _template = victim.Template(root / "template", house.ALMANACD).fill(CHAIRS, HISTORY)
    found, _template.views = checker.verify(_template.data)
    if found or not _template.views:
        sys.exit(f"crash: the template is not in order: {found}")
    numbers = [wish.point] if wish.point is not None else range(wish.points)
    points, failed = [], 0
    with concurrent.futures.ProcessPoolExecutor(wish.jobs) as pool:
        left = iter(numbers)
        running = set()
        while True:
            late = wish.seconds is not None and time.monotonic() - began > wish.seconds
            over = late or (failed and wish.until_violation)
            while len(running) < wish.jobs and not over:
                number = next(left, None)
                if number is None:
                    break
                running.add(pool.submit(run_point, seed, number, root))
            if not running:
                break
            done, running = concurrent.futures.wait(
                running, return_when=concurrent.futures.FIRST_COMPLETED)
            for each in done:
                point = each.result()
                points.append(point)
                failed += bool(point.violations)
                if point.violations:
                    tell_failed(point, seed)
                if len(points) % 25 == 0:
                    print(f"crash: {len(points)} points, {failed} failed, "
                          f"{time.monotonic() - began:.0f} s", flush=True)
    report(points, time.monotonic() - began)
    for sentence in without_deaths(points):
        print(sentence)
        failed += 1
    if wish.directory is None and (wish.discard or not failed):
        shutil.rmtree(root, ignore_errors=True)
    return 1 if failed or not points else 0


if __name__ == "__main__":
    sys.exit(main())
