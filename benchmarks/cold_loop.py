"""`python -m benchmarks.cold_loop INSTANCE DESIGN NUMBER...`: points of a design in a loop that loads, builds and solves cold.

What a user of Pyomo would write without planner's sessions: `planner.load`, the changes, `planner.build`, Pyomo's `highs`.
Prints JSON: seconds and objective of each point.
"""

from __future__ import annotations

import json
import sys
import time


def main(folder: str, design: str, *numbers: str) -> None:
    import pyomo.environ as pyo

    import planner
    from planner.sweeping.points import instance_at

    points = {point.number: point for point in planner.read_design(design, planner.load(folder)).points}
    seconds, objectives = [], []
    for number in map(int, numbers):
        began = time.perf_counter()
        point = points[number]
        loaded = planner.load(folder, point.scenarios)
        model = planner.build(instance_at({point.scenarios: loaded}, point))
        found = pyo.SolverFactory("highs").solve(model)
        pyo.assert_optimal_termination(found)
        objectives.append(pyo.value(found.problem.upper_bound))
        seconds.append(time.perf_counter() - began)
    print(json.dumps({"seconds": seconds, "objectives": objectives}))


if __name__ == "__main__":
    main(*sys.argv[1:])
