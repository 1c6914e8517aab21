#!/usr/bin/env python3
"""Follows the tour of README.md word by word in a directory of its own, with a real server.

    readme_tour.py BUILD_DIR            runs it; every output must be the printed one
    readme_tour.py BUILD_DIR --write    runs it and prints what came out into README.md

Every ```console block is typed into one bash: lines that begin with `$ ` or `> ` are input, the
others are what they answer. Ids, keys, hashes and what else differs from run to run are compared by
their form; the server's port is a free one. Exits with 1 and a diff where something differs.
"""
import difflib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
README = ROOT / "README.md"
SECONDS_MAX = 240
FORMS = [
    (r"alk_[A-Za-z0-9_-]{16,}", "alk_<key>"),
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "<id>"),
    (r'("sealed": ?)"[A-Za-z0-9_-]+"', r'\1"<sealed>"'),
    (r'("instance": ?)"[^"]+"', r'\1"<request>"'),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:<port>"),
    (r"(?m)^(\[\d+\]) +\d+$", r"\1 <pid>"),
    (r"in \d+\.\d s \([\d,]+ events/s\)", "in <seconds>"),
    (r'("(?:correlation|causation)_id": ?)"[^"]+"', r'\1"<request>"'),
    (r"(?m)^(\s+(?:fold_cache_bytes|queue_jobs))\s+\d+$", r"\1 <number>"),
]


def normalised(text):
    for pattern, form in FORMS:
        text = re.sub(pattern, form, text)
    return text


class Step:
    """One input, of one or more lines, and what it is printed to answer."""

    def __init__(self):
        self.input, self.printed = [], []


def blocks_of(readme):
    """(begin, end) of the lines within every console block."""
    found, begin = [], None
    for number, line in enumerate(readme):
        if line == "```console":
            begin = number + 1
        elif line == "```" and begin is not None:
            found.append((begin, number))
            begin = None
    return found


def steps_of(lines):
    steps = []
    for line in lines:
        if line.startswith("$ "):
            steps.append(Step())
            steps[-1].input.append(line[2:])
        elif line.startswith("> "):
            steps[-1].input.append(line[2:])
        else:
            steps[-1].printed.append(line)
    return steps


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def script_of(steps, port):
    """A bash program that says after each input that it is done."""
    lines = ["exec 2>&1"]
    for number, step in enumerate(steps):
        typed = "\n".join(step.input)
        if typed.startswith("export PATH="):
            typed = ":"  # the build at hand is in the path already
        lines.append(typed.replace("127.0.0.1:8080", f"127.0.0.1:{port}"))
        lines.append(f"printf '\\n@@done {number}\\n'")
    return "\n".join(lines) + "\n"


def run(steps, build, where):
    path = f"{build}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "LC_ALL": "C.UTF-8"}
    for name in ("ALMANAC_SERVER", "ALMANAC_KEY", "ALMANAC_DATA", "http_proxy", "https_proxy"):
        environment.pop(name, None)
    port = free_port()
    shell = subprocess.Popen(["bash", "-c", script_of(steps, port)], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, cwd=where, env=environment, text=True,
                             start_new_session=True)
    try:
        said, _ = shell.communicate(timeout=SECONDS_MAX)
    except subprocess.TimeoutExpired as late:
        sys.exit(f"The tour took more than {SECONDS_MAX} s:\n{(late.output or b'').decode()}")
    finally:
        subprocess.run(["kill", "-9", "--", f"-{shell.pid}"], stderr=subprocess.DEVNULL,
                       check=False)
    outputs, rest = [], said.replace(f"127.0.0.1:{port}", "127.0.0.1:8080")
    for number in range(len(steps)):
        output, found, rest = rest.partition(f"\n@@done {number}\n")
        if not found:
            sys.exit(f"The tour broke off after `{steps[number].input[0]}`:\n{output}")
        outputs.append(output.rstrip("\n").split("\n") if output.strip() else [])
    return outputs


def typed(step):
    return ["$ " + step.input[0]] + ["> " + line for line in step.input[1:]]


def main(arguments):
    if not arguments or len(arguments) > 2 or arguments[1:] not in ([], ["--write"]):
        sys.exit(__doc__)
    readme = README.read_text(encoding="utf-8").split("\n")
    blocks = blocks_of(readme)
    by_block = [steps_of(readme[begin:end]) for begin, end in blocks]
    steps = [step for block in by_block for step in block]
    where = tempfile.mkdtemp(prefix="almanac-tour-")
    try:
        outputs = run(steps, os.path.abspath(arguments[0]), where)
    finally:
        shutil.rmtree(where, ignore_errors=True)
    if arguments[1:] == ["--write"]:
        came = iter(outputs)
        for (begin, end), block in reversed(list(zip(blocks, [
                [line for step in block for line in typed(step) + next(came)]
                for block in by_block]))):
            readme[begin:end] = block
        README.write_text("\n".join(readme), encoding="utf-8")
        return 0
    wrong = 0
    for step, output in zip(steps, outputs):
        printed, came = (normalised("\n".join(x)).split("\n") for x in (step.printed, output))
        if printed == came:
            continue
        wrong += 1
        print(f"$ {step.input[0]}")
        print("\n".join(difflib.unified_diff(printed, came, "README.md", "what came", lineterm="")))
    print(f"{len(steps)} inputs of the tour, {wrong} answered otherwise.")
    return 1 if wrong or not steps else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
