"""For each rule bad samples that it must catch, in which file and line, and good ones that it must
leave alone. The bad words are put together from pieces so that this file breaks no rule itself.
"""
from collections import namedtuple

Sample = namedtuple("Sample", "about files caught")


def one(about, path, text, *lines, executable=False):
    return Sample(about, [(path, text, executable)], [(path, line) for line in lines])


def several(about, files, *caught):
    return Sample(about, [(path, text, False) for path, text in files], list(caught))


def body(lines):
    return "{\n" + "    step();\n" * (lines - 2) + "}\n"


BEAST = "#include <boost/beast/http.hpp>\n"
LATER = "TO" + "DO"
SAMPLES = {
    "arrows": [
        one("domain looks up", "domain/a.cpp", '#include "eventstore/log.hpp"\n', 1),
        one("with angle brackets too", "domain/a.cpp", "\n#include <gateway/http.hpp>\n", 2),
        one("store looks at views", "eventstore/a.hpp", '#  include "projections/v.hpp"\n', 1),
        one("views look at the edge", "projections/a.cpp", '#include "gateway/http.hpp"\n', 1),
        one("edge looks at the tool", "gateway/a.cpp", '#include "replay/tool.hpp"\n', 1),
        one("tool looks at the edge", "replay/a.cpp", '#include "gateway/http.hpp"\n', 1),
        one("product looks at tests", "eventstore/a.cpp", '#include "tests/store/given.hpp"\n', 1),
        one("downwards", "gateway/a.cpp", '#include <vector>\n#include "domain/kernel/id.hpp"\n'
            '#include "projections/v.hpp"\n#include "eventstore/log.hpp"\n'),
        one("a comment is no include", "domain/a.cpp", '// #include "eventstore/log.hpp"\n'
            '/*\n#include "gateway/http.hpp"\n*/\n'),
        one("tests see everything", "tests/gateway/a.cpp", '#include "replay/tool.hpp"\n'),
    ],
    "include_paths": [
        one("relative", "domain/kernel/a.cpp", '#include "id.hpp"\n#include "../x.hpp"\n', 1, 2),
        several("from the root", [("domain/id.hpp", ""),
                                  ("domain/a.cpp", '#include "domain/id.hpp"\n#include <x.h>\n')]),
    ],
    "contexts": [
        one("kernel looks up", "domain/kernel/a.cpp", '#include "domain/loyalty/p.hpp"\n', 1),
        one("undeclared", "domain/scheduling/a.cpp", '#include "domain/loyalty/p.hpp"\n', 1),
        one("a new context sees the kernel only", "domain/content/a.cpp",
            '#include "domain/kernel/id.hpp"\n#include "domain/tenancy/tenant.hpp"\n', 2),
        one("declared", "domain/scheduling/a.cpp", '#include "domain/tenancy/tenant.hpp"\n'
            '#include "domain/scheduling/slots.hpp"\n#include "domain/kernel/id.hpp"\n'),
        one("only its module knows the house", "domain/loyalty/points.cpp",
            '#include "domain/house.hpp"\n', 1),
        one("where it declares itself", "domain/loyalty/module.cpp",
            '#include "domain/house.hpp"\n'),
        one("the list of modules sees all", "domain/modules.cpp",
            '#include "domain/loyalty/module.hpp"\n'),
    ],
    "libraries": [
        one("Beast in a header", "gateway/a.hpp", BEAST, 1),
        one("Beast below the gateway", "eventstore/a.cpp", BEAST, 1),
        several("a third file with Beast", [(f"gateway/{n}.cpp", BEAST) for n in "abc"],
                ("gateway/c.cpp", 1)),
        one("RocksDB in a header", "eventstore/a.hpp", "#pragma once\n#include <rocksdb/db.h>\n", 2),
        one("RocksDB in the domain", "domain/a.cpp", "#include <rocksdb/db.h>\n", 1),
        one("simdjson in a header", "domain/a.hpp", "#include <simdjson.h>\n", 1),
        one("librdkafka in a header", "eventstore/a.hpp", "#include <librdkafka/rdkafka.h>\n", 1),
        one("librdkafka at the edge", "gateway/a.cpp", "#include <librdkafka/rdkafkacpp.h>\n", 1),
        one("RocksDB in a test's header", "tests/eventstore/a.hpp", "#include <rocksdb/env.h>\n", 1),
        several("where they belong", [
            ("gateway/a.cpp", BEAST), ("gateway/b.cpp", BEAST), ("tests/gateway/c.cpp", BEAST),
            ("eventstore/a.cpp", "#include <rocksdb/db.h>\n#include <librdkafka/rdkafka.h>\n"),
            ("domain/kernel/json.cpp", "#include <simdjson.h>\n")]),
    ],
    "file_length": [
        one("401 lines", "domain/a.cpp", "\n" * 401, 401),
        one("601 lines of a test", "tests/kernel/a_test.cpp", "\n" * 601, 601),
        one("a script of 401", "ops/run", "#!/bin/sh\n" + "\n" * 400, 401),
        one("400 lines", "domain/a.cpp", "\n" * 400),
        one("600 lines of a test", "tests/kernel/a_test.cpp", "\n" * 600),
        one("data may be long", "tests/golden/a.json", "\n" * 5000),
    ],
    "function_length": [
        one("61 lines", "domain/a.cpp", "namespace a {\nint f(int x)\n" + body(61) + "}\n", 3),
        one("a method", "domain/a.hpp", "struct A {\n  void f() const noexcept " + body(61) + "};\n",
            2),
        one("a constructor with braces", "domain/a.cpp", "A::A() : a_{1}, b_{2} " + body(61), 1),
        one("a lambda in a constant", "domain/a.cpp", "const auto f = [](int x) " + body(61), 1),
        one("a lambda in a table", "domain/a.cpp", "const T t = {1, [&](int x) -> int " + body(61)
            + "};\n", 1),
        one("a test", "tests/kernel/a_test.cpp", "TEST(Money, adds) " + body(61), 1),
        one("braces in strings do not count", "domain/a.cpp",
            'void f() {\n  g("}", \'}\', R"(})"); // }\n' + "  g();\n" * 58 + "}\n"
            "void h() " + body(60), 1),
        one("nested blocks count", "domain/a.cpp", "void f() {\n" + "if (x) {\ny();\n}\n" * 20
            + "}\n", 1),
        one("60 lines", "domain/a.cpp", "template <class T> requires A<T> int f(T x) " + body(60)),
        one("scopes and values may be longer", "domain/a.cpp",
            "namespace a::b {\nstruct S : public B<int> {\n" + "  int x = f(1'000);\n" * 70
            + "};\nenum class E : int {\n" + "  a,\n" * 70 + "};\nconstexpr T t[] = {\n"
            + "  {1, g(2), {3}},\n" * 70 + "};\nauto u = std::array{\n" + "  1,\n" * 70 + "};\n}\n"),
    ],
    "pure_domain": [
        one("clocks", "domain/a.cpp", "auto a = std::chrono::system_clock::now();\n"
            "auto b = steady_clock::now();\nauto c = time(nullptr);\nauto d = std::clock();\n"
            "gettimeofday(&t, nullptr);\nabsl::Now();\n", 1, 2, 3, 4, 5, 6),
        one("random sources", "domain/a.cpp", "std::random_device d;\nint x = std::rand();\n"
            "randombytes_buf(p, 8);\ngetrandom(p, 8, 0);\nRAND_bytes(p, 8);\n", 1, 2, 3, 4, 5),
        one("I/O", "domain/a.cpp", "#include <fstream>\n#include <sys/socket.h>\n"
            "#include <boost/asio/ip/tcp.hpp>\n", 1, 2, 3),
        one("time as a value", "domain/a.cpp", "// not system_clock::now()\n"
            "Instant t = context.time();\nauto u = event->time(0);\nint local_time(int x);\n"
            'auto operand(int); const char* s = "rand()";\n'),
        one("the store has a clock", "eventstore/a.cpp", "auto n = steady_clock::now();\n"),
    ],
    "unfinished": [
        one("left for later", "domain/a.cpp", f"int a;  // {LATER}: later\n", 1),
        one("in a script", "ops/run", f"#!/bin/sh\n# {'FIX' + 'ME'}\n", 2),
        one("a stub", "gateway/a.cpp", f"throw E(\"not {'imple' + 'mented'}\");\n", 1),
        one("a comment that puts off", "gateway/a.cpp", f"int a;  // {'for ' + 'now'} one\n", 1),
        one("words that mean something else", "gateway/a.cpp",
            f"f(\"{'XX' + 'X'}\");  // ISO 4217\ng(\"You are {'simpli' + 'fied'}\");\n"
            f"h(\"<input {'place' + 'holder'}='q'>\", \"Method not {'imple' + 'mented'}\");\n"),
        one("a test switched off", "tests/a_test.cpp", f"TEST(A, {'DIS' + 'ABLED_'}b) {{}}\n", 1),
        one("a test that skips", "tests/a_test.cpp", f"\n{'GTEST_' + 'SKIP'}();\n", 2),
        one("status 501 is called so", "gateway/a.cpp",
            f"case 501: return \"Not {'Imple' + 'mented'}\";\n"),
        one("finished", "domain/a.cpp", "int todos;  // mastodon, hackney, for " + "nowhere\n"),
    ],
    "no_sleep": [
        one("sleeps", "tests/a_test.cpp", "std::this_thread::sleep_for(1s);\nusleep(5);\n", 1, 2),
        one("a script sleeps", "tests/crash/kill.sh", "#!/bin/sh\n" + "sl" + "eep 1\n", 2),
        one("Python sleeps", "tests/crash/kill.py", "time.sl" + "eep(1)\n", 1),
        one("awake", "tests/a_test.cpp", "// sleep_for(1s)\nclock.advance(1s);\n"),
        one("not a test", "gateway/a.cpp", "std::this_thread::sleep_for(1s);\n"),
    ],
    "machine_paths": [
        one("a home", "README.md", "cd /ho" + "me/anna/almanac\n", 1),
        one("a workplace", "domain/a.cpp", "\n// see /wo" + "rk/shared/log.md\n", 2),
        one("a worktree", "ops/run", "#!/bin/sh\ncd /tmp/w" + "t/ops\n", 2),
        one("general paths", "README.md", "/usr/share/zoneinfo https://a.org/work/x homework/a\n"),
    ],
    "headers": [
        one("no comment", "domain/a.hpp", "#pragma once\n// late\n", 1),
        one("no pragma", "domain/a.hpp", "// What it is.\n#ifndef A\n// #pragma once\n", 1),
        one("an empty comment", "domain/a.hpp", "//\n#pragma once\n", 1),
        one("a header", "domain/a.hpp", "// What it is.\n#pragma once\n"),
        one("a source needs none", "domain/a.cpp", "int a;\n"),
    ],
    "file_names": [
        one("a grab-bag", "domain/kernel/utils.hpp", "", 1),
        one("a folder of odds and ends", "gateway/common/a.hpp", "", 1),
        one("another ending", "domain/a.h", "", 1),
        one("another case", "domain/FooBar.cpp", "", 1),
        one("outside of the house", "src/a.cpp", "", 1),
        one("named for what it holds", "domain/kernel/money.hpp", ""),
        one("the usual files", "tests/CMakeLists.txt", ""),
    ],
    "scripts": [
        one("no run bit", "ops/run", "#!/usr/bin/env bash\n", 1),
        one("no shebang", "ops/test", "echo\n", 1, executable=True),
        one("no valid shell", "ops/run", "#!/usr/bin/env bash\nif true; then\n", 1, executable=True),
        one("runs", "ops/run", "#!/usr/bin/env bash\nif true; then :; fi\n", executable=True),
        one("sourced", "ops/packages", "packages=(a b)\n"),
    ],
    "formatted": [
        one("indented by two", "domain/a.cpp", "int f() {\n  return 1;\n}\n", 2),
        one("too long a line", "domain/a.hpp", "\nint a = 1;" + "  // word" * 14 + "\n", 2),
        one("formatted", "domain/a.cpp", "int f() {\n    return 1;\n}\n"),
    ],
}
