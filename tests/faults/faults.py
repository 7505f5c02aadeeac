"""What the fault tests share: worlds in which the driver acts, the driver under libfaults.so, and how a test tells its result.

A world is a folder with a home in it. It is prepared once for each act, and copied for each fault. Homes lie in memory where
there is room: what is durable is decided by the tests, not by the disk.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Iterable, Iterator

PATIENCE_S = 60
REFUSED, AGAIN_FAILED = 3, 4


@dataclass
class Ran:
    code: int  # negative: a signal ended it; None is told as -99: it did not end
    output: str
    report: list[str] = field(default_factory=list)

    @property
    def acknowledged(self) -> bool:
        return self.output.startswith("acknowledged")

    def count(self, *kinds: str) -> int:
        """How many calls of these kinds there were while faults were armed."""
        counts = {words[1]: int(words[2]) for words in map(str.split, self.report) if words[0] == "count"}
        return sum(counts.get(kind, 0) for kind in kinds)

    @property
    def faults(self) -> list[str]:
        return [line for line in self.report if not line.startswith("count ")]


class Faults:
    """The driver and the library that is put before libc."""

    def __init__(self, driver: Path, interposer: Path, folder: Path):
        self.driver, self.interposer, self.folder = driver, interposer, folder
        self.worlds: dict[str, Path] = {}
        self.preparing = threading.Lock()
        self.numbers = iter(range(1 << 60))

    def acts(self) -> list[str]:
        return subprocess.run([self.driver, "list"], capture_output=True, text=True, check=True).stdout.split()

    def run(self, *words: object, env: dict[str, str] | None = None) -> Ran:
        command = [str(word) for word in (self.driver, *words)]
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE_S,
                                  env=os.environ | (env or {}), errors="replace")
        except subprocess.TimeoutExpired as expired:
            return Ran(-99, f"did not end within {PATIENCE_S} s\n{expired.output or ''}")
        return Ran(done.returncode, done.stdout)

    def prepared(self, act: str) -> Path:
        """The world before the act; it is not to be changed."""
        with self.preparing:
            if act not in self.worlds:
                world = self.folder / f"prepared-{act}"
                world.mkdir()
                ran = self.run("prepare", act, world)
                if ran.code != 0:
                    raise RuntimeError(f"{act}: cannot be prepared: {ran.output}")
                self.worlds[act] = world
            return self.worlds[act]

    @contextmanager
    def world(self, act: str) -> Iterator[Path]:
        """A copy of its own."""
        copy = self.folder / f"{act}-{next(self.numbers)}"
        shutil.copytree(self.prepared(act), copy, symlinks=True)
        try:
            yield copy
        finally:
            shutil.rmtree(copy, ignore_errors=True)

    def act(self, act: str, world: Path, fault: str = "", journal: Path | None = None, again: bool = False,
            boot: Path | None = None) -> Ran:
        """Does the act in that world with this fault (interposer/plan.hpp)."""
        report = world / "report"
        env = {"LD_PRELOAD": str(self.interposer), "ESSAIMAGE_FAULTS_HOME": str(world / "home"),
               "ESSAIMAGE_FAULTS_REPORT": str(report)}
        if fault:
            env["ESSAIMAGE_FAULTS"] = fault
        if journal:
            env["ESSAIMAGE_FAULTS_JOURNAL"] = str(journal)
        if boot:
            env["ESSAIMAGE_FAULTS_BOOT"] = str(boot)
        ran = self.run("act", act, world, *(["--again"] if again else []), env=env)
        ran.report = report.read_text(errors="replace").splitlines() if report.exists() else []
        return ran

    def check(self, act: str, world: Path, acknowledged: bool, unreadable: bool = False) -> Ran:
        """Whether the home is whole, in the right state, and the act can be done again."""
        flags = {"--acknowledged": acknowledged, "--unreadable": unreadable}
        return self.run("check", act, world, *(flag for flag, given in flags.items() if given))


class Tally:
    """Counts cases, and says what failed as it happens."""

    def __init__(self, name: str):
        self.name, self.cases, self.failures = name, 0, 0

    def add(self, what: str, wrong: str | None) -> None:
        self.cases += 1
        if wrong is not None:
            self.failures += 1
            print(f"FAILED {what}: {wrong.strip()}", flush=True)

    def finish(self, more: str = "") -> int:
        print(f"{self.name}: {self.cases} cases, {self.failures} failed{more}", flush=True)
        return 1 if self.failures or not self.cases else 0


def in_parallel(work: Callable, items: Iterable) -> list:
    """The driver is another process: threads are enough."""
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        return list(pool.map(work, items))


def strided(count: int, every: int, phase: int) -> list[int]:
    """Of 1..count each every-th, beginning so that other acts take others; the last one always."""
    if count <= 0:
        return []
    return sorted({*range(1 + phase % every, count + 1, every), count})


def scratch_below() -> str | None:
    memory = "/dev/shm"
    roomy = os.path.isdir(memory) and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > (512 << 20)
    return memory if roomy else None


def arguments(description: str, every: int) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--driver", type=Path, required=True)
    parser.add_argument("--interposer", type=Path, required=True)
    parser.add_argument("--every", type=int, default=every, help="of the cases only each so-manyth; 1: all")
    parser.add_argument("--acts", help="these only, with commas")
    return parser


def run_test(description: str, every: int, test: Callable[[Faults, list[str], argparse.Namespace], int]) -> None:
    options = arguments(description, every).parse_args()
    with tempfile.TemporaryDirectory(prefix="essaimage-faults.", dir=scratch_below()) as folder:
        faults = Faults(options.driver.resolve(), options.interposer.resolve(), Path(folder))
        acts = options.acts.split(",") if options.acts else faults.acts()
        sys.exit(test(faults, acts, options))
