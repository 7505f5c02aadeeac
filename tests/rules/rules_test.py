#!/usr/bin/env python3
"""Runs the rules over the tree, and proves each of them on planted faults. CTest: `ctest -R rules`."""

import re
import subprocess
import unittest
from pathlib import Path

import rules
from rules import SourceFile

TOP = Path(__file__).resolve().parents[2]


def complaints(rule, path: str, text: str) -> list[str]:
    return list(rule(SourceFile(path, text.encode())))


class TheTree(unittest.TestCase):
    files = list(rules.source_files(TOP))

    def test_is_found(self):
        self.assertIn("proto/ids.hpp", [file.path for file in self.files])

    def check(self, rule):
        found = [f"{file.path}: {complaint}" for file in self.files for complaint in rule(file)]
        self.assertEqual([], found, "\n" + "\n".join(found))

    def test_the_tests_that_hold_what_was_found_are_there(self):
        lacking = []
        for row in (TOP / "tests/FOUND.md").read_text().splitlines():
            for sentence, name in re.findall(r'"([^"]+)", ([\w/]+\.cpp)', row if row.startswith("| ") else ""):
                # A sentence may begin, and go on, in the next line.
                source = re.sub(r'"\n +"', "", re.sub(r"\(\n +", "(", (TOP / "tests" / name).read_text()))
                if f'TEST_CASE("{sentence}' not in source:
                    lacking.append(f"{name}: {sentence}")
        self.assertEqual([], lacking)

    def test_clang_format_leaves_it_as_it_is(self):
        sources = [str(TOP / file.path) for file in self.files if file.path.endswith((".cpp", ".hpp"))]
        done = subprocess.run(["clang-format", "--dry-run", "-Werror", *sources], capture_output=True, text=True)
        self.assertEqual(0, done.returncode, done.stderr[:4000])


for _rule in rules.RULES:
    setattr(TheTree, f"test_{_rule.__name__}", lambda self, rule=_rule: self.check(rule))


