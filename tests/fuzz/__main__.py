"""`python -m tests.fuzz`: thousands of mutants over a few processes; prints counts by exit code, and every failure with its seed."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.running import Ending, run_mutant
from tests.fuzz.saved_running import KINDS, run_saved, save_all

#: What the mutant of a seed is, by its last digit: half of them are instances.
BY_DIGIT = (*("instance",) * 5, "run", "run", "store", "design", "design")


def run_any(seed: int, only: str, whole: Path, seconds: float) -> tuple[str, Ending]:
    """The mutant of a seed, of the kind that its last digit says or that alone is asked for."""
    kind = only or BY_DIGIT[seed % 10]
    return kind, run_mutant(seed, seconds) if kind == "instance" else run_saved(seed, kind, whole, seconds)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=3000, help="mutants")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first; the others count on from it")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--seconds", type=float, default=60.0, help="time that a mutant may take")
    parser.add_argument("--only", choices=("instance", *KINDS), default="", help="mutants of one kind")
    arguments = parser.parse_args()
    began = time.monotonic()
    seeds = range(arguments.seed, arguments.seed + arguments.count)
    endings: list[Ending] = []
    kinds: Counter[str] = Counter()
    with TemporaryDirectory() as folder, ProcessPoolExecutor(arguments.workers) as pool:
        whole = save_all(Path(folder))
        run = partial(run_any, only=arguments.only, whole=whole, seconds=arguments.seconds)
        for kind, ending in pool.map(run, seeds, chunksize=5):
            kinds[kind] += 1
            endings.append(ending)
            if ending.wrong:
                print(f"seed {ending.seed}: {ending.wrong}\n    {ending.what}", flush=True)
    counts = Counter(ending.code for ending in endings)
    failures = sum(bool(ending.wrong) for ending in endings)
    by_code = ", ".join(f"{count} ended with {code}" for code, count in sorted(counts.items()))
    by_kind = ", ".join(f"{count} of {kind}s" for kind, count in sorted(kinds.items()))
    print(f"{len(endings)} mutants ({by_kind}) in {time.monotonic() - began:.0f} s: {by_code}; {failures} broke the rule.")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
