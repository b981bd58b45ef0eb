"""From coarse to fine: what idles without a build, what prices let in, and the same optimum whatever the coarse plans were."""

from __future__ import annotations

import math
import os
import signal
import time
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
from planner import coarse_to_fine, coarsening, narrowing, parting
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


def sliced(bodies: dict[str, list[list[str]]], shares: dict[str, float], numbers: dict[str, dict[Any, float]]) -> Any:
    """What merging looks at of an instance: the cycles of each body, the shares of slices, and numbers."""
    return SimpleNamespace(
        slices={body: tuple(name for ring in rings for name in ring) for body, rings in bodies.items()},
        previous={name: ring[place - 1] for rings in bodies.values() for ring in rings for place, name in enumerate(ring)},
        numbers={"time.share": shares, **numbers},
    )


def three_seasons() -> tuple[Any, list[str], dict[str, float]]:
    """Summer and autumn are alike, and so are evening and night."""
    rings = [[f"{season}_{part}" for part in ("day", "evening", "night")] for season in ("summer", "autumn", "winter")]
    names = [name for ring in rings for name in ring]
    shares = dict(zip(names, [0.04, 0.06, 0.1, 0.05, 0.1, 0.15, 0.1, 0.15, 0.25], strict=True))
    sun = dict(zip(names, [0.9, 0.1, 0.0, 0.8, 0.1, 0.0, 0.3, 0.05, 0.0], strict=True))
    wind = dict(zip(names, [0.2, 0.3, 0.3, 0.3, 0.3, 0.3, 0.6, 0.6, 0.6], strict=True))
    numbers = {("pv", "pole", name): value for name, value in sun.items()}
    numbers |= {("wind", "pole", name): value for name, value in wind.items()}
    return (
        sliced({"earth": rings}, shares, {"power.availability": numbers, "power.capex": {("pv", "pole", 2030): 5.0}}),
        names,
        shares,
    )


def test_merged_slices_are_means_by_shares_of_the_year() -> None:
    """Nine slices become four: the day and the rest, of summer with autumn and of winter."""
    inf = math.inf
    instance, names, shares = three_seasons()
    entries = np.hstack([np.diag(np.arange(1.0, 10.0)), -np.arange(0.1, 1.0, 0.1)[:, None]])
    lp = replace(
        lp_of(entries.tolist(), [-inf] * 8 + [1], [4, 7, 8, inf, 1, 2, 3, 4, inf], [(0, 9), (0, inf), (1, 5), *[(0, inf)] * 6, (0, inf)]),
        columns=(Family("run", "", 0, [("pv", name) for name in names]), Family("build", "", 9, [("pv", 2030)])),
        rows=(Family("limit", "(P1)", 0, [("pv", name) for name in names]),),
    )  # fmt: skip
    merged = merged_slices(instance, lp)
    program = merged.program
    assert program.column_names == [
        "run(pv,summer_day)",
        "run(pv,summer_evening)",
        "run(pv,winter_day)",
        "run(pv,winter_evening)",
        "build(pv,2030)",
    ]
    assert program.row_names == [
        "limit(pv,summer_day)",
        "limit(pv,summer_evening)",
        "limit(pv,winter_day)",
        "limit(pv,winter_evening)",
    ]
    groups = [[0, 3], [1, 2, 4, 5], [6], [7, 8]]
    weights = [[shares[names[place]] for place in group] for group in groups]
    for row, (group, weight) in enumerate(zip(groups, weights, strict=True)):
        expected = [0.0] * 5
        expected[row] = np.average([place + 1.0 for place in group], weights=weight)
        expected[4] = -np.average([(place + 1) / 10 for place in group], weights=weight)
        np.testing.assert_allclose(program.matrix.toarray()[row], expected, rtol=1e-14)
    assert program.cost.tolist() == [1 + 4, 2 + 3 + 5 + 6, 7, 8 + 9, 10]
    assert program.row_upper.tolist() == pytest.approx([inf, (7 * 0.06 + 8 * 0.1 + 1 * 0.1 + 2 * 0.15) / 0.41, 3, inf])
    assert program.row_lower.tolist() == pytest.approx([-inf, -inf, -inf, -inf])
    assert (program.col_lower.tolist(), program.col_upper.tolist()) == ([0, 1, 0, 0, 0], [9, 5, inf, inf, inf])
    # A merged row is the mean of its rows, so that each has its share of the price.
    prices = merged.prices(np.array([-9.0, -4.1, -2.0, -8.0]))
    assert prices.tolist() == pytest.approx([-4, -0.6, -1, -5, -1, -1.5, -2, -3, -5])


