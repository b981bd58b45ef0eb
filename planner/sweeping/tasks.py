"""Tasks: chains of points that an executor runs wherever it likes, in a thread, a process or on another machine.

A task has a child process solve its points, adds each to the store as soon as it is finished, where the store can be reached
from where it runs, and returns all rows for where it cannot.
"""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from planner.errors import PlannerError
from planner.sweeping.answering import Job
from planner.sweeping.children import CHILDREN, Child, ChildLost
from planner.sweeping.points import Point
from planner.sweeping.store import Store

#: A point is given the solver's seconds and so many times as long again, and at least so many seconds more, before its process is
#: taken to hang: for building, diagnosis and the second tries of `auto`.
PATIENCE = (3.0, 60.0)

#: How often a point is tried whose process dies.
_ATTEMPTS = 2


@dataclass(frozen=True)
class Task:
    """A chain of points, the packed job that they belong to, and the folder of the store."""

    job: bytes
    points: tuple[Point, ...]
    folder: str
    token: str


def pack(job: Job) -> bytes:
    """A job as it travels."""
    return zlib.compress(pickle.dumps(job, protocol=5))


@lru_cache(maxsize=2)
def _unpacked(packed: bytes) -> Job:
    job = pickle.loads(zlib.decompress(packed))
    assert isinstance(job, Job)
    return job


def run_task(task: Task) -> list[dict[str, Any]]:
    """The rows of a task's points; those that the store has already are left out, and so is what comes after a stop.

    Raises PlannerError where the store can be reached and not be written.
    """
    job, store = _unpacked(task.job), _reached(task)
    rows: list[dict[str, Any]] = []
    left = [point for point in task.points if store is None or not store.has(point.number)]
    if left:
        with _Solving(job) as solving:
            for point in left:
                row = solving.row(point)
                if row is None:
                    break
                if store is not None:
                    store.add(row)
                rows.append(row)
    return rows


def _reached(task: Task) -> Store | None:
    """The store, where this machine sees it and it is the same one."""
    with suppress(PlannerError):
        store = Store.open(Path(task.folder))
        if store.facts.get("token") == task.token:
            return store
    return None


class _Solving:
    """A child for a while, replaced as often as it is lost."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._child: Child | None = None

    def __enter__(self) -> _Solving:
        return self

    def __exit__(self, *error: object) -> None:
        if self._child is not None:
            CHILDREN.put_back(self._child)

    def row(self, point: Point) -> dict[str, Any] | None:
        """The row of a point, whatever becomes of the child; None where the job was stopped."""
        seconds = self._job.time_limit * (1 + PATIENCE[0]) + PATIENCE[1]
        for attempt in range(1, _ATTEMPTS + 1):
            if CHILDREN.stopped(self._job.key):
                return None
            try:
                if self._child is None:
                    self._child = CHILDREN.take(self._job)
                    self._child.ask("begin", None, seconds)
                row: dict[str, Any] = self._child.ask("point", point, seconds)
                return row | {"attempts": attempt}
            except ChildLost as lost:
                if self._child is not None:
                    CHILDREN.drop(self._child)
                self._child = None
                if CHILDREN.stopped(self._job.key):
                    return None
                if lost.hung or attempt == _ATTEMPTS:
                    return self._without_answer(point, lost, attempt)
        raise AssertionError("every attempt returns or is followed by another")

    def _without_answer(self, point: Point, lost: ChildLost, attempt: int) -> dict[str, Any]:
        status = "hung" if lost.hung else "crashed"
        values = dict(zip(self._job.factors, point.values, strict=True))
        return {
            "point": point.number, "name": point.name, "scenarios": list(point.scenarios), "status": status, "reason": str(lost),
            "attempts": attempt, **values,
        }  # fmt: skip


def start_bases(job: Job, scenarios: Sequence[tuple[str, ...]], ready: int = 1) -> dict[tuple[str, ...], Any]:
    """The bases from which chains start, of the instances themselves; none where an instance has no plan or no child answers.

    Meanwhile other children start and build what they will need, so that `ready` of them are there at the end.
    """
    seconds = job.time_limit * (1 + PATIENCE[0]) + PATIENCE[1]
    found: dict[tuple[str, ...], Any] = {}
    with ThreadPoolExecutor(max(1, ready)) as threads:
        try:
            others = [threads.submit(_ready, job, tuple(scenarios), seconds) for _ in range(ready - 1)]
            for names in scenarios:
                basis = _start(job, names, seconds)
                if basis is not None:
                    found[names] = basis
            for other in others:
                if (child := other.result()) is not None:
                    _told(child, found, seconds)
        except BaseException:
            CHILDREN.stop(job.key)  # nothing waits for them then
            raise
    return found


def _start(job: Job, scenarios: tuple[str, ...], seconds: float) -> Any:
    """The basis of the optimum of an instance itself, or None."""
    child = CHILDREN.take(job)
    try:
        basis = child.ask("start", scenarios, seconds)
    except ChildLost:
        CHILDREN.drop(child)
        return None
    CHILDREN.put_back(child)
    return basis


def _ready(job: Job, scenarios: Sequence[tuple[str, ...]], seconds: float) -> Child | None:
    """A new child that has built the programs of these scenarios; None where it was lost, which costs time only."""
    child = None
    try:
        child = CHILDREN.take(job)
        child.ask("build", scenarios, seconds)
    except ChildLost:
        if child is not None:
            CHILDREN.drop(child)
        return None
    return child


def _told(child: Child, start: dict[tuple[str, ...], Any], seconds: float) -> None:
    """Tell a child from where chains start, and leave it to the tasks."""
    try:
        child.ask("know", start, seconds)
    except ChildLost:
        CHILDREN.drop(child)
    else:
        CHILDREN.put_back(child)
