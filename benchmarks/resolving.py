"""`python -m benchmarks.resolving INSTANCE ADDRESS...`: a session that solves again, beside HiGHS's own warm run.

Each address is scaled in turn, by factors that go up and down. Prints JSON: for each re-solve the seconds of all and of HiGHS's
run, and its iterations.
"""

from __future__ import annotations

import json
import sys
import time

FACTORS = (0.95, 1.05, 0.9, 1.1, 1.0)


def main(folder: str, *addresses: str) -> None:
    import planner

    session = planner.Session(planner.load(folder), threads=1, check_every=0)
    session.solve()
    found: dict[str, list[tuple[float, float, int]]] = {}
    for address in addresses:
        found[address] = []
        for factor in FACTORS:
            began = time.perf_counter()
            plan = session.solve({address: ("*", factor)})
            whole = time.perf_counter() - began
            found[address].append((whole, plan.optimum.seconds, plan.optimum.iterations))
    print(json.dumps({"resolves": found, "built": session.built}))


if __name__ == "__main__":
    main(*sys.argv[1:])
