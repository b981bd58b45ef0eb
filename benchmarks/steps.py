"""Every instance solved as a user would, with the exact certificate and a run folder: sizes, memory, seconds of each step."""

from __future__ import annotations

import statistics
import tempfile
from typing import Any

from benchmarks.processes import Budget, run, tell

STEPS = ("read", "build", "compile", "solve", "certify", "certify exactly", "tables", "write")


def measure(names: list[str], runs: int, budget: Budget, longest: float) -> dict[str, Any]:
    """The figures of each instance: medians over its runs."""
    found: dict[str, Any] = {}
    for name in names:
        results: list[dict[str, Any]] = []
        while len(results) < runs and (not results or budget.left > results[-1].get("whole", 0.0)):
            with tempfile.TemporaryDirectory() as scratch:
                folder, out = f"instances/{name}", f"{scratch}/run"
                results.append(run(["-m", "planner", "solve", folder, "--out", out, "--certify", "exact", "--json"], longest))
            tell(f"steps of {name}: {results[-1].get('failed') or format(results[-1]['whole'], '.2f') + ' s'}")
        failed = next((result["failed"] for result in results if "failed" in result), None)
        found[name] = {"failed": failed} if failed is not None else summed_up(results)
    return found


def summed_up(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians; `imports` are what no step counts, `share` all steps but the solver's and the certificates', over the solver's."""
    first = results[0]
    figures = {key: first[key] for key in ("rows", "columns", "nonzeros")}
    figures["method"] = first["solver"]["method"]
    figures["MiB"] = round(statistics.median(result["peak"] for result in results))
    figures["imports"] = round(statistics.median(result["whole"] - sum(result["seconds"].values()) for result in results), 2)
    for step in STEPS:
        figures[step] = round(statistics.median(result["seconds"].get(step, 0.0) for result in results), 2)
    figures["share"] = round(statistics.median(_share(result["seconds"]) for result in results), 3)
    return figures


def _share(seconds: dict[str, float]) -> float:
    own = ("read", "build", "compile", "tables", "write")
    return sum(seconds.get(step, 0.0) for step in own) / seconds["solve"]
