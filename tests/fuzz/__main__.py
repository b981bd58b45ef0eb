"""`python -m tests.fuzz`: thousands of mutants over a few processes; prints counts by exit code, and every failure with its seed."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.fuzz.running import Ending, run_mutant


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=3000, help="mutants")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first; the others count on from it")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--seconds", type=float, default=60.0, help="time that a mutant may take")
    arguments = parser.parse_args()
    began = time.monotonic()
    seeds = range(arguments.seed, arguments.seed + arguments.count)
    endings: list[Ending] = []
    with ProcessPoolExecutor(arguments.workers) as pool:
        for ending in pool.map(partial(run_mutant, seconds=arguments.seconds), seeds, chunksize=5):
            endings.append(ending)
            if ending.wrong:
                print(f"seed {ending.seed}: {ending.wrong}\n    {ending.what}", flush=True)
    counts = Counter(ending.code for ending in endings)
    failures = sum(bool(ending.wrong) for ending in endings)
    by_code = ", ".join(f"{count} ended with {code}" for code, count in sorted(counts.items()))
    print(f"{len(endings)} mutants in {time.monotonic() - began:.0f} s: {by_code}; {failures} broke the rule.")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
