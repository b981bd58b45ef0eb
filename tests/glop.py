"""`python tests/glop.py FILE.mps`: the objective of a linear program, by GLOP.

A program of its own, because OR-tools brings a HiGHS that cannot live in one process with ours.
"""

import sys

from ortools.linear_solver.python import model_builder

if __name__ == "__main__":
    model = model_builder.Model()
    if not model.import_from_mps_file(sys.argv[1]):
        sys.exit("the file cannot be read")
    solver = model_builder.Solver("GLOP")
    status = solver.solve(model)
    if status != model_builder.SolveStatus.OPTIMAL:
        sys.exit(f"GLOP ended with {status}")
    print(repr(solver.objective_value))
