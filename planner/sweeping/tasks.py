"""Tasks: a few points that an executor has answered wherever it likes, in a thread, a process or on another machine.

A task has a child process solve its points, adds each to the store as soon as it is finished, where the store can be reached
from where it runs, and returns all rows for where it cannot, and the bases that later tasks start from.
"""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from planner.errors import PlannerError
from planner.highs import Basis
from planner.sweeping.answering import KEPT, Job, asked_of
from planner.sweeping.children import CHILDREN, Child, ChildLost
from planner.sweeping.ordering import Step
from planner.sweeping.points import Point
from planner.sweeping.store import Store

#: A point is given the solver's seconds and so many times as long again, and at least so many seconds more, before its process is
#: taken to hang: for building, diagnosis and the second tries of `auto`.
PATIENCE = (3.0, 60.0)

#: How often a point is tried whose process dies.
_ATTEMPTS = 2


@dataclass(frozen=True)
class Task:
    """Points, the packed job that they belong to, and the folder of the store.

    `steps` say from where each point starts; `bases` are those of parents in earlier tasks, `wanted` the points from which
    later tasks start.
    """

    job: bytes
    points: tuple[Point, ...]
    steps: tuple[Step, ...]
    bases: Mapping[int, Basis]
    wanted: tuple[int, ...]
    folder: str
    token: str


@dataclass(frozen=True)
class Answered:
    """The rows of a task's points that the store had not, and the bases that were wanted, as far as there are any."""

    rows: list[dict[str, Any]]
    bases: Mapping[int, Basis]


def pack(job: Job) -> bytes:
    """A job as it travels."""
    return zlib.compress(pickle.dumps(job, protocol=5))


@lru_cache(maxsize=2)
def _unpacked(packed: bytes) -> Job:
    job = pickle.loads(zlib.decompress(packed))
    assert isinstance(job, Job)
    return job


def run_task(task: Task) -> Answered:
    """What becomes of a task's points; those that the store has already are left out, and so is what comes after a stop.

    Raises PlannerError where the store can be reached and not be written.
    """
    job, store = _unpacked(task.job), _reached(task.folder, task.token)
    rows: list[dict[str, Any]] = []
    steps = zip(task.points, task.steps, strict=True)
    left = [(point, step) for point, step in steps if store is None or not store.has(point.number)]
    bases: Mapping[int, Basis] = {}
    if left:
        with _Solving(job, task.bases) as solving, ThreadPoolExecutor(1, "planner-store") as writer:
            adding: Future[None] | None = None  # a point is stored while the next one is solved
            for point, step in left:
                row = solving.row(point, step)
                if row is None:
                    break
                if adding is not None:
                    adding.result()
                adding = None if store is None else writer.submit(store.add, row)
                rows.append(row)
            if adding is not None:
                adding.result()
            bases = solving.bases(task.wanted)
    return Answered(rows, bases)


@lru_cache(maxsize=2)
def _reached(folder: str, token: str) -> Store | None:
    """The store, where this machine sees it and it is the same one."""
    with suppress(PlannerError):
        store = Store.open(Path(folder))
        if store.facts.get("token") == token:
            return store
    return None


class _Solving:
    """A child for a while, replaced as often as it is lost."""

    def __init__(self, job: Job, bases: Mapping[int, Basis]) -> None:
        self._job, self._bases = job, bases
        self._child: Child | None = None
        self._seconds = job.time_limit * (1 + PATIENCE[0]) + PATIENCE[1]

    def __enter__(self) -> _Solving:
        return self

    def __exit__(self, *error: object) -> None:
        if self._child is not None:
            CHILDREN.put_back(self._child)

    def bases(self, wanted: Sequence[int]) -> dict[int, Basis]:
        """The bases of some of the points that the child has answered; none where it is lost."""
        try:
            return self._child.ask("bases", wanted, self._seconds) if self._child is not None and wanted else {}
        except ChildLost:
            self._drop()
            return {}

    def _drop(self) -> None:
        if self._child is not None:
            CHILDREN.drop(self._child)
        self._child = None

    def row(self, point: Point, step: Step) -> dict[str, Any] | None:
        """The row of a point, whatever becomes of the child; None where the job was stopped."""
        for attempt in range(1, _ATTEMPTS + 1):
            if CHILDREN.stopped(self._job.key):
                return None
            try:
                if self._child is None:
                    self._child = CHILDREN.take(self._job)
                    self._child.ask("begin", self._bases, self._seconds)
                row: dict[str, Any] = self._child.ask("point", (point, step), self._seconds)
                return row | {"attempts": attempt}
            except ChildLost as lost:
                self._drop()
                if CHILDREN.stopped(self._job.key):
                    return None
                if lost.hung or attempt == _ATTEMPTS:
                    return self._without_answer(point, lost, attempt)
        raise AssertionError("every attempt returns or is followed by another")

    def _without_answer(self, point: Point, lost: ChildLost, attempt: int) -> dict[str, Any]:
        status = "hung" if lost.hung else "crashed"
        return asked_of(self._job, point) | {"status": status, "reason": str(lost), "attempts": attempt}


def start_bases(job: Job, scenarios: Sequence[tuple[str, ...]], ready: int = 1) -> dict[tuple[str, ...], Any]:
    """The bases from which points start, of the instances themselves; none where an instance has no plan or no child answers.

    Meanwhile other children start and build what they will need, so that `ready` of them are there at the end.
    """
    seconds = job.time_limit * (1 + PATIENCE[0]) + PATIENCE[1]
    found: dict[tuple[str, ...], Any] = {}
    with ThreadPoolExecutor(max(1, ready)) as threads:
        try:
            others = [threads.submit(_ready, job, tuple(scenarios[:KEPT]), seconds) for _ in range(ready - 1)]
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
    """Tell a child from where points start, and leave it to the tasks."""
    try:
        child.ask("know", start, seconds)
    except ChildLost:
        CHILDREN.drop(child)
    else:
        CHILDREN.put_back(child)
