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


#: How many points the loop of cold solves is timed at: in steps of five years, and with every model year.
SAMPLES = {"coarse": 32, "whole": 8}


def measure(points: dict[str, int], longest: float) -> dict[str, Any]:
    """Sweeps beside loops of cold solves, by what is swept, `coarse` or `whole`, with so many points each; and re-solves."""
    found = {kind: _compared(kind, number, longest) for kind, number in points.items() if number}
    again = run(["-m", "benchmarks.resolving", INSTANCE, *ADDRESSES], longest)
    tell(f"sweeps: {again.get('failed') or 'sessions solved again'}")
    many = run(["-m", "benchmarks.many"], longest)
    tell(f"sweeps: {many.get('failed') or 'points that take no time'}")
    failed = [part["failed"] for part in (*found.values(), again, many) if "failed" in part]
    return {"failed": failed[0]} if failed else {"sweeps": found, "resolves": resolved(again), "many": many}


def _compared(kind: str, points: int, longest: float) -> dict[str, Any]:
    """A sweep of all points with two workers and with one, and some of the points cold in a loop."""
    with tempfile.TemporaryDirectory() as scratch:
        design = _design(Path(scratch), points, kind)
        swept, alone = (_sweep(design, Path(scratch, str(workers)), workers, longest) for workers in (2, 1))
        numbers = [str(points * place // SAMPLES[kind]) for place in range(SAMPLES[kind])]
        cold = run(["-m", "benchmarks.cold_loop", INSTANCE, str(design), *numbers], longest)
        tell(f"sweeps: {len(numbers)} points cold in a loop: {cold.get('failed') or format(sum(cold['seconds']), '.1f') + ' s'}")
    failed = [part["failed"] for part in (swept, alone, cold) if "failed" in part]
    return {"failed": failed[0]} if failed else summed_up(points, swept, alone, cold)


def _design(folder: Path, points: int, kind: str) -> Path:
    """The sample that is shipped, with another number of points; `whole` with every model year."""
    text = re.sub(r"(?m)^points = \d+", f"points = {points}", DESIGN.read_text(encoding="utf-8"))
    if kind == "whole":
        text = text.replace('scenarios = ["coarse"]\n', "")
    path = folder / f"{kind}-{points}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _sweep(design: Path, out: Path, workers: int, longest: float) -> dict[str, Any]:
    command = ["-m", "planner", "sweep", INSTANCE, "--design", str(design), "--out", str(out), "--workers", str(workers)]
    found = run([*command, "--check-every", "0", "--json"], longest)
    tell(f"sweeps: {design.stem} points, {workers} workers: {found.get('failed') or format(found['whole'], '.1f') + ' s'}")
    return found


def resolved(again: dict[str, Any]) -> dict[str, Any]:
    """What re-solves took, by what was changed."""
    return {
        address: {
            "whole": statistics.median(whole for whole, _, _ in found), "run": statistics.median(ran for _, ran, _ in found),
            "iterations": statistics.median(count for _, _, count in found),
            "overhead": sum(whole - ran for whole, ran, _ in found) / sum(ran for _, ran, _ in found),
        }
        for address, found in again["resolves"].items()
    }  # fmt: skip


def summed_up(points: int, swept: dict[str, Any], alone: dict[str, Any], cold: dict[str, Any]) -> dict[str, Any]:
    """The ratios that the goals speak of."""
    cold_each = statistics.mean(cold["seconds"])
    return {
        "points": points, "sample": len(cold["seconds"]), "counts": swept["counts"],
        "seconds": swept["whole"], "seconds a point": swept["seconds_a_point"], "cold a point": cold_each,
        "times faster": cold_each * points / swept["whole"],
        "one worker": alone["whole"], "gain": alone["whole"] / swept["whole"],
    }  # fmt: skip
