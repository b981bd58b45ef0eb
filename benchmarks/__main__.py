"""`python -m benchmarks`: every instance solved as a user would, each run a process of its own.

A row an instance: rows, columns, nonzeros, peak memory, the median seconds of each step over the runs, and all steps but
the solver's together as a share of the solver's own time. `imports` is starting Python and importing everything, which
no step counts.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

INSTANCES = Path(__file__).parents[1] / "instances"
STEPS = ("read", "build", "compile", "solve", "certify", "certify exactly", "tables", "write")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("instance", nargs="*", help="names of instances (all of them where none is given)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each instance")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    arguments = parser.parse_args()
    names = arguments.instance or sorted(folder.name for folder in INSTANCES.iterdir() if (folder / "instance.toml").exists())
    figures = {name: measure(name, arguments.runs) for name in names}
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, median of {arguments.runs} runs, seconds\n")
    print(table(figures))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def measure(name: str, runs: int) -> dict[str, Any]:
    """The figures of an instance: medians over the runs."""
    results = [run(name) for _ in range(runs)]
    first = results[0]
    figures = {key: first[key] for key in ("rows", "columns", "nonzeros")}
    figures["method"] = first["solver"]["method"]
    figures["MiB"] = round(statistics.median(result["peak"] for result in results) / 1024)
    figures |= {step: statistics.median(result["seconds"].get(step, 0.0) for result in results) for step in STEPS}
    figures["imports"] = statistics.median(result["whole"] - sum(result["seconds"].values()) for result in results)
    figures["share"] = statistics.median(share(result["seconds"]) for result in results)
    return figures


def share(seconds: dict[str, float]) -> float:
    """Reading, building, compiling, making tables and writing, as a share of the solver's own time."""
    return sum(seconds.get(step, 0.0) for step in ("read", "build", "compile", "tables", "write")) / seconds["solve"]


def run(name: str) -> dict[str, Any]:
    """One run of the command line: what it says of itself, with the seconds of the whole process and its peak memory in KiB."""
    with tempfile.TemporaryDirectory() as scratch:
        command = [
            sys.executable,
            "-m",
            "planner",
            "solve",
            str(INSTANCES / name),
            "--out",
            f"{scratch}/run",
            "--certify",
            "exact",
            "--json",
        ]
        began = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            said = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        whole = time.perf_counter() - began
    if process.returncode:
        raise SystemExit(f"{name} ended with exit code {process.returncode}")
    return {**json.loads(said), "whole": whole, "peak": usage.ru_maxrss}


def table(figures: dict[str, dict[str, Any]]) -> str:
    """The figures as a Markdown table."""
    columns = ["rows", "columns", "nonzeros", "method", "MiB", "imports", *STEPS, "share"]
    lines = ["| instance | " + " | ".join(columns) + " |", "|---|" + "---:|" * len(columns)]
    for name, found in figures.items():
        lines.append(f"| {name} | " + " | ".join(_cell(column, found[column]) for column in columns) + " |")
    return "\n".join(lines)


def _cell(column: str, value: Any) -> str:
    if column == "share":
        return f"{value:.0%}"
    return f"{value:,}" if isinstance(value, int) else f"{value:.2f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
