"""The rules of the house that a machine can check. Each takes all sources and gives its findings.

A rule is a function decorated with @rule; its first docstring line says the rule. Each one has bad
samples in samples.py that it must catch and good ones that it must leave alone.
"""
import os
import re
import subprocess
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor

from function_length import functions
from source import ROOT

Finding = namedtuple("Finding", "path line message")
RULES = {}

# Design, section 2: who may include whom. An arrow only ever points down.
LAYERS = {
    "domain": ["domain"],
    "eventstore": ["eventstore", "domain"],
    "projections": ["projections", "eventstore", "domain"],
    "gateway": ["gateway", "projections", "eventstore", "domain"],
    "replay": ["replay", "projections", "eventstore", "domain"],
}
PRODUCT = tuple(LAYERS)
TOP = {"CMakeLists.txt", "domain", "eventstore", "projections", "gateway", "replay", "tests", "ops",
       "cmake", "CMakePresets.json", "README.md", "CHANGELOG.md", "LICENSE"}
# Contexts of domain/ see the kernel, themselves, and what is declared here.
CONTEXTS = {
    "kernel": [],
    "tenancy": ["scheduling"],  # a new tenant has a default location
    "identity": ["tenancy"],
    "scheduling": ["tenancy"],
    "hospitality": ["tenancy"],
    "loyalty": ["tenancy", "scheduling"],  # paid appointments earn points
    "membership": ["tenancy"],
    "commerce": ["tenancy"],
    "billing": ["tenancy"],
}
# Libraries with heavy or leaking headers: (pattern of the include, product folders that may).
LIBRARIES = {
    "Beast": (r"boost/beast(?:/|\.hpp)", ["gateway"]),
    "RocksDB": (r"rocksdb/", ["eventstore", "projections", "replay"]),
    "simdjson": (r"simdjson", ["domain", "eventstore", "projections", "gateway", "replay"]),
    "libical": (r"libical/", ["domain"]),
    "librdkafka": (r"(?:librdkafka/)?rdkafka", ["eventstore", "projections", "replay"]),
}
BEAST_FILES_MAX = 2
FILE_LINES_MAX, TEST_FILE_LINES_MAX, FUNCTION_LINES_MAX = 400, 600, 60
IMPURE_CALLS = (
    r"\b(?:system_clock|steady_clock|high_resolution_clock|utc_clock|file_clock)\b"
    r"|\babsl::Now\s*\(|\bGetCurrentTimeNanos\b"
    r"|(?<![\w.>])(?:time\s*\(\s*(?:NULL|nullptr|0|&\s*\w+)\s*\)|clock\s*\(\s*\))"
    r"|\b(?:gettimeofday|clock_gettime|timespec_get|localtime(?:_r)?|gmtime|ftime)\s*\("
    r"|\brandom_device\b|(?<![\w.>])s?rand(?:om)?(?:_r)?\s*\(|\b[delmn]rand48\s*\("
    r"|\brandombytes_\w+|\bget(?:random|entropy)\s*\(|\barc4random\w*"
    r"|\bRAND_(?:priv_)?bytes\b|\brandom_generator(?:_mt19937|_pure)?\b|\buuid_generate\w*"
    r"|\babsl::(?:Insecure)?BitGen\b|\b_?rdtscp?\b|\bgetenv\s*\(")
IMPURE_HEADERS = (
    r"(?:fstream|iostream|filesystem|random|thread|ctime|time\.h|unistd\.h|fcntl\.h)$"
    r"|sys/|curl/|boost/(?:asio|filesystem|process|random)(?:/|\.hpp)|openssl/(?!evp\.h)")
BANNED_STEMS = {"util", "utils", "utility", "utilities", "helper", "helpers", "common", "commons",
                "misc", "shared", "stuff"}
RUN_BITS = ["ops/build", "ops/run", "ops/test", "ops/bench", "ops/kafka", ".ci/run"]
CLANG_FORMAT = "clang-format-19"


def rule(function):
    RULES[function.__name__] = function
    return function


def sources_of_house(files):
    return [f for f in files if f.is_cpp or f.is_script or f.suffix in (".cmake", ".py", ".sh")
            or f.name == "CMakeLists.txt"]


def in_tests(path):
    return path.startswith("tests/")


