"""`python -m benchmarks`: planner beside its peers, how cost grows, the steps of every instance, sweeps: as ratios and tables.

Without arguments, the first three within `--minutes`; `sweeps` is measured where it is named. Every run is a process of its own.
Tables are printed; the figures are kept in `benchmarks/results/COMMIT.json`, and the tables in docs/benchmarks.md, between their
marks.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from benchmarks import growth, peers, steps, sweeps
from benchmarks.processes import ROOT, Budget, tell
from benchmarks.results import circumstances, merged, write
from benchmarks.tables import tables, write_page

PARTS = ("peers", "growth", "steps")

#: What takes longer and is measured where it is named.
MORE = ("sweeps",)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("part", nargs="*", help=f"what to measure: {', '.join(PARTS)} (all where none is named)")
    parser.add_argument(
        "--cases", nargs="+", metavar="NAME", help="instances that the peers solve; else mandate to thousand_terawatts"
    )
    parser.add_argument(
        "--world", action="store_true", help="let the peers solve the instance world too, by HiGHS's default method, once each"
    )
    parser.add_argument(
        "--method", choices=["simplex", "ipm", "hipo", "default"], help="method of all peers; else that of the case"
    )
    parser.add_argument("--threads", type=int, default=1, help="threads that planner has where it chooses the method")
    parser.add_argument("--peers", nargs="+", choices=peers.PEERS, default=list(peers.PEERS), help="who solves them")
    parser.add_argument("--families", nargs="+", choices=list(growth.SIZES), default=list(growth.SIZES), help="sizes that grow")
    parser.add_argument(
        "--points", type=int, default=256, help="points of the sweep in steps of five years, by two workers and one"
    )
    parser.add_argument(
        "--whole", type=int, default=0, metavar="POINTS", help="points of a sweep with every model year, which takes long"
    )
    parser.add_argument("--runs", type=int, default=3, help="runs of each peer and of each instance")
    parser.add_argument("--minutes", type=float, default=25, help="after so long nothing further begins")
    parser.add_argument("--longest", type=float, default=900, metavar="S", help="seconds after which a single run is killed")
    parser.add_argument("--note", default="", help="a sentence about the circumstances, kept with the figures")
    parser.add_argument("--dry", action="store_true", help="write neither the page nor the file of results")
    arguments = parser.parse_args()
    if unknown := set(arguments.part) - {*PARTS, *MORE}:
        parser.error(f"no part is called {', '.join(sorted(unknown))}, expected some of {', '.join((*PARTS, *MORE))}")
    results = measure(arguments)
    made = tables(results)
    for table in made.values():
        print(table, end="\n\n")
    if not arguments.dry:
        kept = merged(results)
        write_page(tables(kept))
        tell(f"Figures kept in {write(kept).relative_to(ROOT)}, tables in docs/benchmarks.md.")


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """The figures of the parts that were asked for, each with its share of the minutes at most."""
    wanted = arguments.part or list(PARTS)
    results: dict[str, Any] = circumstances(arguments.note)
    whole = Budget(arguments.minutes)
    if "peers" in wanted:
        cases = {name: {**peers.CASES, **peers.WORLD}.get(name, "simplex") for name in arguments.cases or peers.CASES}
        cases = {name: arguments.method or method for name, method in cases.items()}
        some = Budget(whole.left / 60 * (0.6 if len(wanted) > 1 else 1))
        threads, who = arguments.threads, arguments.peers
        results["peers"] = peers.compare(cases, arguments.runs, some, arguments.longest, who, threads)
        if arguments.world:
            world = {name: arguments.method or method for name, method in peers.WORLD.items()}
            results["peers"] |= peers.compare(world, 1, whole, 4 * arguments.longest, who, threads)
    if "growth" in wanted:
        some = Budget(whole.left / 60 * (0.7 if "steps" in wanted else 1))
        results["growth"] = growth.grow(arguments.families, 1, some, arguments.longest)
    if "steps" in wanted:
        results["steps"] = steps.measure(instances(), arguments.runs, whole, arguments.longest)
    if "sweeps" in wanted:
        results["sweeps"] = sweeps.measure({"coarse": arguments.points, "whole": arguments.whole}, 4 * arguments.longest)
    return results


def instances() -> list[str]:
    """The names of the shipped instances; `world`, which takes minutes, is left to the peers."""
    folders = (path.parent for path in sorted(Path(ROOT, "instances").glob("*/instance.toml")))
    return [folder.name for folder in folders if f"{folder.name}:default" not in peers.WORLD]


if __name__ == "__main__":
    main()
