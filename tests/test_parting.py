"""Parts and prices: which rows link sites, what they leave unconnected, and the same optimum whatever the prices were."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sparse
from hypothesis import given
from hypothesis import strategies as st

from planner import parting
from planner.errors import Unbounded
from planner.highs import BASIC, LOWER, UPPER, Basis, Optimum, solve_program
from planner.lp import Family, LinearProgram
from planner.parting import linked_basis, linking_rows, parts
from tests.programs import instance_called, solved
from tests.solved import MAKES, THOROUGH

INF = math.inf


def each(programs: Sequence[LinearProgram]) -> list[Optimum]:
    return [solve_program(program, "simplex") for program in programs]


def go_on(program: LinearProgram, start: Basis) -> Optimum:
    return solve_program(program, "simplex", start=start, perturbed=False, time_limit=60)


def two_sites(demand: float = 5.0) -> LinearProgram:
    """What the pole and the spaceport make costs 2 and 3; the first makes up to 4, and both together must make the demand.

    The second runs a machine of its own, up to 0.5 of it; what is unserved costs 7, and at most 6 may be made in all.
    """
    made = [("pole", 2030), ("spaceport", 2030)]
    return LinearProgram(
        cost=np.array([2.0, 3.0, 0.25, 7.0]), offset=1.0,
        matrix=sparse.csr_array(np.array([[1.0, 1, 0, 1], [1, 0, 0, 0], [0, 1, -0.5, 0], [1, 1, 0, 0]])),
        row_lower=np.array([demand, -INF, -INF, -INF]), row_upper=np.array([demand, 4, 0, 6]),
        col_lower=np.zeros(4), col_upper=np.array([INF, INF, 9, INF]),
        columns=(Family("make", "", 0, made), Family("machine", "", 2, [("m", "spaceport", 2030)]), Family("unserved", "", 3, [()])),
        rows=(Family("demand", "", 0, [(2030,)]), Family("limit", "", 1, [("pole",)]), Family("run", "", 2, [()]), Family("all", "", 3, [()])),
        quantity_matrix=None, quantity_offset=np.zeros(0),
    )  # fmt: skip


SITES = ("pole", "spaceport")


def test_rows_that_have_columns_of_two_sites_link_them() -> None:
    assert linking_rows(two_sites(), SITES).tolist() == [True, False, False, True]
    assert not linking_rows(two_sites(), ["pole"]).any()


def test_what_linking_rows_leave_unconnected_is_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    lp = two_sites()
    linking = linking_rows(lp, SITES)
    together = parts(lp, linking)
    assert [(rows.tolist(), columns.tolist()) for rows, columns in together] == [([1, 2], [0, 1, 2])]
    monkeypatch.setattr(parting, "_SMALL", 1)
    alone = parts(lp, linking)
    assert [(rows.tolist(), columns.tolist()) for rows, columns in alone] == [([2], [1, 2]), ([1], [0])]
    assert [len(rows) for rows, _ in parts(lp, np.zeros(4, bool))] == [4]


@pytest.mark.parametrize("name", ["baseline", "mandate", *MAKES])
def test_parts_share_no_row_and_no_column_and_leave_out_linking_rows_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lp, _ = solved(name)
    monkeypatch.setattr(parting, "_SMALL", 300)
    linking = linking_rows(lp, instance_called(name).sites)
    divided = parts(lp, linking)
    rows, columns = (np.concatenate(some) for some in zip(*divided, strict=True))
    assert len(divided) > (1 if len(instance_called(name).sites) > 2 else 0)
    assert sorted(rows.tolist()) == np.flatnonzero(~linking & (np.diff(lp.matrix.indptr) > 0)).tolist()
    left_out = np.setdiff1d(np.arange(len(lp.cost)), columns)
    assert len(np.unique(columns)) == len(columns)
    assert linking[lp.matrix[:, left_out].tocoo().row].all()
    for some_rows, some_columns in divided:
        assert np.isin(lp.matrix[some_rows].indices, some_columns).all()


@pytest.mark.parametrize(
    ("price", "limit"),
    [(2.5, 0.0), (3.5, 0.0), (6.9, 0.0), (6.5, -3.0), (6.5, -4.5), (0.0, 0.0), (-1.0, 0.0), (-1.0, 4.0)],
)
def test_every_price_comes_to_the_plan_that_is_worked_out_by_hand(price: float, limit: float) -> None:
    """4 from the pole at 2, and 1 from the spaceport at 3 with 2 of a machine at 0.25: 8 + 3 + 0.5."""
    lp = two_sites()
    basis = linked_basis(lp, linking_rows(lp, SITES), np.array([price, 9.0, 9.0, limit]), each, go_on)
    found = solve_program(lp, "simplex", start=basis, primal=True)
    assert found.objective == pytest.approx(1 + 8 + 3 + 0.5, rel=1e-12)
    assert found.values.tolist() == pytest.approx([4, 1, 2, 0])
    assert found.duals.tolist() == pytest.approx([3.5, -1.5, -0.5, 0])


@pytest.mark.parametrize("limit", [0.0, -1.0, -3.5, -4.5])
@pytest.mark.parametrize(("demand", "price"), [(6.5, 7.0), (6.5, 2.5), (5.0, 7.0), (5.0, 3.5), (5.0, -2.0), (3.0, 2.0)])
def test_the_end_is_optimal_also_where_a_row_has_a_price_that_needs_none(demand: float, price: float, limit: float) -> None:
    lp = two_sites(demand)
    basis = linked_basis(lp, linking_rows(lp, SITES), np.array([price, 0, 0, limit]), each, go_on)
    found = solve_program(lp, "simplex", start=basis, primal=True)
    assert found.iterations == 0
    pole, spaceport = min(demand, 4), min(max(demand - 4, 0), 2)
    assert found.objective == pytest.approx(1 + 2 * pole + 3.5 * spaceport + 7 * (demand - pole - spaceport), rel=1e-12)
    if demand > 6:
        assert basis.rows.tolist() == [LOWER, UPPER, UPPER, UPPER] and basis.columns.tolist() == [BASIC] * 4


def test_a_row_between_two_bounds_may_end_at_either() -> None:
    """At least 6.5 and at most 8 in all where 5 are asked for, or at most 3 and at least 1; the price tells of the wrong bound."""
    for between, price, cost in (((6.5, 8.0), -2.0, 6.5), ((1.0, 3.0), 2.0, 3.0)):
        lp = two_sites()
        lp.row_lower[0], lp.row_upper[0], lp.row_lower[3], lp.row_upper[3] = 5, INF, *between
        lp.cost[3] = 7 if cost == 3.0 else 0.1
        basis = linked_basis(lp, linking_rows(lp, SITES), np.array([1.0, 0, 0, price]), each, go_on)
        found = solve_program(lp, "simplex", start=basis, primal=True)
        assert found.objective == pytest.approx(solve_program(lp, "simplex").objective, rel=1e-12)
        assert found.values[:2].sum() == pytest.approx(cost) and found.iterations <= 1


def test_prices_that_pay_without_end_are_told() -> None:
    lp = replace(two_sites(), col_upper=np.full(4, INF))
    with pytest.raises(Unbounded):
        linked_basis(lp, linking_rows(lp, SITES), np.array([8.0, 0, 0, 0]), each, go_on)


def test_prices_at_which_building_just_pays_are_not_taken_to_pay_without_end() -> None:
    """Without a limit at the pole its price is its cost, in which a solver errs by some 1e-8."""
    lp = two_sites()
    lp.row_upper[1] = lp.row_upper[3] = INF
    price = np.array([2 * (1 + 2e-8), 0, 0, 0])
    found = solve_program(lp, "simplex", start=linked_basis(lp, linking_rows(lp, SITES), price, each, go_on), primal=True)
    assert found.values.tolist() == pytest.approx([5, 0, 0, 0]) and found.objective == pytest.approx(1 + 10)


@pytest.mark.parametrize("name", ["baseline", "mandate", "crossroads"])
def test_at_the_right_prices_little_is_left_to_do(name: str) -> None:
    lp, best = solved(name)
    linking = linking_rows(lp, instance_called(name).sites)
    steps: dict[str, int] = {}
    for called, prices in (("right", best.duals), ("nearly", best.duals * 0.99), ("none", np.zeros(len(best.duals)))):
        taken = 0

        def counted(program: LinearProgram, start: Basis) -> Optimum:
            nonlocal taken
            found = go_on(program, start)
            taken += found.iterations
            return found

        try:
            basis = linked_basis(lp, linking, prices, each, counted)
        except Unbounded:  # at other prices a part may earn from what is credited at the end of goods that it is not charged
            assert called != "right"
            steps[called] = best.iterations
            continue
        found = solve_program(lp, "simplex", start=basis, primal=True)
        steps[called] = taken + found.iterations
        assert found.objective == pytest.approx(best.objective, rel=1e-9)
        assert (basis.columns == BASIC).sum() + (basis.rows == BASIC).sum() == lp.matrix.shape[0]
    assert steps["right"] < 0.6 * steps["none"] and steps["right"] < 0.3 * best.iterations
    assert steps["right"] <= steps["nearly"]


@pytest.mark.parametrize("name", ["mandate", *MAKES])
@THOROUGH
@given(data=st.data())
def test_whatever_the_prices_the_end_is_an_optimum_of_the_whole_program(name: str, data: st.DataObject) -> None:
    lp, best = solved(name)
    generator = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    error = data.draw(st.sampled_from([0.01, 0.1, 0.5]))
    prices = best.duals * (1 - error * generator.random(len(best.duals)))
    try:
        basis = linked_basis(lp, linking_rows(lp, instance_called(name).sites), prices, each, go_on)
    except Unbounded:
        return  # a part that nothing but a linking row limits earns without end
    found = solve_program(lp, "simplex", start=basis, primal=True)
    assert found.objective == pytest.approx(best.objective, rel=1e-9)
    assert (basis.columns == BASIC).sum() + (basis.rows == BASIC).sum() == lp.matrix.shape[0]


def test_rows_of_other_kinds_have_no_say() -> None:
    """Prices of rows that link no site are not looked at."""
    lp, best = solved("mandate")
    linking = linking_rows(lp, instance_called("mandate").sites)
    one, other = (linked_basis(lp, linking, np.where(linking, best.duals, what), each, go_on) for what in (0.0, 123.0))
    assert np.array_equal(one.rows, other.rows) and np.array_equal(one.columns, other.columns)


def test_programs_of_parts_are_solved_as_they_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """One program a part, at costs that prices have changed, and without linking rows."""
    monkeypatch.setattr(parting, "_DEARER", 0.0)  # duality holds at the costs that the prices are of
    lp, best = solved("mandate")
    linking = linking_rows(lp, instance_called("mandate").sites)
    given: list[LinearProgram] = []

    def looked_at(programs: Sequence[LinearProgram]) -> Any:
        given.extend(programs)
        return each(programs)

    linked_basis(lp, linking, best.duals, looked_at, go_on)
    assert sum(program.matrix.shape[0] for program in given) == (~linking & (np.diff(lp.matrix.indptr) > 0)).sum()
    assert sum(program.matrix.nnz for program in given) == lp.matrix[~linking].nnz
    # By the strong duality of linear programs the plan costs what these parts and columns in no part do, beside what the
    # linking rows are worth at their prices.
    price = np.where(linking, best.duals, 0.0)
    bound = np.where(price > 0, lp.row_lower, lp.row_upper)
    worth = float(price @ np.where(price != 0, bound, 0.0))
    alone = np.setdiff1d(np.arange(len(lp.cost)), np.concatenate([columns for _, columns in parts(lp, linking)]))
    cost = (lp.cost - lp.matrix.T @ price)[alone]
    taken = np.minimum(cost, 0.0) @ np.where(np.isfinite(lp.col_upper[alone]), lp.col_upper[alone], 0.0)
    total = sum(solve_program(program, "simplex").objective for program in given)
    assert taken < -100 and total + taken + worth + lp.offset == pytest.approx(best.objective, rel=1e-9)


def test_a_column_in_linking_rows_alone_is_taken_where_it_pays() -> None:
    """Selling up to 2 at 9 of what both sites make: without its place in the start the method would first have to mend that."""
    lp = two_sites()
    lp.matrix[0, 3] = -1.0
    lp.cost[3], lp.col_upper[3] = -9.0, 1.5
    starts: list[Basis] = []

    def looked_at(program: LinearProgram, start: Basis) -> Optimum:
        starts.append(start)
        return go_on(program, start)

    basis = linked_basis(lp, linking_rows(lp, SITES), np.array([4.0, 0, 0, -1.0]), each, looked_at)
    assert starts[0].columns[3] == UPPER
    found = solve_program(lp, "simplex", start=basis, primal=True)
    # The limit of 6 leaves 1 to sell: 4 from the pole, 2 from the spaceport.
    assert found.objective == pytest.approx(1 + 8 + 7 - 9) and found.values.tolist() == pytest.approx([4, 2, 4, 1])
