"""The figures of a commit: where they come from, and the file that keeps them."""

from __future__ import annotations

import datetime
import json
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.processes import ROOT

FOLDER = ROOT / "benchmarks" / "results"
PACKAGES = ("highspy", "pyomo", "linopy", "numpy", "pandas", "scipy")

#: What a measurement is of; changes elsewhere change no figure.
MEASURED = ("planner", "instances", "benchmarks", "constraints.txt", "pyproject.toml")


def circumstances(note: str = "") -> dict[str, Any]:
    """The commit, the versions and the machine, without its name or any path."""
    changed = [line for line in _git("status", "--porcelain", "--", *MEASURED).splitlines() if "benchmarks/results" not in line]
    return {
        "commit": _git("rev-parse", "--short=12", "HEAD"),
        "changed": bool(changed),
        "date": datetime.date.today().isoformat(),
        "machine": {"system": platform.system(), "architecture": platform.machine(), "cores": os.cpu_count(),
                    "load": round(os.getloadavg()[0], 1)},
        "versions": {"Python": platform.python_version(), **{package: version(package) for package in PACKAGES}},
        "note": note,
    }  # fmt: skip


def merged(results: dict[str, Any], folder: Path = FOLDER) -> dict[str, Any]:
    """The results over those that the commit has already: a part, or a case of the peers, measured anew replaces the old one."""
    path = folder / f"{results['commit']}.json"
    old = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    both = {**old, **results}
    for part in ("peers", "growth", "steps", "sweeps"):
        if part in old or part in results:
            both[part] = {**old.get(part, {}), **results.get(part, {})}
    return both


def write(results: dict[str, Any], folder: Path = FOLDER) -> Path:
    """Keep the results as the file of their commit, whole or not at all."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{results['commit']}.json"
    scratch = path.with_suffix(".part")
    scratch.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    scratch.replace(path)
    return path


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