def test_a_single_cycle_falls_into_two_spells_that_follow_one_another() -> None:
    """The night that goes over midnight is one, and a bright hour within it stays in it."""
    names = [f"hour_{number}" for number in range(12)]
    sun = {("pv", "pole", name): value for name, value in zip(names, [0, 0, 0.3, 0.8, 1, 0.9, 0.7, 0, 0, 0.9, 0, 0], strict=True)}
    instance = sliced(
        {"moon": [names], "orbit": [["always"]]}, dict.fromkeys([*names, "always"], 1 / 12), {"power.availability": sun}
    )
    groups = coarsening._groups(instance)
    spells = {group: [name for name in names if groups[name] == group] for group in groups.values()}
    assert spells.pop("always") == [] and groups["always"] == "always"
    assert sorted(spells.values(), key=len) == [names[3:7], names[:3] + names[7:]]
    assert all(group in members for group, members in spells.items())


def test_cycles_of_unlike_length_are_not_one() -> None:
    rings = [["day", "night"], ["long_day", "noon", "long_night"]]
    names = [name for ring in rings for name in ring]
    numbers = {("pv", "pole", name): value for name, value in zip(names, [1, 0, 0.8, 1, 0], strict=True)}
    groups = coarsening._groups(sliced({"earth": rings}, dict.fromkeys(names, 0.2), {"power.availability": numbers}))
    assert [groups[name] for name in names] == ["day", "night", "long_day", "long_day", "long_night"]


def test_seasons_that_are_alike_merge_without_loss(tmp_path: Path) -> None:
    """Where no slice of a group differs from another, merging them changes no cost."""
    from tests.worlds import CHIPS, world

    hours = {"all": None, "one": ("earth", 0.2, 4.8), "two": ("earth", 0.5, 12), "three": ("earth", 0.3, 7.2)}
    instance = world(tmp_path, CHIPS, slices=hours)
    lp = compile_instance(instance)
    merged = merged_slices(instance, lp).program
    assert merged.matrix.nnz < lp.matrix.nnz
    assert solve_program(merged, "simplex").objective == pytest.approx(solve_program(lp, "simplex").objective, rel=1e-9)


#: The shares of nonzeros up to which merged slices give prices at all, and for the whole program: what each way asks for.
WAYS = {"narrowed": (0.0, 0.0), "narrowed and priced": (1.0, 0.0), "priced": (1.0, 1.0)}


def take(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, share in zip(("COARSER", "MUCH_COARSER"), WAYS[way], strict=True):
        monkeypatch.setattr(coarse_to_fine, name, share)
    monkeypatch.setattr(parting, "_SMALL", 300)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["baseline", "mandate", "crossroads"])
def test_the_cost_is_that_of_the_simplex_method(name: str, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    take(way, monkeypatch)
    monkeypatch.setattr(coarse_to_fine, "EVERY", 2)
    instance = instance_called(name)
    plan = planner.solve(instance, solver=COARSE_TO_FINE, exact=True)
    assert plan.objective == pytest.approx(made(name)[1], rel=1e-9)
    assert plan.facts["solver"]["method"] == COARSE_TO_FINE
    assert certify(compile_instance(instance), plan.optimum).holds and plan.facts["exact_certificate"]["holds"]


def counted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, list[str]]]:
    """The rows and iterations of every solve on the way, and what was asked of it."""
    solves: list[tuple[int, int, list[str]]] = []

    def solving(program: LinearProgram, *rest: Any, **more: Any) -> Optimum:
        found = solve_program(program, *rest, **more)
        how = [name for name in ("primal", "perturbed") if name in more and more[name] == (name == "primal")]
        solves.append((program.matrix.shape[0], found.iterations, how))
        return found

    monkeypatch.setattr(coarse_to_fine, "solve_program", solving)
    return solves


