#!/usr/bin/env python3
"""Any allocation may fail, once or from then on: nothing that was acknowledged is lost, and the home is whole.

The n-th allocation has no memory while an act is done: of this program, of SQLite, of libgit2, of any library. The act may be done or
be refused with an error, and is then done again in the same process; or the process ends (by std::bad_alloc, or in a library that does
not look), as the daemon ends, which its supervisor starts again. It must not hang, nor acknowledge what is not done, nor take what it
could not read for damaged. The home is checked in each case.
"""

import signal
from collections import Counter

from faults import REFUSED, Faults, Tally, in_parallel, run_test

ENDED_BY = (signal.SIGABRT, signal.SIGSEGV)


def test(faults: Faults, acts: list[str], options) -> int:
    tally, outcomes = Tally("nth_allocation"), Counter()
    cases = []
    for act in acts:
        with faults.world(act) as world:
            counted = faults.act(act, world)
        tally.add(f"{act}: without a fault", None if counted.code == 0 else counted.output)
        cases += [(act, often, number + 1) for often in ("once", "always") for number in range(counted.count("alloc"))]

    def fail(case: tuple[str, str, int]) -> tuple[str, str | None, str]:
        act, often, number = case
        with faults.world(act) as world:
            ran = faults.act(act, world, f"alloc {number} {often} x x", again=True)
            what = f"{act}: no memory for allocation {number}, {often}"
            outcome = f"ended by signal {-ran.code}" if ran.code < 0 else " ".join(ran.output.split()[:2])
            ended = -ran.code in ENDED_BY
            if ran.code not in (0, REFUSED) and not ended:
                return what, f"exit code {ran.code}: {ran.output}", outcome
            checked = faults.check(act, world, ran.acknowledged or not ended)  # not ended: it was done again
            return what, None if checked.code == 0 else checked.output or f"exit code {checked.code}", outcome

    for what, wrong, outcome in in_parallel(fail, cases[options.every // 2::options.every]):
        tally.add(what, wrong)
        outcomes[outcome] += 1
    for outcome, count in outcomes.most_common():
        print(f"  {count:5d} {outcome}")
    return tally.finish(f" of {len(cases)} possible ones")


if __name__ == "__main__":
    run_test(__doc__, 4999, test)
