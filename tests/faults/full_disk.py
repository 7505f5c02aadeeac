#!/usr/bin/env python3
"""A disk that is really full: every act is refused early, with the reason, or done; nothing is lost; and with room it goes on.

Each home lies on a file system in memory of its own (in a namespace of mounts that ends with the test; where none may be made, the
test is skipped and says so). All but some of its room is taken, from nothing to more than the act needs.
"""

import os
import shutil
import subprocess
import sys

from faults import REFUSED, Faults, Ran, Tally, in_parallel, run_test

DISK_BYTES = 4 << 20
INSIDE = "ESSAIMAGE_FAULTS_INSIDE"
SKIPPED = 77


def enter() -> None:
    """Runs this test once more, where it may mount."""
    if os.environ.get(INSIDE):
        return
    may = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
    if shutil.which("unshare") is None or subprocess.run([*may, "true"], capture_output=True).returncode != 0:
        print("full_disk: SKIPPED: no file system may be mounted here, also not in a namespace of its own")
        sys.exit(SKIPPED)
    os.environ[INSIDE] = "1"
    os.execvp(may[0], [*may, sys.executable, "-B", *sys.argv])


def fill(file, leave: int) -> None:
    """Takes the room of the disk but so many bytes."""
    room = os.statvfs(file.parent)
    bytes_free = room.f_bavail * room.f_frsize
    with open(file, "wb") as ballast:
        os.posix_fallocate(ballast.fileno(), 0, max(bytes_free - leave, 1))


def is_wrong(ran: Ran) -> str | None:
    if ran.code == 0:
        return None
    if ran.code != REFUSED:
        return f"exit code {ran.code}: {ran.output}"
    return None if ran.output.startswith("refused disk.full") else f"the disk was full, and it said: {ran.output}"


def attempt(faults: Faults, act: str, leave: int) -> tuple[str, str | None, bool]:
    """What was tried, what is wrong, and whether it was refused."""
    what = f"{act}: {leave} bytes are left"
    with faults.world(act) as world:
        home = world / "home"
        prepared = faults.prepared(act) / "home"
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=700", "tmpfs", home], check=True)
        try:
            if prepared.exists():
                shutil.copytree(prepared, home, dirs_exist_ok=True)
            ballast = home / "lost+found"
            ballast.mkdir()
            return (what, *fill_and_act(faults, act, world, ballast / "ballast", leave))
        finally:
            subprocess.run(["umount", "--lazy", home], check=True)


def fill_and_act(faults: Faults, act: str, world, ballast, leave: int) -> tuple[str | None, bool]:
    fill(ballast, leave)
    ran = faults.run("act", act, world)
    # Opening may need room, too; then nothing was begun.
    not_begun = ran.code == 1 and ran.output.startswith("not opened disk.full")
    wrong = None if not_begun else is_wrong(ran)
    shutil.rmtree(ballast.parent)
    if wrong is None:
        checked = faults.check(act, world, ran.acknowledged)
        wrong = None if checked.code == 0 else checked.output or f"exit code {checked.code}"
    return wrong, not ran.acknowledged


def test(faults: Faults, acts: list[str], options) -> int:
    tally = Tally("full_disk")
    acts = [act for act in acts if act not in ("create", "join")]  # they want an empty folder
    step = 4096 * options.every
    cases = [(act, leave) for phase, act in enumerate(acts) for leave in range(4096 * (phase % options.every), 320 << 10, step)]
    refused = 0
    for what, wrong, was_refused in in_parallel(lambda case: attempt(faults, *case), cases):
        tally.add(what, wrong)
        refused += was_refused
    tally.add("some were refused", None if 0 < refused < len(cases) else f"{refused} of {len(cases)}")
    return tally.finish(f"; refused: {refused}")


if __name__ == "__main__":
    enter()
    run_test(__doc__, 24, test)
