"""How a run ends that finds no plan: what is known is saved, whole or not at all, and handed back as the object to print."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any

from planner.errors import (
    AddressError,
    Infeasible,
    InstanceError,
    NoPlan,
    NotCertified,
    PlannerError,
    SolverError,
    SolverLimit,
    Unbounded,
)

#: What an error is called in JSON, and its exit code; the first that it is one of.
_ENDINGS: dict[type[PlannerError], tuple[str, int]] = {
    InstanceError: ("bad_instance", 2), AddressError: ("bad_address", 2), Infeasible: ("infeasible", 3),
    Unbounded: ("unbounded", 3), SolverLimit: ("stopped", 4), NotCertified: ("not_certified", 4), SolverError: ("failed", 4),
    PlannerError: ("bad_usage", 2),
}  # fmt: skip

#: Signals that stop a run; both are told to the program as a KeyboardInterrupt.
STOPPING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interruptible(came: list[int]) -> Iterator[None]:
    """Meanwhile SIGINT and SIGTERM raise KeyboardInterrupt, in the main thread; those that came are added to a list."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        came.append(number)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Meanwhile SIGINT and SIGTERM are not heard: what is being saved is saved."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def stopped_while(steps: dict[str, float]) -> SolverLimit:
    """What to say of an interrupt that came outside of the solver: the step that was under way is the last of `steps`."""
    step = list(steps)[-1] if steps else "start"
    seconds = sum(steps.values())
    known = {"reason": "interrupt", "step": step, "seconds": seconds}
    return SolverLimit(f"interrupted at the step '{step}', {seconds:.1f} s after the start", known)


def exit_code(error: PlannerError) -> int:
    """The exit code that an error stands for."""
    return _ending(error)[1]


def _ending(error: PlannerError) -> tuple[str, int]:
    return next(ending for kind, ending in _ENDINGS.items() if isinstance(error, kind))


def failure(error: PlannerError) -> dict[str, Any]:
    """What `--json` prints of any error: its status, exit code and message, and each problem of an instance with its place."""
    status, code = _ending(error)
    message = error.summary if isinstance(error, InstanceError) and error.summary else str(error.args[0] if error.args else error)
    said: dict[str, Any] = {"status": status, "exit_code": code, "message": message, "problems": _problems(error)}
    if isinstance(error, NoPlan):
        said["diagnosis"] = error.diagnosis.as_dict() if error.diagnosis is not None else None
    return said


def _problems(error: PlannerError) -> list[dict[str, Any]]:
    if isinstance(error, (InstanceError, AddressError)):
        return [asdict(problem) for problem in error.problems]
    findings = getattr(getattr(error, "diagnosis", None), "findings", ())
    return [{"file": f.file, "line": f.line, "column": 1, "message": f.message} for f in findings if f.hopeless]


def facts_of(
    error: PlannerError, instance: Any, steps: dict[str, float], shape: tuple[int, int, int] | None, out: Path | None
) -> dict[str, Any]:
    """What `--json` prints of a run without a plan."""
    said = failure(error)
    if isinstance(error, SolverLimit):
        said["known"] = error.known
    said |= {"instance": instance.name, "instance_hash": instance.hash} if instance is not None else {}
    said |= dict(zip(("rows", "columns", "nonzeros"), shape, strict=True)) if shape is not None else {}
    return {**said, "seconds": dict(steps), "out": None if out is None or instance is None else str(out)}


def save_ending(error: PlannerError, facts: dict[str, Any], instance: Any, out: Path, log: str) -> None:
    """Write what is known of a run without a plan: its diagnosis, or how far it came, and a copy of the instance."""
    from planner.store import save_diagnosis, save_stopped

    with undisturbed():
        if isinstance(error, NoPlan):
            save_diagnosis(facts, instance, out)
        else:
            save_stopped(facts, instance, out, log)
