"""What the commands share on a terminal: progress, the solver's log, warnings, and how a run without a plan ends."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from planner import errors
from planner.endings import facts_of, save_ending, stopped_while


@contextmanager
def without_plan(
    known: Callable[[], tuple[Any, Any]], out: Path | None, log: list[str], as_json: bool
) -> Iterator[dict[str, float]]:
    """Save and print what is known where the run ends without a plan; gives the seconds of the steps, to be filled."""
    steps: dict[str, float] = {}
    try:
        yield steps
    except (errors.NoPlan, errors.SolverLimit, KeyboardInterrupt) as ended:
        error = stopped_while(steps) if isinstance(ended, KeyboardInterrupt) else ended
        loaded, program = known()
        facts = facts_of(error, loaded, steps, program and program.shape, out)
        if out is not None and loaded is not None:
            save_ending(error, facts, loaded, out, "".join(log))
        if as_json:
            print(json.dumps(facts))
        raise error from None


def warn_of(instance: Any, silent: bool) -> list[Any]:
    """What is wrong with an instance at first sight, said on standard error unless silent."""
    from planner.diagnosis.preflight import preflight

    findings = preflight(instance)
    for finding in findings:
        if not silent and not finding.hopeless:
            print(f"warning: {finding}", file=sys.stderr)
    return findings


def load_instance(folder: Path, scenarios: list[str], changes: list[str]) -> Any:
    """The instance of a folder with its scenarios and changes."""
    from planner.instance import load

    return load(folder, scenarios=tuple(scenarios), changes=tuple(changes))


def count_by_status(rows: Any) -> dict[str, int]:
    """How many rows are published, derived, assumed..."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.status] = counts.get(row.status, 0) + 1
    return counts


@contextmanager
def progress(silent: bool) -> Iterator[Callable[[str], None]]:
    """A line on standard error that says which step is under way, where that is a terminal."""
    if silent or not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console

    with Console(stderr=True).status("read") as status:
        yield lambda step: status.update(step)


@contextmanager
def solver_log() -> Iterator[list[str]]:
    """The lines that the solver logs meanwhile."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("planner.highs")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        logger.removeHandler(handler)


def with_prefix(error: errors.PlannerError) -> str:
    """An error as it is printed: an instance's problems begin with their file, everything else with the program's name."""
    said = "\n".join(map(errors.printable, str(error).split("\n")))
    return said if isinstance(error, errors.InstanceError) else f"planner: {said}"
