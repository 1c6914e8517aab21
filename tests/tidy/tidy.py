#!/usr/bin/env python3
"""Checks one rule of the house: `tidy.py RULE [ROOT]` on the repository, `tidy.py --prove RULE` on
samples (each bad one must be caught in its line, each good one left alone), `tidy.py --list` names
them all. Exits with 1 when something is found, and prints it as path:line: message.
"""
import sys

from rules import RULES
from samples import SAMPLES
from source import ROOT, Source, read_tree


def check(name, root):
    files = read_tree(root)
    findings = sorted(set(RULES[name](files)))
    for path, line, message in findings:
        print(f"{path}:{line}: {message}")
    about = RULES[name].__doc__.splitlines()[0]
    print(f"{name}: {about} {len(findings)} findings in {len(files)} files.")
    return 1 if findings else 0


def prove(name):
    """A rule that cannot fail proves nothing: it has to catch what its samples say it catches."""
    failures = 0
    samples = SAMPLES[name]
    for sample in samples:
        files = [Source(path, text, executable) for path, text, executable in sample.files]
        caught = sorted({(path, line) for path, line, _ in RULES[name](files)})
        if caught != sorted(sample.caught):
            failures += 1
            print(f"{name}: sample `{sample.about}`: caught {caught}, expected {sample.caught}")
    bad = sum(1 for sample in samples if sample.caught)
    if bad == 0 or bad == len(samples):
        failures += 1
        print(f"{name}: needs at least one bad and one good sample")
    print(f"{name}: {bad} bad and {len(samples) - bad} good samples, {failures} failures.")
    return 1 if failures else 0


def main(arguments):
    if arguments == ["--list"]:
        print("\n".join(RULES))
        return 0
    if len(arguments) == 2 and arguments[0] == "--prove" and arguments[1] in RULES:
        return prove(arguments[1])
    if len(arguments) in (1, 2) and arguments[0] in RULES:
        return check(arguments[0], arguments[1] if len(arguments) == 2 else ROOT)
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
