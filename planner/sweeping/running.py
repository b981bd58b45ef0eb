"""Running a sweep: a store filled by an executor, a few near points a task, so that each starts from a neighbour's optimum."""

from __future__ import annotations

import os
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from planner.errors import PlannerError, SolverLimit
from planner.highs import Basis
from planner.instance import Instance
from planner.provenance import versions
from planner.session import CHECK_EVERY
from planner.sweeping.answering import Job
from planner.sweeping.children import CHILDREN
from planner.sweeping.design import read_design
from planner.sweeping.ordering import Step, cells
from planner.sweeping.points import Design, Point, instances_of
from planner.sweeping.processes import started_early
from planner.sweeping.results import Sweep
from planner.sweeping.store import Store
from planner.sweeping.tasks import Answered, Task, pack, run_task, start_bases

#: Seconds of the solver at a point, unless told otherwise.
TIME_LIMIT = 600.0

#: Points that are files of their own are merged once there are so many.
_MERGE_AT = 1_000

#: A design is parted into so many cells at least, and into so many for each worker.
_CELLS, _CELLS_EACH = 4, 2

#: A task has at most so many points, and a worker so many tasks at least, so that all end at about the same time.
_LONGEST, _TASKS_EACH = 8, 64

#: Seconds between two looks at how far the sweep is.
_LOOK = 0.5

#: Results that another try may better.
UNSETTLED = ("crashed", "hung", "stopped", "failed")

#: Told of the points finished and of all.
Watch = Callable[[int, int], None]


def sweep(
    instance: Instance,
    design: Design | str | Path,
    out: str | Path,
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    resume: bool = False,
    retry: bool = False,
    time_limit: float = TIME_LIMIT,
    check_every: int = CHECK_EVERY,
    solver: str = "auto",
    watch: Watch = lambda finished, all_: None,
) -> Sweep:
    """The plans of all points of a design, in the store `out`.

    `workers` processes of this machine (one a core), or any `executor` of the standard interface, such as Dask's
    `Client.get_executor(retries=2)`, `workers` then saying for how many to cut tasks. With `resume` a store goes on where it
    ended, with `retry` also over what crashed, hung, was stopped, failed or cannot be read. `time_limit` bounds the solver's
    seconds at a point; one point in `check_every` is solved cold as well. Ctrl-C stops; what is finished stays.

    Raises InstanceError for a bad design, PlannerError where the store is there already, is of something else or cannot
    be written, SolverLimit on Ctrl-C or where the executor breaks, each with what is finished.
    """
    number = workers or os.cpu_count() or 1
    if number < 1 or time_limit <= 0 or check_every < 0:
        raise PlannerError(f"{number} workers, {time_limit:g} s, one in {check_every} checked: expected positive numbers")
    with started_early(number if executor is None else 1):
        asked = read_design(design, instance) if isinstance(design, (str, Path)) else design
        facts = _facts(instance, asked, time_limit, check_every, solver)
        store = _store(Path(out), instance, asked, facts, resume)
        with store.locked():
            store.sweep_out()
            if retry:
                store.drop_broken()
                results = store.results()
                store.forget(set(results.loc[results["status"].isin(UNSETTLED), "point"].tolist()))
            finished = store.finished()
            if len(finished) < len(asked.points):
                _fill(store, instance, finished, executor, number, watch)
            store.merge()
    watch(len(asked.points), len(asked.points))
    return Sweep(Path(out), asked, store.results(), store.facts)


def _facts(instance: Instance, design: Design, time_limit: float, check_every: int, solver: str) -> dict[str, Any]:
    return {
        "instance": instance.name, "instance_hash": instance.hash, "scenarios": list(instance.scenarios),
        "changes": list(instance.changes), "design": design.fingerprint, "points": len(design.points),
        "time_limit": time_limit, "check_every": check_every, "solver": solver, "versions": versions(),
        "unit": f"GUSD of {instance.finance.price_year} at {instance.finance.base_year}", "token": uuid.uuid4().hex,
    }  # fmt: skip


def _store(folder: Path, instance: Instance, design: Design, facts: dict[str, Any], resume: bool) -> Store:
    """A new store, or with `resume` the one that is there, if it is of the same instance and design and solved the same way."""
    if not (folder / "sweep.json").exists():
        return Store.create(folder, design, instance, facts)
    if not resume:
        raise PlannerError(f"{folder} holds a sweep already, expected --resume to go on with it or another folder")
    store = Store.open(folder)
    names = ("instance_hash", "design", "time_limit", "check_every", "solver", "versions")
    was = {**store.facts, "design": store.design.fingerprint}
    wrong = [
        f"its {name} was {_brief(was.get(name))}, and is {_brief(facts[name])}" for name in names if facts[name] != was.get(name)
    ]
    if wrong:
        raise PlannerError("\n".join([f"{folder} holds another sweep: it cannot go on", *wrong]))
    return store


def _brief(fact: Any) -> str:
    """A fact in a line: of a hash its beginning."""
    text = str(fact)
    return f"{text[:12]}..." if re.fullmatch("[0-9a-f]{32,}", text) else text


