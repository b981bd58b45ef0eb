"""What the tests of large programs share: programs that are solved once, and small ones written down as matrices."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sparse

import planner
from planner.highs import Basis, Optimum, solve_program
from planner.lp import LinearProgram
from planner.pipeline import compile_instance
from tests.solved import MAKES

INSTANCES = Path(__file__).parents[1] / "instances"


@cache
def instance_called(name: str) -> planner.Instance:
    return MAKES[name]() if name in MAKES else planner.load(INSTANCES / name)


def mandate() -> planner.Instance:
    """One that must put much on the Moon, which no plan of fewer years can."""
    return instance_called("mandate")


def baseline() -> planner.Instance:
    """One that every plan of fewer years helps."""
    return instance_called("baseline")


@cache
def solved(name: str) -> tuple[LinearProgram, Optimum]:
    lp = compile_instance(instance_called(name))
    return lp, solve_program(lp, "simplex")


def made(name: str) -> tuple[LinearProgram, float]:
    """The program of an instance, and what its plan costs."""
    lp, optimum = solved(name)
    return lp, optimum.objective


def simplex(program: LinearProgram, start: Basis | None = None) -> Optimum:
    return solve_program(program, "simplex", start=start, primal=start is not None)


def builds(lp: LinearProgram) -> np.ndarray[Any, Any]:
    mask = np.zeros(len(lp.cost), bool)
    for family in lp.columns:
        mask[family.rows] = family.name.endswith(".build")
    return mask & (lp.col_lower == 0)


def lp_of(matrix: list[list[float]], lower: list[float], upper: list[float], bounds: list[tuple[float, float]]) -> LinearProgram:
    entries = sparse.csr_array(np.array(matrix, float))
    low, high = zip(*bounds, strict=True)
    return LinearProgram(
        cost=np.arange(1.0, len(bounds) + 1), offset=0.0, matrix=entries, row_lower=np.array(lower, float),
        row_upper=np.array(upper, float), col_lower=np.array(low, float), col_upper=np.array(high, float),
        columns=(), rows=(), quantity_matrix=None, quantity_offset=np.zeros(0),
    )  # fmt: skip
