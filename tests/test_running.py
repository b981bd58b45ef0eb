"""A solver that goes round in circles is stopped, and that is a failure of the solver, not a limit that someone set."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

import planner
from planner.highs import solve_program
from planner.lp import LinearProgram

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def toy() -> LinearProgram:
    return planner.compile(planner.build(planner.load(ROOT / "instances" / "toy")))


@pytest.mark.parametrize(
    ("bound", "method"),
    [
        ("planner.running.PATIENCE", "simplex"),
        ("planner.highs._ENDLESS", "simplex"),
        ("planner.highs._ENDLESS_INSIDE", "ipm"),
        ("planner.highs._ENDLESS_INSIDE", "hipo"),
    ],
)
def test_circles_are_a_failure(bound: str, method: str, toy: LinearProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(bound, 0)
        with pytest.raises(planner.SolverError, match="round in circles") as caught:
            solve_program(toy, method)
    assert not isinstance(caught.value, planner.SolverLimit)
    assert solve_program(toy, method).iterations > 10


def test_what_solves_is_far_from_a_circle() -> None:
    lp = planner.compile(planner.build(planner.load(ROOT / "instances" / "baseline")))
    assert solve_program(lp, "simplex").iterations < sum(lp.matrix.shape)


def test_a_process_that_is_deaf_to_interrupts_is_not_watched(toy: LinearProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = solve_program(toy, "simplex", time_limit=60.0)
    monkeypatch.setattr("planner.running.PATIENCE", -1)  # whoever looks up stops the solver
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        deaf = solve_program(toy, "simplex", time_limit=60.0)
        with pytest.raises(planner.SolverError, match="round in circles"):
            solve_program(toy, "simplex")  # without a limit of time it could go on for ever
    finally:
        signal.signal(signal.SIGINT, heard)
    assert (deaf.iterations, deaf.objective) == (watched.iterations, watched.objective)
    with pytest.raises(planner.SolverError, match="round in circles"):
        solve_program(toy, "simplex", time_limit=60.0)
