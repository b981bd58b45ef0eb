"""What the commands share on a terminal: progress, the solver's log, warnings, and how a run without a plan ends."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from planner import errors
from planner.endings import exit_code, facts_of, failure, save_ending, stopped_while


@contextmanager
def without_plan(known: Callable[[], tuple[Any, Any]], out: Path | None, log: list[str]) -> Iterator[dict[str, float]]:
    """Save what is known where the run ends without a plan; gives the seconds of the steps, to be filled."""
    steps: dict[str, float] = {}
    try:
        yield steps
    except (errors.PlannerError, KeyboardInterrupt) as ended:
        error = stopped_while(steps) if isinstance(ended, KeyboardInterrupt) else ended
        loaded, program = known()
        saved = out if isinstance(error, (errors.NoPlan, errors.SolverLimit)) else None
        error.facts = facts_of(error, loaded, steps, program and program.shape, saved)
        if saved is not None and loaded is not None:
            try:
                save_ending(error, error.facts, loaded, saved, "".join(log))
            except errors.PlannerError as unwritten:  # why there is no plan is what was asked
                print(with_prefix(unwritten), file=sys.stderr)
        raise error from None


def say(what: object, err: bool = False) -> None:
    """Print on standard output, or on standard error: nothing that a file holds reaches a terminal as it is."""
    text = "\n".join(map(errors.escaped, str(what).split("\n")))
    print(text, file=sys.stderr if err else sys.stdout)


def say_failure(error: errors.PlannerError, as_json: bool) -> int:
    """Say what went wrong on standard error, and as one JSON object on standard output if asked; gives the exit code."""
    with suppress(OSError):  # nobody listens any more, and the code says it still
        print(with_prefix(error), file=sys.stderr)
    if as_json:
        with suppress(OSError):
            print(json.dumps(error.facts or failure(error)), flush=True)
    return exit_code(error)


def say_ending(status: str, code: int, message: str) -> None:
    """Say as one JSON object how a command ended where no error of planner says it; the text is on standard error already."""
    with suppress(OSError):
        print(json.dumps({"status": status, "exit_code": code, "message": message, "problems": []}), flush=True)


def warn_of(instance: Any, silent: bool) -> list[Any]:
    """What is wrong with an instance at first sight, said on standard error unless silent."""
    from planner.diagnosis.preflight import preflight

    findings = preflight(instance)
    for finding in findings:
        if not silent and not finding.hopeless:
            say(f"warning: {finding}", err=True)
    return findings


def refuse_hopeless(findings: list[Any]) -> None:
    """Raise Infeasible where a finding leaves no plan."""
    from planner.diagnosis import Diagnosis

    hopeless = tuple(str(finding) for finding in findings if finding.hopeless)
    if hopeless:
        message = "no plan can meet every demand and limit"
        raise errors.Infeasible(message, Diagnosis("infeasible", hopeless, findings=tuple(findings)))


def load_instance(folder: Path, scenarios: list[str], changes: list[str], silent: bool = True) -> Any:
    """The instance of a folder with its scenarios and changes, of which each is printed on standard error unless silent.

    Raises AddressError where two changes set the same number.
    """
    from planner.instance import load
    from planner.instance.edits import printed
    from planner.instance.overlays import refuse_set_twice

    loaded = load(folder, scenarios=tuple(scenarios), changes=tuple(changes))
    refuse_set_twice(loaded.changes, loaded.edits)
    for line in () if silent else printed(map(str, loaded.edits)):
        print(f"changed: {errors.printable(line)}", file=sys.stderr)
    return loaded


def edits_of(instance: Any) -> list[dict[str, Any]]:
    """What `--json` prints of the changes that an instance was given."""
    return [edit.as_dict() for edit in instance.edits]


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
    from rich.text import Text

    with Console(stderr=True).status("read") as status:
        yield lambda step: status.update(Text(errors.printable(step)))  # no markup: a step may name what a file names


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
