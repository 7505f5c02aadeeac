#!/usr/bin/env python3
"""A power cut at any moment of any act loses nothing that was acknowledged, and leaves the old state or the new one.

The journal of the act tells what the disk was told. After each record of it, homes are rebuilt as a power cut may leave them: what was
not synced is there, dropped, there by half, or zeros; names that were not synced are as before, or as after. Each must open, verify
clean, and be in the old state or the new one (the new one once the act was acknowledged); then the act is done again.
"""

import hashlib
import shutil

from disk import Disk, Record, read_journal
from faults import Faults, Tally, in_parallel, run_test, strided

# (bytes that were not synced, names that were not synced are undone)
DAMAGES = (("none", True), ("none", False), ("half", False), ("zeros", False), ("all", True), ("half", True), ("all", False))


def digest(folder) -> dict[str, bytes]:
    # Of the index of its log SQLite keeps no more than it can make again, in a file that it maps.
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).digest()
            for path in folder.rglob("*") if path.is_file() and path.suffix != ".sqlite-shm"}


class Cuts:
    """Of one act."""

    def __init__(self, faults: Faults, act: str, tally: Tally):
        self.faults, self.act, self.tally = faults, act, tally
        self.seen: set[bytes] = set()
        with faults.world(act) as world:
            # The journal knows files by their inodes: the picture of the beginning is of this very copy.
            self.disk = Disk(world / "home")
            boot = world / "boot"  # that of the act: after a power cut the kernel starts once more
            boot.write_text("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0\n")
            ran = faults.act(act, world, journal=world / "journal", boot=boot)
            self.records = read_journal(world / "journal", world / "home")
            tally.add(f"{act}: without a fault", None if ran.code == 0 else ran.output)
            marks = [at for at, record in enumerate(self.records) if record.kind == "!" and record.path == "acknowledged"]
            self.acknowledged_at = marks[0] if marks else len(self.records)
            self.real = digest(world / "home")

    def run(self, every: int, phase: int) -> None:
        wanted = set(strided(len(self.records), every, phase))
        jobs = []
        for number, record in enumerate(self.records, 1):
            self.disk.apply(record)
            if number in wanted:
                jobs += self.homes(number, record, DAMAGES if every == 1 else self.some(number))
        for job in in_parallel(self.judge, jobs):
            self.tally.add(*job)
        self.compare_with_real()

    @staticmethod
    def some(number: int):
        """Two of the damages, others at each place."""
        return dict.fromkeys((DAMAGES[number % 5], DAMAGES[(number // 5 + number) % 7]))

    def homes(self, number: int, record: Record, damages) -> list[tuple]:
        """Rebuilt, each with what it is; equal ones once."""
        made = []
        for data, undo in damages:
            world = self.faults.folder / f"cut-{self.act}-{number}-{data}-{int(undo)}"
            shutil.copytree(self.faults.prepared(self.act), world, ignore=lambda folder, _: ["home"] if str(folder) == str(
                self.faults.prepared(self.act)) else [])
            self.disk.write(world / "home", data, undo)
            acknowledged = number > self.acknowledged_at
            key = hashlib.sha256(repr((acknowledged, sorted(digest(world).items()))).encode()).digest()
            if key in self.seen:
                shutil.rmtree(world)
                continue
            self.seen.add(key)
            names = "undone" if undo else "done"
            made.append((world, acknowledged, f"{self.act}: cut after {number} ({record.name}), unsynced bytes: {data}, names: {names}"))
        return made

    def judge(self, job) -> tuple[str, str | None]:
        world, acknowledged, what = job
        ran = self.faults.check(self.act, world, acknowledged)
        shutil.rmtree(world, ignore_errors=True)
        return what, None if ran.code == 0 else ran.output or f"exit code {ran.code}"

    def compare_with_real(self) -> None:
        """The journal leads to what is really there: it lacks nothing."""
        rebuilt = self.faults.folder / f"rebuilt-{self.act}"
        self.disk.write(rebuilt, "all", False)
        ours = digest(rebuilt)
        shutil.rmtree(rebuilt, ignore_errors=True)
        wrong = [path for path in sorted({*ours, *self.real}) if ours.get(path) != self.real.get(path)]
        self.tally.add(f"{self.act}: the journal", f"it lacks something of {wrong[:3]}" if wrong else None)


def test(faults: Faults, acts: list[str], options) -> int:
    tally = Tally("power_cut")
    for phase, act in enumerate(acts):
        Cuts(faults, act, tally).run(options.every, phase * 3)
    return tally.finish()


if __name__ == "__main__":
    run_test(__doc__, 20, test)
