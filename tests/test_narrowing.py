"""Narrow programs: what idles without a build, and what prices let in."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner import narrowing
from planner.errors import Infeasible, SolverLimit
from planner.highs import BASIC, Basis, Optimum, solve_program
from planner.lp import LinearProgram
from planner.narrowing import idle, part, widened_basis
from tests.programs import builds, lp_of, made, simplex
from tests.solved import MAKES, THOROUGH


def impatient(program: LinearProgram, start: Basis | None = None) -> Optimum:
    return solve_program(program, "simplex", start=start, primal=start is not None, time_limit=3)


def test_what_is_not_built_does_not_run_and_its_rows_say_nothing() -> None:
    inf = math.inf
    # build b, what stands s (s = 0.9 earlier + b), what runs r (r <= 0.7 s), a rival q that runs too, and a demand r + q >= 5.
    lp = lp_of(
        [[-1, 1, 0, 0], [0, -0.7, 1, 0], [0, 0, 1, 1], [0, 0, 0, 2]], [0, -inf, 5, -inf], [0, 0, inf, 8],
        [(0, inf), (0, inf), (0, inf), (0, inf)],
    )  # fmt: skip
    asleep, silent = idle(lp, np.array([True, False, False, False]))
    assert asleep.tolist() == [False, True, True, False]
    assert silent.tolist() == [True, True, False, False]
    assert idle(lp, np.zeros(4, bool))[0].tolist() == [False] * 4 and not idle(lp, np.zeros(4, bool))[1].any()


def test_a_row_forces_nothing_where_its_terms_only_cancel() -> None:
    # x - y <= 0 with 1 <= x and y <= 1: the least is nought, and both are 1 there.
    lp = lp_of([[1, -1, 1]], [-math.inf], [0], [(1, math.inf), (0, 1), (0, math.inf)])
    asleep, silent = idle(lp, np.array([False, False, True]))
    assert not asleep.any() and not silent.any()


def test_a_row_that_asks_for_something_is_heard_though_nothing_in_it_may_run() -> None:
    lp = lp_of([[1, 1], [2, 1]], [3, -math.inf], [math.inf, 4], [(0, math.inf), (0, math.inf)])
    asleep, silent = idle(lp, np.array([True, True]))
    assert not asleep.any() and silent.tolist() == [False, True]


@pytest.mark.parametrize("name", ["mandate", *MAKES])
def test_what_idles_is_nought_in_every_plan_and_idle_rows_have_idle_columns_alone(name: str) -> None:
    lp, _ = made(name)
    held = builds(lp) & (simplex(lp).values < 1e-9)
    asleep, silent = idle(lp, held)
    assert asleep.any() and silent.any() and not (asleep & held).any()
    entries = lp.matrix[silent].tocoo()
    assert (asleep | held)[entries.col].all()
    # The most that all idle columns together can come to while the held ones are nought is nought.
    most = replace(lp, cost=np.where(asleep, -1.0, 0.0), offset=0.0, col_upper=np.where(held, 0.0, lp.col_upper))
    assert solve_program(most, "simplex").objective == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("name", ["mandate", *MAKES])
@THOROUGH
@given(data=st.data())
def test_whatever_was_held_the_basis_is_optimal_in_the_whole_program(name: str, data: st.DataObject) -> None:
    lp, best = made(name)
    share = data.draw(st.sampled_from([0.0, 0.05, 0.1]))
    generator = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    unused = simplex(lp).values < 1e-9
    held = builds(lp) & (generator.random(len(lp.cost)) < np.where(unused, 0.9, share))
    try:
        basis = widened_basis(lp, held, impatient)
    except (Infeasible, SolverLimit):
        return  # nothing can be planned without these builds, which the simplex method may not see for hours
    found = simplex(lp, basis)
    assert found.objective == pytest.approx(best, rel=1e-9)
    assert found.iterations <= 5
    assert (basis.columns == BASIC).sum() + (basis.rows == BASIC).sum() == lp.matrix.shape[0]


def test_builds_are_let_in_by_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    lp, best = made("mandate")
    held = builds(lp) & (np.random.default_rng(1).random(len(lp.cost)) < 0.1)
    monkeypatch.setattr(narrowing, "_MOST_ROUNDS", 1)
    once = widened_basis(lp, held, simplex)
    monkeypatch.undo()
    several = widened_basis(lp, held, simplex)
    values = [simplex(part(lp, np.ones(lp.matrix.shape[0], bool), np.ones(len(held), bool), lp.cost), b) for b in (once, several)]
    assert values[0].iterations > 10 >= values[1].iterations
    assert [found.objective + lp.offset for found in values] == pytest.approx([best, best], rel=1e-9)