def matches(source, pattern, text, message):
    return [Finding(source.path, source.line_of(m.start()), f"{message}: {m.group(0).strip()}")
            for m in re.finditer(pattern, text)]


@rule
def arrows(files):
    """An include only ever points down: domain < eventstore < projections < gateway, replay."""
    found = []
    for source in files:
        allowed = LAYERS.get(source.folder)
        if not source.is_cpp or allowed is None:
            continue
        for line, name, quoted in source.includes():
            folder = name.split("/", 1)[0]
            below = folder in allowed or (not quoted and folder not in LAYERS
                                          and folder not in ("tests", "ops"))
            if not below:
                found.append(Finding(source.path, line, f"{source.folder}/ may not include {name}"))
    return found


@rule
def include_paths(files):
    """A quoted include is a file of this repository, written from its root."""
    paths = {f.path for f in files}
    return [Finding(f.path, line, f'"{name}" is no file of the repository')
            for f in files if f.is_cpp
            for line, name, quoted in f.includes() if quoted and name not in paths]


@rule
def contexts(files):
    """A context of domain/ includes the kernel, itself and what CONTEXTS declares."""
    found = []
    for source in files:
        parts = source.path.split("/")
        if not source.is_cpp or parts[0] != "domain" or len(parts) < 3:
            continue
        context = parts[1]
        allowed = {context, "kernel", *CONTEXTS.get(context, [])}
        for line, name, _ in source.includes():
            target = name.split("/")
            if name == "domain/house.hpp" and parts[2:] == ["module.cpp"]:
                continue  # where each context declares itself
            if target[0] == "domain" and (len(target) < 3 or target[1] not in allowed):
                found.append(Finding(source.path, line, f"context {context} may not see {name}"))
    return found


@rule
def libraries(files):
    """Beast, RocksDB, simdjson and librdkafka are included by .cpp files of few folders only."""
    found, beast = [], set()
    for source in files:
        if not source.is_cpp:
            continue
        for line, name, _ in source.includes():
            for library, (pattern, folders) in LIBRARIES.items():
                if not re.match(pattern, name):
                    continue
                if source.is_header:
                    found.append(Finding(source.path, line, f"{library} in a header"))
                elif source.folder in PRODUCT and source.folder not in folders:
                    found.append(Finding(source.path, line, f"{library} in {source.folder}/"))
                elif library == "Beast" and source.folder in PRODUCT:
                    beast.add((source.path, line))
    by_file = sorted({path for path, _ in beast})
    for path in by_file[BEAST_FILES_MAX:]:
        line = min(at for p, at in beast if p == path)
        found.append(Finding(path, line, f"Beast in more than {BEAST_FILES_MAX} files: "
                             + ", ".join(by_file)))
    return found


@rule
def file_length(files):
    """A file has at most 400 lines, one of tests/ 600."""
    found = []
    for source in sources_of_house(files):
        limit = TEST_FILE_LINES_MAX if in_tests(source.path) else FILE_LINES_MAX
        count = len(source.lines)
        if count > limit:
            found.append(Finding(source.path, limit + 1, f"{count} lines, at most {limit}"))
    return found


@rule
def function_length(files):
    """A function's body has at most 60 lines."""
    return [Finding(f.path, line, f"{count} lines, at most {FUNCTION_LINES_MAX}: {head[-80:]}")
            for f in files if f.is_cpp
            for line, count, head in functions(f.code) if count > FUNCTION_LINES_MAX]


@rule
def pure_domain(files):
    """domain/ reads no clock, no random source, no environment and does no I/O."""
    found = []
    for source in files:
        if not source.is_cpp or source.folder != "domain":
            continue
        found += matches(source, IMPURE_CALLS, source.code, "domain/ is pure")
        found += [Finding(source.path, line, f"domain/ does no I/O: <{name}>")
                  for line, name, _ in source.includes() if re.match(IMPURE_HEADERS, name)]
    return found


