"""`python -m benchmarks.solving PEER METHOD INSTANCE [FILE]`: one solve as a user of that peer would write it, printed as JSON.

`linopy` states the formulation anew; `highs` and `appsi_highs` are Pyomo's own interfaces on the model of `planner.build`;
`export` solves nothing and writes the program's arrays to FILE. HiGHS's own run is timed where it is called, for all peers alike.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

BEGAN = time.perf_counter()

import highspy  # noqa: E402

from benchmarks.options import options  # noqa: E402

#: When HiGHS began and ended its run.
_ran: list[tuple[float, float, int, float]] = []


def main(peer: str, method: str, folder: str, file: str = "") -> None:
    _time_runs()
    {"linopy": with_linopy, "highs": with_pyomo, "appsi_highs": with_pyomo, "export": export}[peer](peer, method, folder, file)


def _time_runs() -> None:
    """Note when HiGHS runs, and its iterations: every peer calls `Highs.run` once."""
    original = highspy.Highs.run

    def run(self: Any) -> Any:
        began = time.perf_counter()
        status = original(self)
        info = self.getInfo()
        count = max(info.simplex_iteration_count, info.ipm_iteration_count)
        _ran.append((began, time.perf_counter(), count, info.objective_function_value))
        return status

    highspy.Highs.run = run


def with_linopy(peer: str, method: str, folder: str, file: str) -> None:
    import planner
    from benchmarks.statement import linopy_model

    _ = planner.load, linopy_model
    imported = time.perf_counter()
    instance = planner.load(folder)
    read = time.perf_counter()
    model = linopy_model(instance)
    status, _ = model.solve("highs", io_api="direct", output_flag=False, **options(method))
    if status != "ok":
        raise SystemExit("linopy found no optimum")
    _say(imported, read, {"rows": model.ncons, "columns": model.nvars})


def with_pyomo(peer: str, method: str, folder: str, file: str) -> None:
    import pyomo.environ as pyo

    import planner

    _ = planner.load, planner.build
    imported = time.perf_counter()
    instance = planner.load(folder)
    read = time.perf_counter()
    model = planner.build(instance)
    solver = pyo.SolverFactory(peer)
    if peer == "highs":
        found = solver.solve(model, options=options(method))
    else:
        solver.highs_options = options(method)
        found = solver.solve(model)
    pyo.assert_optimal_termination(found)
    _say(imported, read, {})


def export(peer: str, method: str, folder: str, file: str) -> None:
    import numpy as np

    import planner

    program = planner.compile(planner.build(planner.load(folder)))
    arrays = {name: getattr(program, name) for name in ("cost", "offset", "row_lower", "row_upper", "col_lower", "col_upper")}
    matrix = program.matrix
    np.savez(file, indptr=matrix.indptr, indices=matrix.indices, data=matrix.data, **arrays)
    print(json.dumps(dict(zip(("rows", "columns", "nonzeros"), program.shape, strict=True))))


def _say(imported: float, read: float, size: dict[str, int]) -> None:
    ended = time.perf_counter()
    ((began, ran, iterations, objective),) = _ran
    seconds = {
        "imports": imported - BEGAN,
        "read": read - imported,
        "build": began - read,
        "run": ran - began,
        "after": ended - ran,
    }
    print(json.dumps({"objective": objective, "iterations": iterations, "seconds": seconds, **size}))


if __name__ == "__main__":
    main(*sys.argv[1:])
