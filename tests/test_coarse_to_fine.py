"""From coarse to fine: what idles without a build, what prices let in, and the same optimum whatever the coarse plans were."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sparse
from hypothesis import given
from hypothesis import strategies as st

import planner
from planner import coarse_to_fine, narrowing
from planner.certificate import certify
from planner.coarse_to_fine import solve_coarse_to_fine
from planner.coarsening import fewer_years, merged_slices
from planner.errors import Infeasible, InstanceError, PlannerError, SolverLimit
from planner.highs import BASIC, COARSE_TO_FINE, Basis, Optimum, solve_program
from planner.lp import Family, LinearProgram
from planner.narrowing import idle, part, widened_basis
from planner.pipeline import compile_instance
from planner.running import stopped_early
from tests.solved import MAKES, THOROUGH

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
def made(name: str) -> tuple[LinearProgram, float]:
    lp = compile_instance(instance_called(name))
    return lp, solve_program(lp, "simplex").objective


def simplex(program: LinearProgram, start: Basis | None = None) -> Optimum:
    return solve_program(program, "simplex", start=start, primal=start is not None)


def impatient(program: LinearProgram, start: Basis | None = None) -> Optimum:
    return solve_program(program, "simplex", start=start, primal=start is not None, time_limit=3)


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


def test_fewer_years_stand_for_as_many() -> None:
    instance = mandate()
    coarse = fewer_years(instance, 3)
    assert coarse.years == instance.years[::3]
    assert sum(coarse.weights.values()) == sum(instance.weights.values())
    assert len({year for limit in coarse.limits for year in limit.values if year} - set(coarse.years)) == 0
    assert compile_instance(coarse).matrix.nnz < made("mandate")[0].matrix.nnz / 2


def test_years_too_few_for_a_rate_of_growth_are_refused() -> None:
    with pytest.raises(InstanceError, match="may grow more than"):
        fewer_years(planner.load(INSTANCES / "world"), 9)


def test_merged_slices_are_means_by_shares_of_the_year() -> None:
    """Two seasons of two slices each: the days are one, the nights are one."""
    inf = math.inf
    names = ["summer_day", "summer_night", "winter_day", "winter_night"]
    previous = {
        "summer_day": "summer_night",
        "summer_night": "summer_day",
        "winter_day": "winter_night",
        "winter_night": "winter_day",
    }
    shares = dict(zip(names, [0.1, 0.2, 0.3, 0.4], strict=True))
    instance: Any = SimpleNamespace(slices={"earth": tuple(names)}, previous=previous, numbers={"time.share": shares})
    lp = replace(
        lp_of(
            [[1, 0, 0, 0, -0.8], [0, 1, 0, 0, -0.6], [0, 0, 1, 0, -0.4], [0, 0, 0, 1, -0.1]],
            [-inf, -inf, -inf, 1], [4, 7, 8, inf], [(0, 9), (0, inf), (0, 5), (2, inf), (0, inf)],
        ),
        columns=(Family("run", "", 0, [("pv", name) for name in names]), Family("build", "", 4, [("pv", 2030)])),
        rows=(Family("limit", "(P1)", 0, [("pv", name) for name in names]),),
    )  # fmt: skip
    merged = merged_slices(instance, lp)
    assert merged.column_names == ["run(pv,summer_day)", "run(pv,summer_night)", "build(pv,2030)"]
    assert merged.row_names == ["limit(pv,summer_day)", "limit(pv,summer_night)"]
    np.testing.assert_allclose(
        merged.matrix.toarray(), [[1, 0, -0.8 / 4 - 0.4 * 3 / 4], [0, 1, -0.6 / 3 - 0.1 * 2 / 3]], rtol=1e-14
    )
    assert merged.cost.tolist() == [1 + 3, 2 + 4, 5]
    assert merged.row_upper.tolist() == pytest.approx([4 / 4 + 8 * 3 / 4, inf])
    assert merged.row_lower.tolist() == pytest.approx([-inf, -inf])
    assert (merged.col_lower.tolist(), merged.col_upper.tolist()) == ([0, 2, 0], [5, inf, inf])


def test_a_single_cycle_is_cut_into_six() -> None:
    names = [f"hour_{number}" for number in range(24)]
    previous = {name: names[place - 1] for place, name in enumerate(names)}
    instance: Any = SimpleNamespace(
        slices={"moon": tuple(names)}, previous=previous, numbers={"time.share": dict.fromkeys(names, 1 / 24)}
    )
    bounds = [(0.0, math.inf)] * 24
    lp = replace(
        lp_of(np.eye(24).tolist(), [0] * 24, [1] * 24, bounds),
        columns=(Family("run", "", 0, [(name,) for name in names]),), rows=(Family("limit", "", 0, [(name,) for name in names]),),
    )  # fmt: skip
    assert merged_slices(instance, lp).column_names == [f"run(hour_{number})" for number in range(0, 24, 4)]


def test_seasons_that_are_alike_merge_without_loss(tmp_path: Path) -> None:
    """Where no slice of a group differs from another, merging them changes no cost."""
    from tests.worlds import CHIPS, world

    instance = world(tmp_path, CHIPS)
    lp = compile_instance(instance)
    merged = merged_slices(instance, lp)
    assert solve_program(merged, "simplex").objective == pytest.approx(solve_program(lp, "simplex").objective, rel=1e-9)


@pytest.mark.parametrize("name", ["baseline", "mandate", "crossroads"])
def test_the_cost_is_that_of_the_simplex_method(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coarse_to_fine, "MERGED_FROM", 0)
    monkeypatch.setattr(coarse_to_fine, "EVERY", 2)
    instance = instance_called(name)
    plan = planner.solve(instance, solver=COARSE_TO_FINE, exact=True)
    assert plan.objective == pytest.approx(made(name)[1], rel=1e-9)
    assert plan.facts["solver"]["method"] == COARSE_TO_FINE
    assert certify(compile_instance(instance), plan.optimum).holds and plan.facts["exact_certificate"]["holds"]


def test_a_large_program_goes_from_coarse_to_fine_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    instance = mandate()
    assert planner.solve(instance).facts["solver"]["method"] == "simplex"
    monkeypatch.setattr("planner.highs.COARSE_FROM", 10_000)
    cold = planner.solve(instance)
    assert cold.facts["solver"]["method"] == COARSE_TO_FINE
    assert planner.solve(instance, warm_start=cold).facts["solver"]["method"] == "simplex"


def test_a_narrow_program_is_what_takes_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole program is left nothing to do, and what is solved in its place is half as large."""
    sizes: list[tuple[int, int]] = []

    def solving(program: LinearProgram, *rest: Any, **more: Any) -> Optimum:
        found = solve_program(program, *rest, **more)
        sizes.append((program.matrix.shape[0], found.iterations))
        return found

    monkeypatch.setattr(coarse_to_fine, "solve_program", solving)
    lp, best = made("baseline")
    found = solve_coarse_to_fine(baseline(), lp)
    assert found.objective == pytest.approx(best, rel=1e-9)
    assert sizes[-1] == (lp.matrix.shape[0], 0)
    assert max(rows for rows, _ in sizes[:-1]) < 0.6 * lp.matrix.shape[0]
    assert found.iterations == sum(iterations for _, iterations in sizes)


