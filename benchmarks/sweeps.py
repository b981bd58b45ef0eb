"""Sweeps beside a loop of cold solves, two workers beside one, and a re-solve beside HiGHS's own warm run."""

from __future__ import annotations

import re
import statistics
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.processes import ROOT, run, tell

INSTANCE = "instances/accelerated"
DESIGN = ROOT / INSTANCE / "designs" / "what-decides.toml"

#: What is scaled again and again, in a session: a cost, a price of launch, a limit and a demand.
ADDRESSES = (
    "power.fission_surface.capex", "launch.starship.price", "limits.earth_ceiling.upper", "compute.training.demand",
)  # fmt: skip


def measure(points: int, sample: int, longest: float) -> dict[str, Any]:
    """A sweep of all points with two workers and with one, `sample` of the points cold, and re-solves."""
    with tempfile.TemporaryDirectory() as scratch:
        design = _design(Path(scratch), points)
        swept, alone = (_sweep(design, Path(scratch, str(workers)), workers, longest) for workers in (2, 1))
        numbers = [str(points * place // sample) for place in range(sample)]
        cold = run(["-m", "benchmarks.cold_loop", INSTANCE, str(design), *numbers], longest)
        tell(f"sweeps: {sample} points cold in a loop: {cold.get('failed') or format(sum(cold['seconds']), '.1f') + ' s'}")
        again = run(["-m", "benchmarks.resolving", INSTANCE, *ADDRESSES], longest)
        tell(f"sweeps: {again.get('failed') or 'sessions solved again'}")
    many = run(["-m", "benchmarks.many"], longest)
    tell(f"sweeps: {many.get('failed') or 'points that take no time'}")
    failed = [part["failed"] for part in (swept, alone, cold, again, many) if "failed" in part]
    return {"failed": failed[0]} if failed else {**summed_up(points, swept, alone, cold, again), "many": many}


def _design(folder: Path, points: int) -> Path:
    path = folder / f"{points}.toml"
    path.write_text(re.sub(r"(?m)^points = \d+", f"points = {points}", DESIGN.read_text(encoding="utf-8")), encoding="utf-8")
    return path


def _sweep(design: Path, out: Path, workers: int, longest: float) -> dict[str, Any]:
    command = ["-m", "planner", "sweep", INSTANCE, "--design", str(design), "--out", str(out), "--workers", str(workers)]
    found = run([*command, "--check-every", "0", "--json"], longest)
    tell(f"sweeps: {design.stem} points, {workers} workers: {found.get('failed') or format(found['whole'], '.1f') + ' s'}")
    return found


def summed_up(
    points: int, swept: dict[str, Any], alone: dict[str, Any], cold: dict[str, Any], again: dict[str, Any]
) -> dict[str, Any]:
    """The ratios that the goals speak of."""
    cold_each = statistics.mean(cold["seconds"])
    resolves = {
        address: {
            "whole": statistics.median(whole for whole, _, _ in found), "run": statistics.median(ran for _, ran, _ in found),
            "iterations": statistics.median(count for _, _, count in found),
            "overhead": sum(whole - ran for whole, ran, _ in found) / sum(ran for _, ran, _ in found),
        }
        for address, found in again["resolves"].items()
    }  # fmt: skip
    return {
        "points": points, "sample": len(cold["seconds"]), "counts": swept["counts"],
        "seconds": swept["whole"], "seconds a point": swept["seconds_a_point"], "cold a point": cold_each,
        "times faster": cold_each * points / swept["whole"],
        "one worker": alone["whole"], "gain": alone["whole"] / swept["whole"],
        "resolves": resolves,
    }  # fmt: skip
