"""Studies as files: .json, .csv, and for those that have one a picture, .svg or .png; written whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from planner.errors import PlannerError
from planner.studies.breakeven import Breakeven
from planner.studies.frontier import Frontier
from planner.studies.pareto import Pareto
from planner.studies.value_function import ValueFunction

_TABLES, _PICTURES = (".csv", ".json"), (".svg", ".png")

Study = Breakeven | Frontier | Pareto | ValueFunction


def check_file(path: Path, drawn: bool = True) -> None:
    """Raise PlannerError for a file that could not be written: another ending, or one that is there already."""
    endings = (*_TABLES, *_PICTURES) if drawn else _TABLES
    if path.suffix not in endings:
        raise PlannerError(f"{path.name}: a study is written as {', '.join(endings[:-1])} or {endings[-1]}")
    if path.exists():
        raise PlannerError(f"{path} is there already")


def save_study(found: Study, path: str | Path) -> Path:
    """Write a study as its ending says and return the path; raises PlannerError where it cannot be, as `check_file` does."""
    target = Path(path)
    check_file(target, not isinstance(found, Breakeven))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.stem}.", suffix=target.suffix, dir=target.parent)
        os.close(handle)
    except OSError as error:
        raise PlannerError(f"{target} cannot be written: {error.strerror}") from error
    scratch = Path(name)
    try:
        _write(found, scratch)
        scratch.chmod(0o644)
        scratch.replace(target)
    except OSError as error:
        raise PlannerError(f"{target} cannot be written: {error.strerror}") from error
    finally:
        scratch.unlink(missing_ok=True)
    return target


def _write(found: Study, path: Path) -> None:
    if path.suffix == ".json":
        path.write_text(json.dumps(found.as_dict(), indent=1, allow_nan=False) + "\n", encoding="utf-8")
    elif path.suffix == ".csv":
        found.table.to_csv(path, index=False, lineterminator="\n")
    elif not isinstance(found, Breakeven):
        from planner.charts.rendering import save_chart
        from planner.studies.pictures import picture

        save_chart(picture(found), path)
