"""Run folders that are checked as they are read: their files by SHA256SUMS, and what they say by `planner.integrity`."""

from __future__ import annotations

from pathlib import Path

from planner.checksums import changed_files
from planner.integrity import ChangedRun, check
from planner.plan import Plan
from planner.store import load_plan


def load_checked(folder: str | Path) -> Plan:
    """The plan of a run folder, as `planner.load_plan`, checked.

    Raises PlannerError, with every difference and the file in which it is, where the folder was changed.
    """
    plan = load_plan(folder)
    problems = changed_files(Path(folder))
    try:
        check(plan)
    except ChangedRun as error:
        problems += error.problems
    if problems:
        raise ChangedRun(str(folder), problems)
    return plan
