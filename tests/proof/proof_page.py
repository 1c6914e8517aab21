"""ops/proof.md keeps its word: `proof_page.py BUILD_DIR` checks that every row names a command that
exists and has a figure, `proof_page.py --prove` that rows which do not are caught.

A command is `ops/PROGRAM …` or `almanac SUBCOMMAND`; the names behind ops/test, ops/fuzz and
ops/bench are looked up too. Where the figure is `not yet measured` the command may still be missing.
"""
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = os.path.join(ROOT, "ops/proof.md")
PENDING = "not yet measured"


def rows(text):
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and cells[0] not in ("promise", "---"):
            found.append((number, cells))
    return found


def output_of(*command):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


class House:
    """What can be asked for: programs of ops/, tests, fuzz targets, benches, subcommands."""

    def __init__(self, build):
        self.programs = {name for name in os.listdir(os.path.join(ROOT, "ops"))
                         if os.access(os.path.join(ROOT, "ops", name), os.X_OK)
                         and os.path.isfile(os.path.join(ROOT, "ops", name))}
        listed = output_of("ctest", "--test-dir", build, "-N")
        self.tests = re.findall(r"(?m)^ +Test +#\d+: (.+)$", listed)
        self.targets = output_of("ops/fuzz", "--list").split()
        with open(os.path.join(ROOT, "ops/benchmarks/main.cpp"), encoding="utf-8") as source:
            self.benches = re.findall(r'\{"(\w+)", bench_\w+\}', source.read())
        self.subcommands = re.findall(r"(?m)^ +(\w[\w-]*) ",
                                      output_of(os.path.join(build, "almanac"), "--help"))

    def why_not(self, command):
        program, *arguments = command.split()
        names = [a for i, a in enumerate(arguments) if not a.startswith("-")
                 and not (i > 0 and arguments[i - 1].startswith("--"))]
        if program == "almanac":
            known = [name for name in names[:1] if name in self.subcommands]
            return None if known else f"almanac has no such subcommand: {command}"
        if not program.startswith("ops/") or program[4:] not in self.programs:
            return f"there is no program {program}"
        for name in names:
            if program == "ops/test" and not any(re.search(name, test) for test in self.tests):
                return f"no test matches {name}"
            if program == "ops/fuzz" and name not in self.targets:
                return f"there is no fuzz target {name}"
            if program == "ops/bench" and name not in self.benches:
                return f"there is no bench {name}"
        return None


def faults(text, house):
    found = []
    for number, cells in rows(text):
        if len(cells) != 3 or not all(cells):
            found.append((number, "a row is a promise, a command and a figure"))
            continue
        commands = re.findall(r"`([^`]+)`", cells[1])
        if not commands:
            found.append((number, "there is no command"))
        if cells[2] == PENDING:
            continue
        found += [(number, why) for why in map(house.why_not, commands) if why]
    return found


class Sample(House):
    def __init__(self):  # pylint: disable=super-init-not-called
        self.programs = {"test", "fuzz", "bench"}
        self.tests = ["eventstore.Record.golden"]
        self.targets = ["json_reader"]
        self.benches = ["book"]
        self.subcommands = ["verify"]


def prove():
    good = ("| a | `ops/test Record` | 1 |\n| a | `ops/fuzz json_reader --seconds 9` | 1 |\n"
            "| a | `ops/bench book` | 1 |\n| a | `almanac verify` | 1 |\n| a | `ops/test` | 1 |\n"
            f"| a | `ops/later` | {PENDING} |\n| promise | command | last figure |\n| --- | --- | --- |")
    bad = ["| a | `ops/test Nothing` | 1 |", "| a | `ops/fuzz xml_reader` | 1 |",
           "| a | `ops/bench lunch` | 1 |", "| a | `almanac juggle` | 1 |",
           "| a | `ops/later` | 1 |", "| a | by hand | 1 |", "| a | `ops/test` | |",
           f"| a | by hand | {PENDING} |"]
    assert faults(good, Sample()) == [], faults(good, Sample())
    for line in bad:
        assert len(faults(line, Sample())) == 1, line
    print(f"{len(bad)} bad rows are caught")


def main(argument):
    if argument == "--prove":
        prove()
        return 0
    with open(PAGE, encoding="utf-8") as page:
        text = page.read()
    found = faults(text, House(argument))
    for number, why in found:
        print(f"ops/proof.md:{number}: {why}")
    print(f"{len(rows(text))} promises, {len(found)} faults")
    return 1 if found or len(rows(text)) < 20 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