def _fill(store: Store, instance: Instance, finished: set[int], executor: Executor | None, workers: int, watch: Watch) -> None:
    """Answer the points that are not in the store."""
    design, facts = store.design, store.facts
    job = Job(
        f"{facts['token']}-{uuid.uuid4().hex}", tuple(f.name for f in design.factors), design.quantities,
        instances_of(design, instance), {}, facts["time_limit"], facts["check_every"], facts["solver"],
    )  # fmt: skip
    watch(len(finished), len(design.points))
    with _stopping(job.key, store):
        missing = {point.number: point for point in design.points if point.number not in finished}
        times = Counter(point.scenarios for point in missing.values())
        needed = [names for names, number in times.items() if number > 1]  # a single point may as well be the first solved
        ready = min(workers, len(missing)) if executor is None else 1
        packed = pack(replace(job, start=start_bases(job, needed, ready)))
        each = max(1, min(_LONGEST, len(missing) // (workers * _TASKS_EACH)))
        to_fill = Task(packed, (), (), {}, (), str(store.folder.absolute()), facts["token"])
        parted = cells(design, max(_CELLS, workers * _CELLS_EACH), missing)
        filling = [_Filling(to_fill, [missing[step.point] for step in cell], cell, each) for cell in parted]
        if executor is not None:
            _collect(store, executor, filling, job.key, len(finished), watch)
        else:
            with ThreadPoolExecutor(workers, "planner-sweep") as own:
                _collect(store, own, filling, job.key, len(finished), watch)


class _Filling:
    """A cell of points on its way into the store, a task after another: each starts from what those before it came to."""

    def __init__(self, task: Task, points: Sequence[Point], steps: Sequence[Step], each: int) -> None:
        self._task, self._points, self._steps, self._each = task, points, steps, each
        self._done = 0
        self._bases: dict[int, Basis] = {}

    @property
    def left(self) -> bool:
        """Whether there is another task."""
        return self._done < len(self._steps)

    def next(self) -> Task:
        """The next task."""
        here = slice(self._done, self._done + self._each)
        self._done += self._each
        steps = tuple(self._steps[here])
        later = {step.parent for step in self._steps[self._done :]}
        return replace(
            self._task, points=tuple(self._points[here]), steps=steps,
            bases={step.parent: self._bases[step.parent] for step in steps if step.parent in self._bases},
            wanted=tuple(step.point for step in steps if step.point in later),
        )  # fmt: skip

    def know(self, bases: Mapping[int, Basis]) -> None:
        """What a task came to."""
        self._bases |= bases


class _ExecutorFailed(Exception):
    """Something other than a point went wrong: an executor broke, a worker was lost too often, a scheduler is gone."""

    @classmethod
    def by(cls, future: Future[Answered]) -> BaseException:
        """What became of a task, as an error: the planner's own as it is."""
        error = CancelledError("cancelled") if future.cancelled() else future.exception()
        return error if isinstance(error, PlannerError) else cls(f"{type(error).__name__}: {error}")


def _submitted(executor: Executor, cell: _Filling) -> Future[Answered]:
    try:
        return executor.submit(run_task, cell.next())
    except (RuntimeError, OSError) as error:  # broken, or shut down meanwhile
        raise _ExecutorFailed(f"{type(error).__name__}: {error}") from None


@contextmanager
def _stopping(key: str, store: Store) -> Iterator[None]:
    """Meanwhile Ctrl-C stops the children of a job; they end with the sweep in any case."""
    try:
        yield
    except KeyboardInterrupt:
        CHILDREN.stop(key)
        raise SolverLimit(_so_far("interrupted", store), {"reason": "interrupt"}) from None
    except _ExecutorFailed as error:
        raise SolverLimit(_so_far(f"the executor failed ({error})", store), {"reason": "executor"}) from None
    finally:
        CHILDREN.stop(key)


def _so_far(why: str, store: Store) -> str:
    done, all_ = len(store.finished()), len(store.design.points)
    return f"{why}: {done} of {all_} points are finished and kept in {store.folder}; --resume goes on with the others"


def _collect(store: Store, executor: Executor, filling: Sequence[_Filling], key: str, before: int, watch: Watch) -> None:
    """Have all tasks run, add to the store what they could not, and merge what has grown to many files."""
    before -= store.unmerged()  # counted at each look
    waiting: dict[Future[Answered], _Filling] = {}
    near: set[int] = set()
    try:
        for cell in filling:
            waiting[_submitted(executor, cell)] = cell
        while waiting:
            ended = {future: waiting.pop(future) for future in wait(waiting, _LOOK, FIRST_COMPLETED).done}
            failed = [future for future in ended if future.cancelled() or future.exception() is not None]
            done = {cell: future.result() for future, cell in ended.items() if future not in failed}
            rows = [row for answered in done.values() for row in answered.rows]
            if far := [row for row in rows if not store.has(row["point"])]:
                store.add_many(far)
            if failed:  # what others came to is in the store by now
                raise _ExecutorFailed.by(failed[0])
            for cell, answered in done.items():
                cell.know(answered.bases)
                if cell.left:
                    waiting[_submitted(executor, cell)] = cell
            before += len(far)
            near |= {row["point"] for row in rows} - {row["point"] for row in far}
            if len(near) >= _MERGE_AT:
                store.merge(near)
                before, near = before + len(near), set()
            watch(before + store.unmerged(), len(store.design.points))
        store.merge(near)
    except BaseException:
        for future in waiting:
            future.cancel()
        CHILDREN.stop(key)
        raise