@rule
def unfinished(files):
    """Nothing is left for later on main, and no test is switched off."""
    words = "|".join(("TO" + "DO", "FIX" + "ME", '(?<!")XX' + 'X(?!")', "HA" + "CK"))
    stubs = "|".join(("(?<!method )not (?:yet )?imple" + "mented", "place" + "holder(?!=)",
                      "in a real (?:system|implementation)", "GTEST_" + "SKIP"))
    anywhere = rf"(?i:\b(?:{words}|{stubs})\b)|\bDIS" + "ABLED_"
    in_comments = r"(?i:\b(?:for " + "now|simpli" + r"fied)\b)"
    reason_501 = '"Not Imple' + 'mented"'  # RFC 9110 calls the status so
    found = []
    for source in sources_of_house(files):
        found += matches(source, anywhere, source.text.replace(reason_501, ""), "left to do")
        found += matches(source, in_comments, source.comments, "left to do")
    return found


@rule
def no_sleep(files):
    """A test waits for what it expects, never for time to pass."""
    found = []
    for source in files:
        if not in_tests(source.path):
            continue
        if source.is_cpp:
            found += matches(source, r"\b(?:sleep_for|sleep_until|this_thread::sleep\w*"
                             r"|u?sleep|nanosleep)\s*\(", source.code, "a test sleeps")
        else:
            found += matches(source, r"\btime\.sleep\(|(?m:^\s*sleep [\d$.])", source.text,
                             "a test sleeps")
    return found


@rule
def machine_paths(files):
    """Nothing mentions a path of the machine it was written on."""
    pattern = r"(?<![\w.])/(?:(?:work|farm|Users|home|root)/|tmp/wt\b)[^\s\"')]*"
    return [finding for source in files
            for finding in matches(source, pattern, source.text, "path of a machine")]


@rule
def headers(files):
    """A header opens with a comment that says what it is, and has #pragma once."""
    found = []
    for source in files:
        if not source.is_header:
            continue
        if not re.match(r"//+ ?\S", source.text):
            found.append(Finding(source.path, 1, "does not open with a comment"))
        if not re.search(r"(?m)^#pragma once$", source.code):
            found.append(Finding(source.path, 1, "has no #pragma once"))
    return found


@rule
def file_names(files):
    """Files are named for what they hold: snake_case, .hpp and .cpp, no grab-bags."""
    found = []
    for source in files:
        parts = source.path.split("/")
        stem = source.name.rsplit(".", 1)[0]
        if parts[0] not in TOP and not parts[0].startswith("."):
            found.append(Finding(source.path, 1, "is outside of the folders of the house"))
        for part in [*parts[:-1], stem]:
            if part.lower() in BANNED_STEMS:
                found.append(Finding(source.path, 1, f"`{part}` says nothing about its content"))
        if source.is_cpp and source.suffix not in (".cpp", ".hpp"):
            found.append(Finding(source.path, 1, "sources end in .cpp, headers in .hpp"))
        if source.is_cpp and not re.fullmatch(r"[a-z][a-z0-9_]*", stem):
            found.append(Finding(source.path, 1, "file names are snake_case"))
    return found


@rule
def scripts(files):
    """Scripts of ops/ can be run, begin with a shebang and are valid shell."""
    found = []
    by_path = {f.path: f for f in files}
    for path in RUN_BITS:
        if path in by_path and not by_path[path].is_script:
            found.append(Finding(path, 1, "does not begin with a shebang"))
    for source in files:
        if not source.is_script or source.folder not in ("ops", ".ci"):
            continue
        if not source.executable:
            found.append(Finding(source.path, 1, "has a shebang but no run bit"))
        if re.match(r"#!.*\b(?:ba)?sh\b", source.text):
            checked = subprocess.run(["bash", "-n"], input=source.text, text=True,
                                     capture_output=True, check=False)
            if checked.returncode != 0:
                found.append(Finding(source.path, 1, "is no valid shell: " + checked.stderr.strip()))
    return found


@rule
def formatted(files):
    """Every C++ file is as clang-format-19 with the house's .clang-format leaves it."""
    cpp = [f for f in files if f.is_cpp]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        lines = pool.map(first_unformatted_line, cpp)
    return [Finding(source.path, line, "is not formatted (target `format` does it)")
            for source, line in zip(cpp, lines) if line]


def first_unformatted_line(source):
    done = subprocess.run([CLANG_FORMAT, f"--assume-filename={source.path}"], input=source.text,
                          text=True, capture_output=True, check=True, cwd=ROOT)
    before, after = source.lines, done.stdout.splitlines()
    if done.stdout == source.text:
        return None
    return next((n for n, (a, b) in enumerate(zip(before, after), 1) if a != b),
                min(len(before), len(after)))
