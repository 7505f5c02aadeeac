"""Nodes to measure: a home and a daemon each, on 127.0.0.1 or in a namespace (lab.py), in a folder that is removed at the end.

Every daemon that is started here is ended here, also when a measurement fails or is terminated.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Callable

READY_S = 120

# SIGTERM ends a measurement as Ctrl-C does: what it has started is ended.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


@dataclass
class Run:
    """One command that has ended."""
    seconds: float
    peak_bytes: int
    output: str


def run(*command: object, cwd: Path | None = None) -> Run:
    """Runs to the end; raises with its output if it fails. The peak is that of the largest process of it and its children."""
    began = time.monotonic()
    process = subprocess.Popen([str(part) for part in command], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        output = process.stdout.read()
    except BaseException:
        end(process)
        raise
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    seconds = time.monotonic() - began
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))[:200]}: exit code {process.returncode}\n{output[-2000:]}")
    return Run(seconds, usage.ru_maxrss * 1024, output)


def end(process: subprocess.Popen | None) -> None:
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def until(condition: Callable[[], object], timeout: float, what: str, every: float = 0.05) -> float:
    """Seconds until it holds. It is asked again and again: neither we nor those we compare with tell it to a stranger."""
    began, pause = time.monotonic(), threading.Event()
    while not condition():
        if time.monotonic() - began > timeout:
            raise RuntimeError(f"{what}: not within {timeout:.0f} s")
        pause.wait(every)
    return time.monotonic() - began


class Loopback:
    """Where a process runs and listens: here, on 127.0.0.1. lab.Host is the same for a namespace."""
    command: tuple[str, ...] = ()
    address = "127.0.0.1"

    def port(self) -> int:
        with socket.socket() as probe:
            probe.bind((self.address, 0))
            return probe.getsockname()[1]


LOOPBACK = Loopback()


class Node:
    def __init__(self, world: "World", slug: str, place=LOOPBACK):
        self.world, self.slug, self.home, self.place = world, slug, world.folder / slug, place
        self.daemon: subprocess.Popen | None = None

    def ctl(self, *arguments: object) -> Run:
        return run(self.world.bin / "essaimagectl", "--home", self.home, *arguments)

    def endpoint(self) -> str:
        return f"tcp://{self.place.address}:{self.place.port()}"

    def json(self, *arguments: object):
        return json.loads(self.ctl(*arguments, "--json").output)

    def start(self) -> float:
        """Seconds until it serves: until it says so to its supervisor, and answers."""
        notify_path = self.world.folder / f"{self.slug}.notify"
        notify_path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify, open(self.world.folder / f"{self.slug}.log", "ab") as log:
            notify.bind(str(notify_path))
            notify.settimeout(READY_S)
            began = time.monotonic()
            self.daemon = subprocess.Popen([*self.place.command, self.world.bin / "essaimaged", "--home", self.home],
                                           stdout=log, stderr=log, env=os.environ | {"NOTIFY_SOCKET": str(notify_path)})
            while b"READY=1" not in notify.recv(4096):
                pass
            seconds = time.monotonic() - began
        self.ctl("status")
        return seconds

    def stop(self) -> float:
        if self.daemon is None:
            return 0.0
        began = time.monotonic()
        end(self.daemon)
        self.daemon = None
        return time.monotonic() - began

    def memory(self, name: str) -> int:
        """Of the daemon, in bytes: VmHWM is the peak, VmRSS what it holds now."""
        for line in Path(f"/proc/{self.daemon.pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1]) * 1024
        raise KeyError(name)


class World(ExitStack):
    """A federation, and centres that join it. `bin` holds the two programs. `keep`: its folder stays."""

    def __init__(self, bin_folder: Path, below: Path | None = None, place=LOOPBACK, keep: bool = False):
        super().__init__()
        self.bin = bin_folder.resolve()
        self.folder = Path(tempfile.mkdtemp(prefix="essaimage-bench.", dir=below))
        if not keep:
            self.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.federation = Node(self, "federation", place)
        self.callback(self.federation.stop)
        try:
            self.federation.ctl("federation", "create", "--name", "Bench", "--slug", "federation", "--listen",
                                self.federation.endpoint())
            self.federation.start()
        except BaseException:
            self.close()
            raise

    def join(self, slug: str, territory: str = "lille", place=LOOPBACK) -> Node:
        """A home that is invited; starting it completes the joining."""
        node = Node(self, slug, place)
        self.callback(node.stop)
        invitation = self.federation.ctl("member", "invite", slug, "--name", slug, "--territory", territory).output.strip()
        node.ctl("join", invitation, "--listen", node.endpoint())
        return node


def table(rows: list[tuple[str, ...]], heads: tuple[str, ...]) -> str:
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    lines = [heads, tuple("-" * width for width in widths), *rows]
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines)


def seconds_of(runs: list[Run]) -> float:
    return median(each.seconds for each in runs)


def peak_of(runs: list[Run]) -> int:
    return max(each.peak_bytes for each in runs)


def percentile(values: list[float], share: int) -> float:
    """Never more than the most; a median of two or more is percentile 50."""
    return quantiles(values, n=100, method="inclusive")[share - 1] if len(values) > 1 else values[0]