@pytest.mark.parametrize("threads", [None, 2])
def test_prices_of_few_slices_leave_parts_and_few_steps(threads: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A coarse program, parts of the fine one, the dual method from their bases side by side, and the whole in a step or two."""
    take("priced", monkeypatch)
    solves = counted(monkeypatch)
    lp, best = made("mandate")
    found = solve_coarse_to_fine(mandate(), lp, threads)
    assert found.objective == pytest.approx(best, rel=1e-9)
    rows = lp.matrix.shape[0]
    assert [how for _, _, how in (solves[0], solves[-2], solves[-1])] == [[], ["perturbed"], ["primal"]]
    assert solves[0][0] < 0.7 * rows and solves[-2][0] == solves[-1][0] == rows
    assert len(solves) > 5 and all(part[0] < 0.5 * rows and part[2] == [] for part in solves[1:-2])
    assert solves[-2][1] < 0.5 * simplex(lp).iterations and solves[-1][1] < 10
    assert found.iterations == sum(iterations for _, iterations, _ in solves)


def test_prices_are_of_the_builds_that_are_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer years, few slices without what these never build, parts of the narrow program, and that at its optimum in few steps."""
    take("narrowed and priced", monkeypatch)
    solves = counted(monkeypatch)
    lp, best = made("baseline")
    found = solve_coarse_to_fine(baseline(), lp)
    assert found.objective == pytest.approx(best, rel=1e-9)
    linked = next(number for number, (_, _, how) in enumerate(solves) if how == ["perturbed"])
    asked = [how for _, _, how in solves]
    assert asked[:linked] == [[]] * linked and linked > 2
    assert asked[linked + 1] == ["primal"] and solves[linked + 1][0] == solves[linked][0] < 0.9 * lp.matrix.shape[0]
    assert solves[linked + 1][1] < 10 and solves[linked][1] < 0.3 * simplex(lp).iterations
    assert solves[1][0] <= solves[linked][0] and all(part[0] < 0.5 * solves[linked][0] for part in solves[2:linked])
    assert solves[-1][:2] == (lp.matrix.shape[0], 0)


def test_where_fewer_years_have_no_plan_prices_help_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    take("narrowed and priced", monkeypatch)
    solves = counted(monkeypatch)
    lp, best = made("mandate")
    assert solve_coarse_to_fine(mandate(), lp).objective == pytest.approx(best, rel=1e-9)
    assert [rows for rows, _, how in solves if how == ["perturbed"]] == [lp.matrix.shape[0]]


def test_parts_side_by_side_give_the_same_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    take("priced", monkeypatch)
    lp, _ = made("crossroads")
    alone, together = (solve_coarse_to_fine(instance_called("crossroads"), lp, threads) for threads in (1, 2))
    assert np.array_equal(alone.values, together.values) and alone.iterations == together.iterations > 0


def test_a_part_that_earns_without_end_leaves_it_to_narrow_programs(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    take("priced", monkeypatch)
    monkeypatch.setattr(coarsening.Merged, "prices", lambda merged, duals: 1e6 * merged.share * duals[merged.row])
    caplog.set_level("INFO", "planner.highs")
    lp, best = made("baseline")
    assert solve_coarse_to_fine(baseline(), lp).objective == pytest.approx(best, rel=1e-9)
    assert "no coarse program helps: the cost can fall without end" in caplog.text


def test_where_no_slices_merge_no_prices_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    solves = counted(monkeypatch)
    lp, best = made("toy")
    assert solve_coarse_to_fine(instance_called("toy"), lp).objective == pytest.approx(best, rel=1e-9)
    assert all("perturbed" not in how for _, _, how in solves)


def test_a_large_program_goes_from_coarse_to_fine_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    instance = mandate()
    assert planner.solve(instance).facts["solver"]["method"] == "simplex"
    monkeypatch.setattr("planner.highs.COARSE_FROM", 10_000)
    cold = planner.solve(instance)
    assert cold.facts["solver"]["method"] == COARSE_TO_FINE
    assert planner.solve(instance, warm_start=cold).facts["solver"]["method"] == "simplex"


def test_a_narrow_program_is_what_takes_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole program is left nothing to do, and what is solved in its place is half as large."""
    take("narrowed", monkeypatch)
    solves = counted(monkeypatch)
    lp, best = made("baseline")
    found = solve_coarse_to_fine(baseline(), lp)
    assert found.objective == pytest.approx(best, rel=1e-9)
    assert solves[-1][:2] == (lp.matrix.shape[0], 0)
    assert max(rows for rows, _, _ in solves[:-1]) < 0.6 * lp.matrix.shape[0]
    assert found.iterations == sum(iterations for _, iterations, _ in solves)


def test_the_same_run_gives_the_same_plan() -> None:
    first, second = (solve_coarse_to_fine(baseline(), made("baseline")[0]) for _ in range(2))
    assert np.array_equal(first.values, second.values) and first.iterations == second.iterations > 0


def test_without_a_coarse_plan_it_is_the_simplex_method(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(instance: planner.Instance, every: int) -> planner.Instance:
        raise PlannerError("there is none")

    take("narrowed", monkeypatch)
    monkeypatch.setattr(coarse_to_fine, "fewer_years", none)
    lp, _ = made("mandate")
    alone = simplex(lp)
    found = solve_coarse_to_fine(mandate(), lp)
    assert np.array_equal(found.values, alone.values) and found.iterations == alone.iterations


def test_coarse_plans_that_allow_too_little_for_any_plan_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coarse_to_fine, "_allowed", lambda lp, *given: ~builds(lp))
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


def test_a_coarse_build_speaks_for_its_own_years_and_those_around() -> None:
    """Coarse years 2026, 2030, 2034, 2038, 2042: only 2034 builds; a fine year belongs to the coarse year at or before it."""
    years, coarse_years = [2027, 2030, 2032, 2034, 2035, 2037, 2038, 2040, 2042, 2043], (2026, 2030, 2034, 2038, 2042)
    bounds = [(0.0, math.inf)] * 11
    fine = replace(
        lp_of([[1.0] * 11], [0], [1], bounds),
        columns=(Family("power.build", "", 0, [("pv", "pole", year) for year in years]), Family("power.run", "", 10, [("pv", "pole", 2027)])),
    )  # fmt: skip
    coarse = replace(
        lp_of([[1.0] * 10], [0], [1], bounds[:10]),
        columns=(Family("power.build", "", 0, [(name, "pole", year) for name in ("pv", "wind") for year in coarse_years]),),
    )  # fmt: skip
    found: Any = SimpleNamespace(values=np.array([0, 1e-12, 5, 0, 0, 0, 0, 0, 0, 7.0]))
    mask = coarse_to_fine._allowed(fine, coarse, coarse_years, found)
    assert mask[10] and {year for year, let_in in zip(years, mask, strict=False) if let_in} == {
        2030,
        2032,
        2034,
        2035,
        2037,
        2038,
        2040,
    }


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


def test_an_interrupt_while_parts_are_solved_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts that have not begun are not solved, and what those before took is known."""
    take("priced", monkeypatch)
    monkeypatch.setattr(parting, "_SMALL", 1)
    lp = made("mandate")[0]
    solved: list[int] = []

    def solving(program: LinearProgram, *rest: Any, **more: Any) -> Optimum:
        found = solve_program(program, *rest, **more)
        solved.append(found.iterations)
        if len(solved) == 3:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.5)
        return found

    monkeypatch.setattr(coarse_to_fine, "solve_program", solving)
    with pytest.raises(SolverLimit, match="interrupt") as stopped:
        solve_coarse_to_fine(mandate(), lp, threads=2)
    linking = parting.linking_rows(lp, mandate().sites)
    assert 3 <= len(solved) < len(parting.parts(lp, linking))
    assert stopped.value.known["iterations"] == sum(solved)