class TheRules(unittest.TestCase):
    def refused(self, rule, path, text):
        self.assertTrue(complaints(rule, path, text), f"{rule.__name__} let {path} pass: {text!r}")

    def accepted(self, rule, path, text):
        self.assertEqual([], complaints(rule, path, text))

    def test_the_core_includes_the_standard_library_and_proto_alone(self):
        rule = rules.includes_only_what_it_may
        self.accepted(rule, "daemon/core/a.cpp", '#include <vector>\n#include "proto/ids.hpp"\n#include "daemon/core/b.hpp"\n')
        for include in ("<fmt/format.h>", "<zmq.hpp>", "<unistd.h>", '"store/library.hpp"', '"daemon/shell/node.hpp"'):
            self.refused(rule, "daemon/core/a.cpp", f"#include {include}\n")

    def test_no_layer_includes_one_above_it(self):
        rule = rules.includes_only_what_it_may
        for path, include in (("proto/a.hpp", "store/library.hpp"), ("store/kit/a.cpp", "store/git/object_db.hpp"),
                              ("store/feed/a.cpp", "daemon/core/input.hpp"), ("daemon/shell/a.cpp", "tools/ctl/client.hpp"),
                              ("daemon/main.cpp", "tests/support/catch.hpp"), ("tools/ctl/a.cpp", "daemon/core/status.hpp"),
                              ("tools/ctl/a.cpp", "store/git/object_db.hpp")):
            self.refused(rule, path, f'#include "{include}"\n')
        self.accepted(rule, "tools/ctl/a.cpp", '#include "store/kit/names.hpp"\n#include "store/home.hpp"\n')
        self.refused(rule, "store/library/library.cpp", "#include <proto/ids.hpp>\n")

    def test_a_commented_include_is_none(self):
        self.accepted(rules.includes_only_what_it_may, "proto/a.hpp", '// #include "store/library.hpp"\n')

    def test_libraries_have_one_door(self):
        rule = rules.third_parties_stay_behind_their_door
        self.refused(rule, "store/feed/a.cpp", "#include <git2.h>\n")
        self.refused(rule, "store/feed/a.cpp", "#include <git2/sys/odb_backend.h>\n")
        self.refused(rule, "store/state/a.cpp", "#include <zmq.hpp>\n")
        self.refused(rule, "proto/wire.cpp", '#include "wire.pb.h"\n')
        self.accepted(rule, "store/git/a.cpp", "#include <git2.h>\n")
        self.accepted(rule, "proto/codec.cpp", '#include "wire.pb.h"\n')
        self.accepted(rule, "tests/integration/a.cpp", "#include <zmq.hpp>\n")

    def test_headers_say_what_they_are(self):
        rule = rules.headers_begin_with_pragma_and_say_what_they_are
        self.refused(rule, "proto/a.hpp", "#ifndef A\n")
        self.refused(rule, "proto/a.hpp", "#pragma once\n\n#include <vector>\n")
        self.accepted(rule, "proto/a.hpp", "#pragma once\n// What it is.\n")

    def test_long_files_and_unclean_text(self):
        self.refused(rules.files_are_short, "proto/a.cpp", "\n" * rules.LINES_MAX)
        self.accepted(rules.files_are_short, "proto/a.cpp", "\n" * (rules.LINES_MAX - 1))
        for text in ("a \n", "\tb\n", "c", "d\r\n", "e" * (rules.COLUMNS_MAX + 1) + "\n"):
            self.refused(rules.text_is_clean, "proto/a.cpp", text)
        self.accepted(rules.text_is_clean, "proto/a.cpp", 'f("' + "e" * rules.COLUMNS_MAX + '");\n')
        self.assertEqual(["not UTF-8"], list(rules.text_is_clean(SourceFile("README.md", b"\xe9"))))
        self.accepted(rules.text_is_clean, "proto/a.cpp", "é\n")

    def test_unfinished_work(self):
        self.refused(rules.nothing_is_left_unfinished, "proto/a.cpp", "// TO" "DO later\n")
        self.accepted(rules.nothing_is_left_unfinished, "proto/a.cpp", "int todo = 1;\n")

    def test_sleeping_tests(self):
        rule = rules.tests_do_not_sleep
        self.refused(rule, "tests/unit/a.cpp", "std::this_thread::sleep" "_for(1s);\n")
        self.refused(rule, "tests/cli/a.sh", "sleep" " 1\n")
        self.refused(rule, "tests/bench/a.py", "time.sleep" "(1)\n")
        self.accepted(rule, "daemon/shell/a.cpp", "std::this_thread::sleep" "_for(1s);\n")
        self.accepted(rule, "tests/unit/a.cpp", "// it does not sleep\n")

    def test_namespaces_of_tests(self):
        rule, case = rules.tests_keep_to_their_namespace, '\nTEST_CASE("a") {}\n'
        self.refused(rule, "tests/unit/a_test.cpp", "namespace {\nint x;\n}" + case)
        self.refused(rule, "tests/unit/a_test.cpp", "\nnamespace b_test {\n" + case)
        self.accepted(rule, "tests/unit/a_test.cpp", "\nnamespace a_test {\n" + case + "}\n")
        self.accepted(rule, "tests/unit/a_test.cpp", "\nnamespace essaimage::test::a_test {\nint x;\n" + case + "}\n")
        self.accepted(rule, "tests/unit/nodes.cpp", "namespace {\nint x;\n}\n")

    def test_machine_paths(self):
        self.refused(rules.no_path_of_one_machine, "README.md", "see /wo" "rk/main\n")
        self.refused(rules.no_path_of_one_machine, "tools/a.sh", "cd /ro" "ot\n")
        self.accepted(rules.no_path_of_one_machine, "README.md", "the net/work and home/work folder, $dir/work\n")

    def test_details_in_english_alone(self):
        rule = rules.details_are_said_in_french_too
        self.refused(rule, "store/life/a.cpp", 'return fail(Errc::usage, "no such thing as " + name(x) + ": a sentence");\n')
        self.refused(rule, "daemon/shell/control/a.cpp", 'return fail(Errc::usage, std::string(name) +\n  ": what nobody has translated");\n')
        self.refused(rule, "store/kit/a.cpp", 'refuse(node, "a thing that nobody knows");\n')
        self.accepted(rule, "store/life/a.cpp", 'return fail(Errc::usage, day + " is still to come");\n')
        self.accepted(rule, "store/life/a.cpp", 'return fail(Errc::internal, "a thing that nobody knows");\n')
        self.accepted(rule, "store/life/a.cpp", 'return fail(Errc::usage, "--date");\n')
        self.accepted(rule, "store/git/a.cpp", 'return fail(Errc::usage, "a thing that nobody knows");\n')


if __name__ == "__main__":
    unittest.main()
