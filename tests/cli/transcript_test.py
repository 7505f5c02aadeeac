#!/usr/bin/env python3
"""The runner of transcripts notices what differs. Uses no program of essaimage but a stand-in of three lines."""

import os
import tempfile
import unittest
from pathlib import Path

import transcript


def problems_of(block: str, bin_folder: Path = Path("/nowhere")) -> list[str]:
    return transcript.run(f"words\n```console\n{block}\n```\n", bin_folder, Path("/samples"))


class Transcript(unittest.TestCase):
    def passes(self, block: str):
        self.assertEqual([], problems_of(block))

    def fails(self, block: str, saying: str):
        problems = problems_of(block)
        self.assertEqual(1, len(problems), problems)
        self.assertIn(saying, problems[0])

    def test_passes_what_is_printed(self):
        self.passes("$ printf 'a\\nb  c\\n'\na\nb c\n$ true")

    def test_a_different_line_a_missing_line_and_one_too_many_fail(self):
        self.fails("$ echo a\nb", "--- printed\na")
        self.fails("$ echo a\na\nb", "--- expected\na\nb")
        self.fails("$ printf 'a\\nb\\n'\na", "--- printed\na\nb")
        self.fails("$ echo a", "--- printed\na")

    def test_exit_codes_count(self):
        self.passes("$ (exit 3)\n[exit 3]")
        self.fails("$ (exit 3)", "exit code 3, expected 0")
        self.fails("$ true\n[exit 3]", "exit code 0, expected 3")

    def test_wildcards(self):
        self.passes("$ echo one two three\none [..] three")
        self.passes("$ seq 5\n1\n...\n5")
        self.fails("$ seq 5\n1\n...\n6", "--- expected")
        self.fails("$ echo one two\none [..] three", "--- expected")

    def test_a_dot_is_a_dot(self):
        self.fails("$ echo axb\na.b", "--- expected")

    def test_variables_last_and_ports_are_filled_in(self):
        self.passes("$ x={port1}\n$ test $x -gt 0 && echo yes\nyes")

    def test_a_file_without_a_command_fails(self):
        self.assertEqual(["no command in this file"], transcript.run("only words\n", Path("/nowhere"), Path("/samples")))

    def test_commands_outside_of_console_blocks_are_not_run(self):
        self.assertEqual([], transcript.parse("```sh\n$ rm -rf x\n```\n"))

    def test_a_daemon_is_started_awaited_and_ended(self):
        with tempfile.TemporaryDirectory() as folder:
            daemon, ctl = Path(folder) / "essaimaged", Path(folder) / "essaimagectl"
            daemon.write_text(f"#!/bin/sh\necho $$ >{folder}/pid\ntouch {folder}/ready\nexec tail -f /dev/null\n")
            ctl.write_text(f"#!/bin/sh\ntest -e {folder}/ready\n")
            daemon.chmod(0o755)
            ctl.chmod(0o755)
            self.assertEqual([], problems_of("$ essaimaged --home a &\n$ essaimagectl --home a kits", Path(folder)))
            with self.assertRaises(ProcessLookupError):
                os.kill(int((Path(folder) / "pid").read_text()), 0)


if __name__ == "__main__":
    unittest.main()
