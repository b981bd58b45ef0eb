"""What every peer asks of HiGHS: what `planner.highs` asks for, said once more for processes that must not import it.

`tests/benchmarks` holds the two against each other.
"""

from __future__ import annotations

from typing import Any

TOLERANCE, NEGLIGIBLE = 1e-9, 1e-12


def options(method: str) -> dict[str, Any]:
    """The options of HiGHS for a method: simplex, ipm, hipo, or its default one."""
    asked: dict[str, Any] = {
        "solver": {"simplex": "simplex", "ipm": "ipx", "hipo": "hipo", "default": "choose"}[method], "random_seed": 0,
        "primal_feasibility_tolerance": TOLERANCE, "dual_feasibility_tolerance": TOLERANCE,
        "optimality_tolerance": TOLERANCE, "small_matrix_value": NEGLIGIBLE,
    }  # fmt: skip
    return asked if method in ("simplex", "default") else {**asked, "run_crossover": "on"}
