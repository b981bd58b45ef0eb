"""A solver that goes round in circles is stopped, and that is a failure of the solver, not a limit that someone set."""

from __future__ import annotations

from pathlib import Path

import pytest

import planner
from planner.highs import solve_program
from planner.lp import LinearProgram

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def toy() -> LinearProgram:
    return planner.compile(planner.build(planner.load(ROOT / "instances" / "toy")))


@pytest.mark.parametrize("bound", ["planner.running.PATIENCE", "planner.highs._ENDLESS"])
def test_circles_are_a_failure(bound: str, toy: LinearProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(bound, 0)
        with pytest.raises(planner.SolverError, match="round in circles") as caught:
            solve_program(toy, "simplex")
    assert not isinstance(caught.value, planner.SolverLimit)
    assert solve_program(toy, "simplex").iterations > 100


def test_what_solves_is_far_from_a_circle() -> None:
    lp = planner.compile(planner.build(planner.load(ROOT / "instances" / "baseline")))
    assert solve_program(lp, "simplex").iterations < sum(lp.matrix.shape)
