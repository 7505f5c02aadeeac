#!/usr/bin/env python3
"""kill -9 before or after any change of any file, in any act, loses nothing that was acknowledged.

Each point has a name: before or after, what is done, to which kind of file. How many different ones were hit is told.
"""

from disk import kind_of_file
from faults import Faults, Ran, Tally, in_parallel, run_test, strided

CHANGES = ("create", "write", "truncate", "rename", "link", "unlink", "mkdir", "rmdir", "sync")
POINTS_MIN = 60


def name_of_point(ran: Ran, home: str) -> str | None:
    for line in ran.faults:
        when, kind, _, path = line.split(" ", 3)
        return f"{when} {kind} {kind_of_file(path.removeprefix(home).strip('/'))}"
    return None


def test(faults: Faults, acts: list[str], options) -> int:
    tally, points = Tally("kill_point"), set()

    def kill(case: tuple[str, str, int]) -> tuple[str, str | None, str | None]:
        act, when, number = case
        with faults.world(act) as world:
            ran = faults.act(act, world, f"kill {when} {number}")
            point = name_of_point(ran, str(world / "home"))
            what = f"{act}: killed {when} change {number} ({point})"
            if ran.code not in (-9, 0):  # 0: threads made fewer changes than the first time
                return what, f"exit code {ran.code}: {ran.output}", point
            checked = faults.check(act, world, ran.acknowledged)
            return what, None if checked.code == 0 else checked.output or f"exit code {checked.code}", point

    cases = []
    for phase, act in enumerate(acts):
        with faults.world(act) as world:
            counted = faults.act(act, world)
        tally.add(f"{act}: without a fault", None if counted.code == 0 else counted.output)
        changes = counted.count(*CHANGES)
        for when in ("before", "after"):
            cases += [(act, when, number) for number in strided(changes, options.every, 2 * phase + (when == "after"))]
    for what, wrong, point in in_parallel(kill, cases):
        tally.add(what, wrong)
        if point:
            points.add(point)
    if options.acts is None:
        tally.add("points", None if len(points) >= POINTS_MIN else f"only {len(points)} different ones were hit")
    for point in sorted(points) if options.every == 1 else ():
        print(f"  {point}")
    return tally.finish(f"; {len(points)} different points")


if __name__ == "__main__":
    run_test(__doc__, 29, test)
