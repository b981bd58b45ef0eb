"""`python -m benchmarks.alone METHOD FILE`: HiGHS on arrays from a file, and nothing else: the floor that peers are held against.

It imports numpy and highspy. `python -m benchmarks.solving export METHOD INSTANCE FILE` writes the file.
"""

from __future__ import annotations

import json
import sys
import time

BEGAN = time.perf_counter()

import highspy  # noqa: E402
import numpy as np  # noqa: E402

from benchmarks.options import options  # noqa: E402


def main(method: str, path: str) -> None:
    imported = time.perf_counter()
    with np.load(path) as saved:
        a = {name: saved[name] for name in saved.files}
    read = time.perf_counter()
    highs = highspy.Highs()
    for name, value in {"output_flag": False, **options(method)}.items():
        if highs.setOptionValue(name, value) != highspy.HighsStatus.kOk:
            raise SystemExit(f"HiGHS would not take the option {name} = {value}")
    rows, columns = len(a["row_lower"]), len(a["cost"])
    status = highs.passModel(
        columns, rows, len(a["data"]), int(highspy.MatrixFormat.kRowwise), int(highspy.ObjSense.kMinimize), float(a["offset"]),
        a["cost"], a["col_lower"], a["col_upper"], a["row_lower"], a["row_upper"], a["indptr"], a["indices"], a["data"],
        np.zeros(columns, np.int32),
    )  # fmt: skip
    if status != highspy.HighsStatus.kOk:
        raise SystemExit("HiGHS would not take the program")
    passed = time.perf_counter()
    highs.run()
    ran = time.perf_counter()
    solution, info = highs.getSolution(), highs.getInfo()
    values, duals = np.asarray(solution.col_value), np.asarray(solution.row_dual)
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal or len(values) != columns or len(duals) != rows:
        raise SystemExit("HiGHS found no optimum")
    found = {
        "objective": info.objective_function_value, "iterations": max(info.simplex_iteration_count, info.ipm_iteration_count),
        "rows": rows, "columns": columns, "nonzeros": len(a["data"]),
        "seconds": {"imports": imported - BEGAN, "read": read - imported, "build": passed - read, "run": ran - passed},
    }  # fmt: skip
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
