#!/usr/bin/env python3
"""Runs a Markdown file's transcripts against the real programs: the documentation is the test.

    transcript.py --bin DIR [--record] FILE.md

A fenced block that begins with ```console holds commands and what they print (stdout and stderr together):

    $ essaimagectl --home deule kits        a command of bash; lines that begin with "> " continue it
    deule/malle  [..]  region               what it prints; [..] stands for anything within the line
    ...                                     alone on a line: any number of lines
    [exit 2]                                its exit code, if it is not 0

`essaimaged --home NAME &` starts a daemon and goes on when it answers. All commands of a file share one folder, one shell (so
variables last) and the placeholders {port1}, {port2} ...: free ports. Whatever was started is ended with the file.
"""

import argparse
import contextlib
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

TIMEOUT_S = 120
ANY_LINES = "..."

PRELUDE = r"""
daemons=()
end_daemons() { for pid in "${daemons[@]}"; do kill -TERM "$pid" 2>/dev/null; done; for pid in "${daemons[@]}"; do wait "$pid"; done; }
trap end_daemons EXIT
start_daemon() {  # --home NAME ...: in the background, and back when it answers
  command essaimaged "$@" >"$2.log" 2>&1 &
  local pid=$!
  daemons+=("$pid")
  until essaimagectl --home "$2" status >/dev/null 2>&1; do
    kill -0 "$pid" 2>/dev/null || { cat "$2.log"; return 1; }
  done
}
"""


@dataclass
class Step:
    line: int
    command: str
    expected: list[str] = field(default_factory=list)
    exit_code: int = 0


def parse(text: str) -> list[Step]:
    steps: list[Step] = []
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            inside = line.strip() == "```console"
        elif not inside:
            continue
        elif line.startswith("$ "):
            steps.append(Step(number, line[2:]))
        elif not steps:
            raise ValueError(f"line {number}: output before any command")
        elif line.startswith("> ") and not steps[-1].expected:
            steps[-1].command += "\n" + line[2:]
        elif exit_line := re.fullmatch(r"\[exit (\d+)\]", line):
            steps[-1].exit_code = int(exit_line.group(1))
        else:
            steps[-1].expected.append(line)
    return steps


def line_matches(expected: str, line: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in expected.split("[..]"))
    # Columns are as wide as their content, so runs of blanks count as one.
    return re.fullmatch(re.sub(r"(\\ )+", r" +", pattern), line.rstrip()) is not None


def matches(expected: list[str], lines: list[str]) -> bool:
    if not expected:
        return not lines
    if expected[0] == ANY_LINES:
        return any(matches(expected[1:], lines[i:]) for i in range(len(lines) + 1))
    return bool(lines) and line_matches(expected[0], lines[0]) and matches(expected[1:], lines[1:])


PORT_TOKENS: list[socket.socket] = []


def free_ports(count: int) -> list[int]:
    """Not of those that the kernel gives to connections: while a daemon is down, one of those could be taken from it. Nobody
    else's while this process runs: an abstract socket of that name is its token, as in tests/integration/nodes.cpp."""
    ports: list[int] = []
    for port in random.sample(range(10_000, 32_000), 1_000):
        with socket.socket() as probe, contextlib.suppress(OSError):
            token = socket.socket(socket.AF_UNIX)
            token.bind(f"\0essaimage-test-port-{port}")
            PORT_TOKENS.append(token)
            probe.bind(("127.0.0.1", port))
            ports.append(port)
        if len(ports) == count:
            return ports
    raise RuntimeError("no free ports")


def script_of(steps: list[Step], results: Path) -> str:
    parts = [PRELUDE]
    for i, step in enumerate(steps):
        command = step.command
        if daemon := re.fullmatch(r"essaimaged (.*) &", command):
            command = f"start_daemon {daemon.group(1)}"
        # Braces keep the shell's variables; a file keeps the output apart from the next command's.
        parts.append(f"{{\n{command}\n}} >{results}/{i}.out 2>&1 </dev/null\necho $? >{results}/{i}.code\n")
    return "\n".join(parts)


def check(step: Step, index: int, results: Path) -> str | None:
    code_file, out_file = results / f"{index}.code", results / f"{index}.out"
    if not code_file.exists():
        return "was not reached, or did not end in time"
    code, lines = int(code_file.read_text()), out_file.read_text(errors="replace").splitlines()
    if code == step.exit_code and matches(step.expected, lines):
        return None
    return f"exit code {code}, expected {step.exit_code}\n--- expected\n" + "\n".join(step.expected) + "\n--- printed\n" + "\n".join(lines)


def recorded(step: Step, index: int, results: Path) -> str:
    code = (results / f"{index}.code").read_text().strip()
    lines = (results / f"{index}.out").read_text(errors="replace")
    command = "\n> ".join(step.command.splitlines())
    return f"$ {command}\n{lines}" + (f"[exit {code}]\n" if code != "0" else "")


def run(text: str, bin_folder: Path, samples: Path, record: bool = False) -> list[str]:
    ports = free_ports(8)
    for i, port in enumerate(ports, 1):
        text = text.replace(f"{{port{i}}}", str(port))
    steps = parse(text)
    if not steps:
        return ["no command in this file"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "XDG_", "ESSAIMAGE_"))}
    environment |= {"PATH": f"{bin_folder}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "TERM": "dumb", "COLUMNS": "120", "samples": str(samples)}
    with tempfile.TemporaryDirectory(prefix="essaimage-cli.") as folder:
        results = Path(folder) / ".results"
        results.mkdir()
        environment["HOME"] = folder
        shell = subprocess.Popen(["bash", "-c", script_of(steps, results)], cwd=folder, env=environment, start_new_session=True)
        try:
            shell.wait(TIMEOUT_S)
        except subprocess.TimeoutExpired:
            os.killpg(shell.pid, 15)
            shell.wait(10)
        if record:
            print("".join(recorded(step, i, results) for i, step in enumerate(steps) if (results / f"{i}.code").exists()))
        problems = [f"line {step.line}: $ {step.command}\n{problem}" for i, step in enumerate(steps) if (problem := check(step, i, results))]
    return problems


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True)
    parser.add_argument("--samples", type=Path, default=Path(__file__).parents[2] / "packaging" / "samples")
    parser.add_argument("--record", action="store_true", help="print the commands with what they really print, to write it down")
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    text = options.file.read_text(encoding="utf-8")
    problems = run(text, options.bin.resolve(), options.samples.resolve(), options.record)
    if options.record:
        return
    for problem in problems:
        print(f"{options.file.name}: {problem}\n")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
