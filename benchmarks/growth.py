"""How cost grows with years, sites, slices and vintages: one size changed at a time, and the exponents that fit."""

from __future__ import annotations

import math
import statistics
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.processes import Budget, run, tell

#: The sizes of each family that are measured; the others are those of `accelerated` in 2026 to 2049. See `families.py`.
SIZES = {"years": (6, 12, 24, 48), "sites": (1, 2, 3, 4), "slices": (1, 2, 3, 4), "vintages": (3, 6, 12, 24)}
MEASURES = ("rows", "nonzeros", "iterations", "build", "solve", "peak")


def grow(families: list[str], runs: int, budget: Budget, longest: float) -> dict[str, Any]:
    """For each family the figures at each of its sizes, and how each measure grows with the size and with the nonzeros."""
    found: dict[str, Any] = {}
    for family in families:
        points: dict[int, dict[str, float]] = {}
        for size in SIZES[family]:
            if budget.left == 0:
                tell(f"{family}: {len(points)} of {len(SIZES[family])} sizes, the time is spent")
                break
            point = _point(family, size, runs, min(longest, max(budget.left, 60.0)))
            if point is not None:
                points[size] = point
        found[family] = {"points": points, "exponents": exponents(points), "by nonzeros": exponents(points, "nonzeros")}
    return found


def _point(family: str, size: int, runs: int, longest: float) -> dict[str, float] | None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = str(Path(scratch, "instance"))
        made = run(["-c", _MAKE, family, str(size), folder], longest)
        if "failed" in made:
            tell(f"{family} {size}: {made['failed']}")
            return None
        results = [run(["-m", "planner", "solve", folder, "--solver", "simplex", "--json"], longest) for _ in range(runs)]
    failed = next((result["failed"] for result in results if "failed" in result), None)
    if failed is not None:
        tell(f"{family} {size}: {failed}")
        return None
    seconds = [result["seconds"] for result in results]
    point = {key: results[0][key] for key in ("rows", "columns", "nonzeros")}
    point["iterations"] = results[0]["solver"]["iterations"]
    point |= {
        "build": round(statistics.median(each["build"] + each["compile"] for each in seconds), 3),
        "solve": round(statistics.median(each["solve"] for each in seconds), 3),
        "peak": round(statistics.median(result["peak"] for result in results), 1),
    }
    tell(f"{family} {size}: {point['nonzeros']:,} nonzeros, solve {point['solve']:.2f} s, {point['peak']:.0f} MiB")
    return point


#: Makes an instance of a family in a process of its own, and prints an object as every run does.
_MAKE = (
    "import sys; from pathlib import Path; from benchmarks.families import main; "
    "main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])); print('{}')"
)


def exponents(points: dict[int, dict[str, float]], by: str | None = None) -> dict[str, list[float]]:
    """The exponent and r2 of each measure in the size (or in the measure `by`): least squares between logarithms."""
    if len(points) < 3:
        return {}
    sizes = [math.log(point[by] if by else size) for size, point in points.items()]
    found = {}
    for measure in MEASURES:
        if measure == by:
            continue
        values = [math.log(max(point[measure], 1e-3)) for point in points.values()]
        slope = statistics.linear_regression(sizes, values).slope
        fit = statistics.correlation(sizes, values) ** 2 if len(set(values)) > 1 else 1.0
        found[measure] = [round(slope, 2), round(fit, 3)]
    return found
