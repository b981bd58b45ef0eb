"""A solver that goes round in circles is stopped, and that is a failure of the solver, not a limit that someone set."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

import planner
from planner.highs import solve_program
from planner.lp import LinearProgram
from planner.running import unwatched

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


def test_who_asks_for_it_is_not_watched(toy: LinearProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = solve_program(toy, "simplex", time_limit=60.0)
    monkeypatch.setattr("planner.running.PATIENCE", -1)  # whoever looks up stops the solver
    with unwatched():
        alone = solve_program(toy, "simplex", time_limit=60.0)
        with pytest.raises(planner.SolverError, match="round in circles"):
            solve_program(toy, "simplex")  # without a limit of time it could go on for ever
    assert (alone.iterations, alone.objective) == (watched.iterations, watched.objective)
    with pytest.raises(planner.SolverError, match="round in circles"):
        solve_program(toy, "simplex", time_limit=60.0)


@pytest.fixture
def deaf() -> Iterator[None]:
    """SIGINT is ignored, as where a shell starts a process in the background."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("deaf")
def test_a_process_that_is_deaf_to_interrupts_is_watched_all_the_same(
    toy: LinearProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planner.running.PATIENCE", -1)
    with pytest.raises(planner.SolverError, match="round in circles"):
        solve_program(toy, "simplex", time_limit=60.0)


@pytest.mark.usefixtures("deaf")
@pytest.mark.parametrize("alone", [False, True])
def test_runs_of_a_process_may_have_any_number_of_threads(toy: LinearProgram, alone: bool) -> None:
    """HiGHS keeps its scheduler for a thread, and refuses another number of threads there."""
    for threads in (None, 1, 2, 1):
        with unwatched() if alone else nullcontext():
            assert solve_program(toy, "simplex", threads=threads, time_limit=60.0).iterations > 10
