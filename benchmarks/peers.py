"""The same program by planner and by its peers, run in turn, so that a busy machine slows all of them alike."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.processes import ROOT, Budget, run, tell

#: Everything that solves the program; the last is what the others are held against.
PEERS = ("planner", "linopy", "highs", "appsi_highs", "alone")
PARTS = ("imports", "read", "build", "run", "after")

#: The instances, and the method of each that all peers are asked for; `default` is HiGHS's own, and what planner chooses.
#: What follows a colon tells cases of one instance apart.
CASES = {
    "mandate": "simplex", "accelerated": "simplex", "accelerated:default": "default", "thousand_terawatts:default": "default",
}  # fmt: skip
WORLD = {"world:default": "default"}

#: Objectives agree to this share: the peers solve the same program to the same tolerance, in an order of their own.
AGREES = 1e-7


def compare(
    cases: dict[str, str], runs: int, budget: Budget, longest: float, who: Sequence[str] = PEERS, threads: int = 1
) -> dict[str, Any]:
    """For each case its size, method and the figures of the peers; rounds stop when the budget is spent.

    Where the method is HiGHS's default, planner chooses for itself and has so many `threads`.
    """
    found: dict[str, Any] = {}
    for case, method in cases.items():
        with tempfile.TemporaryDirectory() as scratch:
            arrays = str(Path(scratch, "arrays.npz"))
            folder = f"instances/{case.partition(':')[0]}"
            size = run(["-m", "benchmarks.solving", "export", method, folder, arrays], longest)
            if "failed" in size:
                tell(f"{case}: {size['failed']}")
                found[case] = {"method": method, "failed": size["failed"]}
                continue
            results = _rounds(case, method, folder, arrays, runs, budget, longest, who, threads)
        sizes = {key: size[key] for key in ("rows", "columns", "nonzeros")}
        figures = {peer: summed_up(results[peer], results.get("alone", [])) for peer in who}
        found[case] = {**sizes, "method": method, **({"threads": threads} if method == "default" else {}), "figures": figures}
        disagreeing(case, figures)
    return found


def _rounds(
    case: str, method: str, folder: str, arrays: str, runs: int, budget: Budget, longest: float, who: Sequence[str], threads: int
) -> dict[str, list[dict[str, Any]]]:
    results: dict[str, list[dict[str, Any]]] = {peer: [] for peer in who}
    took = 0.0
    for number in range(runs):
        if number and budget.left < took:
            tell(f"{case}: {number} of {runs} rounds, the time is spent")
            break
        before = budget.left
        for peer in who if number % 2 == 0 else reversed(who):  # there and back: what drifts, cancels
            results[peer].append(run(command(peer, method, folder, arrays, threads), longest))
            last = results[peer][-1]
            said = last.get("failed") or f"{last['whole']:.2f} s, {last['peak']:.0f} MiB"
            tell(f"{case} ({method}), round {number + 1} of {runs}, {peer}: {said}")
        took = before - budget.left
    return results


def command(peer: str, method: str, folder: str, arrays: str, threads: int = 1) -> list[str]:
    """The arguments of Python for one run of a peer."""
    if peer == "planner":
        chosen = ["auto", "--threads", str(threads)] if method == "default" else [method]
        return ["-m", "planner", "solve", folder, "--solver", *chosen, "--json"]
    if peer == "alone":
        return ["-m", "benchmarks.alone", method, arrays]
    return ["-m", "benchmarks.solving", peer, method, str(ROOT / folder)]


def summed_up(results: list[dict[str, Any]], alone: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians, and the ratios to HiGHS alone of the same round: their median and both ends."""
    failed = next((result["failed"] for result in results if "failed" in result), None)
    if failed is not None:
        return {"failed": failed}
    results = [parted(result) for result in results]
    figures: dict[str, Any] = {
        "runs": len(results),
        "objective": results[0]["objective"],
        "iterations": results[0]["iterations"],
        "whole": round(statistics.median(result["whole"] for result in results), 3),
        "cpu": round(statistics.median(result["cpu"] for result in results), 3),
        "peak": round(statistics.median(result["peak"] for result in results), 1),
        "seconds": {part: round(statistics.median(result["seconds"][part] for result in results), 3) for part in PARTS},
    }
    if len(alone) == len(results) and all("failed" not in result for result in alone):
        for key in ("whole", "cpu", "peak"):
            ratios = [result[key] / floor[key] for result, floor in zip(results, alone, strict=True)]
            ends = (statistics.median(ratios), min(ratios), max(ratios))
            figures[f"{key} ratio"] = [round(ratio, 3) for ratio in ends]
    return figures


def parted(result: dict[str, Any]) -> dict[str, Any]:
    """A result with its seconds by PARTS; planner tells its own steps, and what no step counts are its imports."""
    steps = result["seconds"]
    if "run" in steps:
        return {**result, "seconds": {part: steps.get(part, 0.0) for part in PARTS}}
    seconds = {
        "imports": result["whole"] - sum(steps.values()), "read": steps["read"], "build": steps["build"] + steps["compile"],
        "run": steps["solve"], "after": sum(steps.get(step, 0.0) for step in ("certify", "tables", "refine")),
    }  # fmt: skip
    return {**result, "seconds": seconds, "iterations": result["solver"]["iterations"]}


def disagreeing(case: str, figures: dict[str, Any]) -> list[str]:
    """The peers whose objective is not that of planner; each is told."""
    known = {peer: found["objective"] for peer, found in figures.items() if "objective" in found}
    own = known.get("planner")
    wrong = [peer for peer, cost in known.items() if own is not None and abs(cost - own) > AGREES * abs(own)]
    for peer in wrong:
        tell(f"{case}: {peer} finds {known[peer]!r} where planner finds {own!r}")
    return wrong