def test_the_same_run_gives_the_same_plan() -> None:
    first, second = (solve_coarse_to_fine(baseline(), made("baseline")[0]) for _ in range(2))
    assert np.array_equal(first.values, second.values) and first.iterations == second.iterations > 0


def test_without_a_coarse_plan_it_is_the_simplex_method(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(instance: planner.Instance, every: int) -> planner.Instance:
        raise PlannerError("there is none")

    monkeypatch.setattr(coarse_to_fine, "fewer_years", none)
    lp, _ = made("mandate")
    alone = simplex(lp)
    found = solve_coarse_to_fine(mandate(), lp)
    assert np.array_equal(found.values, alone.values) and found.iterations == alone.iterations


def test_coarse_plans_that_allow_too_little_for_any_plan_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coarse_to_fine, "_allowed", lambda lp, guess, found: np.zeros(len(lp.cost), bool))
    lp, best = made("mandate")
    with pytest.raises(Infeasible):
        widened_basis(lp, builds(lp), simplex)
    assert solve_coarse_to_fine(mandate(), lp).objective == pytest.approx(best, rel=1e-9)


def test_an_instance_without_a_plan_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.highs.COARSE_FROM", 0)
    instance = mandate().replace({limit: 0.0 for limit in ["limits.earth_ceiling.upper"]})
    with pytest.raises(Infeasible) as caught:
        planner.solve(instance)
    assert caught.value.diagnosis is not None


