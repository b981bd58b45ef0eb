"""From coarse to fine: each way to it, and the same optimum whatever the coarse programs said."""

from __future__ import annotations

import math
import os
import signal
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import planner
from planner import coarse_to_fine, coarsening, parting
from planner.certificate import certify
from planner.coarse_to_fine import solve_coarse_to_fine
from planner.errors import Infeasible, PlannerError, SolverLimit
from planner.highs import COARSE_TO_FINE, Optimum, solve_program
from planner.lp import Family, LinearProgram
from planner.narrowing import widened_basis
from planner.pipeline import compile_instance
from planner.running import stopped_early
from tests.programs import baseline, builds, instance_called, lp_of, made, mandate, simplex

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


def test_orders_with_dates_are_narrowed_and_priced(monkeypatch: pytest.MonkeyPatch) -> None:
    take("narrowed and priced", monkeypatch)
    solves = counted(monkeypatch)
    lp, best = made("mandate")
    assert solve_coarse_to_fine(mandate(), lp).objective == pytest.approx(best, rel=1e-9)
    assert len([rows for rows, _, how in solves if how == ["perturbed"]]) == 1


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


def test_programs_of_fewer_years_come_from_who_keeps_them(monkeypatch: pytest.MonkeyPatch) -> None:
    take("narrowed and priced", monkeypatch)
    lp, best = made("baseline")
    asked: list[tuple[int, ...]] = []

    def compiled(instance: planner.Instance) -> LinearProgram:
        asked.append(instance.years)
        return compile_instance(instance)

    assert solve_coarse_to_fine(baseline(), lp, compiled=compiled).objective == pytest.approx(best, rel=1e-9)
    assert asked == [baseline().years[:: coarse_to_fine.EVERY]]


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
    with monkeypatch.context() as patient:
        patient.setattr(coarse_to_fine, "_PATIENCE", (1e6, 0.0))
        solve_coarse_to_fine(baseline(), made("baseline")[0], time_limit=1000.0)
    known = [limit for limit in given if limit is not None]
    assert len(known) == len(given) > 3 and max(known) < 1000.0 and sorted(known, reverse=True) == known
    assert len(set(known)) == len(known)
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
    stopped_ones: list[int] = []  # parts may begin, and stop as well, before the first one that stopped is heard of

    def solving(program: LinearProgram, *rest: Any, **more: Any) -> Optimum:
        if len(counts) + 1 == last or (last == 0 and program is lp):
            stopped_ones.append(7)
            raise stopped_early({"reason": "interrupt", "seconds": 0.0, "iterations": 7, "objective": 5.0})
        found = solve_program(program, *rest, **more)
        counts.append(found.iterations)
        return found

    monkeypatch.setattr(coarse_to_fine, "solve_program", solving)
    with pytest.raises(SolverLimit) as stopped:
        solve_coarse_to_fine(baseline(), lp)
    known = stopped.value.known
    assert known["reason"] == "interrupt" and known["iterations"] == sum(counts) + sum(stopped_ones) and known["seconds"] > 0
    assert known.get("objective") == (5.0 if last == 0 else None)
    assert len(counts) == last - 1 if last else len(counts) > 3


def test_an_interrupt_between_two_solves_is_told_as_one_within(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*given: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(coarse_to_fine, "_allowed", interrupted)
    with pytest.raises(SolverLimit, match="interrupt") as stopped:
        solve_coarse_to_fine(baseline(), made("baseline")[0])
    assert stopped.value.known["reason"] == "interrupt" and stopped.value.known["iterations"] > 0


@pytest.mark.usefixtures("heard")
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
            time.sleep(2.0)
        return found

    monkeypatch.setattr(coarse_to_fine, "solve_program", solving)
    with pytest.raises(SolverLimit, match="interrupt") as stopped:
        solve_coarse_to_fine(mandate(), lp, threads=2)
    linking = parting.linking_rows(lp, mandate().sites)
    assert 3 <= len(solved) < len(parting.parts(lp, linking))
    assert stopped.value.known["iterations"] == sum(solved)
