"""`python -m benchmarks.many`: what a sweep itself takes when points take no time: what limits thousands of cores.

A sweep is run with an executor whose tasks are answered at once with a row like that of a solved point, so that all that is
left is the driver: parting points into cells, packing and submitting tasks, writing, merging and loading results. Dask's
scheduler is measured with tasks of the same size that do nothing. From both follows how many cores are kept busy by points of
so many seconds.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

from planner.sweeping.tasks import Answered

DESIGN = """\
method = "latin_hypercube"
points = {points}
seed = 1
[[factor]]
name = "launch price"
vary = "launch.rocket.price*"
low = 0.3
high = 3
[[factor]]
name = "demand"
vary = "compute.*.demand"
low = 0.5
high = 2
"""

#: The tasks that Dask is given, and its workers.
TASKS, WORKERS = 1_000, 2


class Instant(Executor):
    """Tasks that are answered at once, as on machines that do not see the store."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        task, done = args[0], Future[Any]()
        done.set_result(Answered([_row(point) for point in task.points], {}))
        return done


def _row(point: Any) -> dict[str, Any]:
    return {
        "point": point.number, "name": "", "scenarios": [], "changes": ["launch.rocket.price*=1.5"] * 3, "status": "optimal",
        "objective": 1.0, "instance_hash": "0" * 64, "method": "simplex", "iterations": 1_000, "gap": 0.0, "attempts": 1,
        "primal_infeasibility": 0.0, "dual_infeasibility": 0.0, "complementarity": 0.0, "seconds": 1.0,
    }  # fmt: skip


def main(points: str = "10000") -> None:
    import planner

    number = int(points)
    instance = planner.load("instances/toy")
    with tempfile.TemporaryDirectory() as scratch:
        design = Path(scratch, "design.toml")
        design.write_text(DESIGN.format(points=number), encoding="utf-8")
        began = time.perf_counter()
        asked = planner.read_design(design, instance)
        read = time.perf_counter()
        planner.sweep(instance, asked, Path(scratch, "out"), executor=Instant(), workers=10_000)
        swept = time.perf_counter()
        rows = len(planner.load_sweep(Path(scratch, "out")).results)
        loaded = time.perf_counter()
    assert rows == number
    found = {"points": number, "read": read - began, "driver": swept - read, "load": loaded - swept}
    print(json.dumps(found | {"dask a task": _dask(instance)}))


def _dask(instance: Any) -> float:
    """Seconds of Dask's scheduler for a task that carries a packed job and does nothing."""
    from distributed import LocalCluster

    from planner.sweeping.answering import Job
    from planner.sweeping.distributing import executor_of
    from planner.sweeping.tasks import pack

    packed = pack(Job("key", (), (), {(): instance}, {}, 1.0, 0))
    with LocalCluster(
        n_workers=WORKERS, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as cluster, executor_of(cluster.scheduler_address) as executor:  # fmt: skip
        assert executor is not None
        began = time.perf_counter()
        for future in [executor.submit(_nothing, packed) for _ in range(TASKS)]:
            future.result()
        return (time.perf_counter() - began) / TASKS


def _nothing(packed: bytes) -> int:
    return len(packed)


if __name__ == "__main__":
    main(*sys.argv[1:])