def test_time_that_is_up_ends_it() -> None:
    with pytest.raises(SolverLimit):
        solve_coarse_to_fine(mandate(), made("mandate")[0], time_limit=0.0)


def test_no_solve_on_the_way_is_given_more_than_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[float | None] = []

    def solving(program: LinearProgram, method: str, threads: Any, time_limit: float | None, *rest: Any, **more: Any) -> Optimum:
        given.append(time_limit)
        return solve_program(program, method, threads, time_limit, *rest, **more)

    monkeypatch.setattr(coarse_to_fine, "solve_program", solving)
    solve_coarse_to_fine(baseline(), made("baseline")[0], time_limit=4.0)
    known = [limit for limit in given if limit is not None]
    assert len(known) == len(given) > 3 and max(known) <= 4.0 and sorted(known, reverse=True) == known
    given.clear()
    lp = made("baseline")[0]
    solve_coarse_to_fine(baseline(), lp)
    most = max(coarse_to_fine._PATIENCE[0], coarse_to_fine._PATIENCE[1] * lp.matrix.nnz)
    assert given[-1] is None and all(limit is not None and limit <= most for limit in given[:-1])


@pytest.mark.parametrize(("reach", "allowed"), [(0, {2034, 2035, 2037}), (1, {2030, 2032, 2034, 2035, 2037, 2038, 2040})])
def test_a_coarse_build_speaks_for_its_own_years_and_those_around(reach: int, allowed: set[int]) -> None:
    """Coarse years 2026, 2030, 2034, 2038: only 2034 builds; a fine year belongs to the coarse year at or before it."""
    years = [2027, 2030, 2032, 2034, 2035, 2037, 2038, 2040]
    bounds = [(0.0, math.inf)] * 8
    fine = replace(
        lp_of([[1.0] * 8], [0], [1], bounds), columns=(Family("power.build", "", 0, [("pv", "pole", year) for year in years]),)
    )  # fmt: skip
    coarse = replace(
        lp_of([[1.0] * 8], [0], [1], bounds),
        columns=(Family("power.build", "", 0, [(name, "pole", year) for name in ("pv", "wind") for year in (2026, 2030, 2034, 2038)]),),
    )  # fmt: skip
    found: Any = SimpleNamespace(values=np.array([0, 1e-12, 5, 0, 0, 0, 0, 0]))
    guess = coarse_to_fine._Guess(coarse, (2026, 2030, 2034, 2038), reach)
    mask = coarse_to_fine._allowed(fine, guess, found)
    assert {year for year, let_in in zip(years, mask, strict=True) if let_in} == allowed


@pytest.mark.parametrize("last", [1, 2, 4, 0])
def test_what_is_known_where_it_is_interrupted_is_of_all_solves(last: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a plan of a part is none of the whole; `last` 0 is the solve of the whole program itself."""
    lp = made("baseline")[0]
    counts: list[int] = []

    def solving(program: LinearProgram, *rest: Any, **more: Any) -> Optimum:
        if len(counts) + 1 == last or (last == 0 and program is lp):
            raise stopped_early({"reason": "interrupt", "seconds": 0.0, "iterations": 7, "objective": 5.0})
        found = solve_program(program, *rest, **more)
        counts.append(found.iterations)
        return found

    monkeypatch.setattr(coarse_to_fine, "solve_program", solving)
    with pytest.raises(SolverLimit) as stopped:
        solve_coarse_to_fine(baseline(), lp)
    known = stopped.value.known
    assert known["reason"] == "interrupt" and known["iterations"] == sum(counts) + 7 and known["seconds"] > 0
    assert known.get("objective") == (5.0 if last == 0 else None)
    assert len(counts) == last - 1 if last else len(counts) > 3


def test_an_interrupt_between_two_solves_is_told_as_one_within(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*given: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(coarse_to_fine, "_allowed", interrupted)
    with pytest.raises(SolverLimit, match="interrupt") as stopped:
        solve_coarse_to_fine(baseline(), made("baseline")[0])
    assert stopped.value.known["reason"] == "interrupt" and stopped.value.known["iterations"] > 0
