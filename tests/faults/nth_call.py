#!/usr/bin/env python3
"""Any call to the disk may fail, once or from then on: the act is done or refused, and nothing that was acknowledged is lost.

The n-th call of some kinds fails while the act is done. It may be refused, with the right reason where the disk is full; it must not
crash, nor hang. Without the fault it is done again in the same process, and the home is what it should be for the next one.
"""

from faults import REFUSED, Faults, Ran, Tally, in_parallel, run_test

CHANGES = "create,write,truncate,rename,link,unlink,mkdir,rmdir,sync"
GROWTH = "create,write,truncate,rename,link,mkdir"
# (errno, kinds of calls)
FAILURES = (("EIO", f"open,read,map,{CHANGES}"), ("EIO", "sync"), ("ENOSPC", GROWTH), ("EDQUOT", GROWTH), ("EMFILE", "open,create"),
            ("ENOMEM", "map"), ("short", "write"))
FULL = ("ENOSPC", "EDQUOT")
# Why SQLite could not make a new file nobody learns: it tries to read the file then, and that it is not there is its last error.
REASON_LOST = "state.sqlite: unable to open database file"


def is_wrong(ran: Ran, errno: str) -> str | None:
    if ran.code not in (0, REFUSED):
        return f"exit code {ran.code}: {ran.output}"
    refused = ran.output.startswith("refused")
    if refused and errno in FULL and not ran.output.startswith("refused disk.full") and REASON_LOST not in ran.output:
        return f"the disk was full, and it said: {ran.output}"
    if refused and not ran.faults:
        return f"refused without a fault: {ran.output}"
    return None


def test(faults: Faults, acts: list[str], options) -> int:
    tally = Tally("nth_call")
    cases = []
    for act in acts:
        with faults.world(act) as world:
            counted = faults.act(act, world)
        tally.add(f"{act}: without a fault", None if counted.code == 0 else counted.output)
        for errno, kinds in FAILURES:
            for often in ("once", "always"):
                cases += [(act, errno, kinds, often, number + 1) for number in range(counted.count(*kinds.split(",")))]

    def fail(case: tuple[str, str, str, str, int]) -> tuple[str, str | None]:
        act, errno, kinds, often, number = case
        fault = f"short {number} {often} x x" if errno == "short" else f"fail {number} {often} {errno} {kinds}"
        with faults.world(act) as world:
            ran = faults.act(act, world, fault, again=True)
            where = f" ({ran.faults[0]})".replace(str(world / "home"), "") if ran.faults else ""
            what = f'{act}: "{fault}"{where}'
            wrong = is_wrong(ran, errno)
            if wrong is None:
                checked = faults.check(act, world, True, errno == "EIO")  # it was done again
                wrong = None if checked.code == 0 else checked.output or f"exit code {checked.code}"
            return what, wrong

    for what, wrong in in_parallel(fail, cases[options.every // 2::options.every]):
        tally.add(what, wrong)
    return tally.finish(f" of {len(cases)} possible ones")


if __name__ == "__main__":
    run_test(__doc__, 197, test)
