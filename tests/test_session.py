"""Sessions: the same programs and plans as built anew, structure noticed, nothing silent."""

from __future__ import annotations

import pickle
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import planner
from planner.highs import Optimum
from planner.lp import LinearProgram, compile
from planner.model import build
from planner.recorded import RecordedProgram, numbers_of, record
from planner.running import stopped_early
from tests.programs import baseline
from tests.variants import crossroads

TOY = Path(__file__).parents[1] / "instances" / "toy"
MAKES = {"toy": lambda: planner.load(TOY), "crossroads": crossroads}


@cache
def instance(name: str) -> planner.Instance:
    return MAKES[name]()


@cache
def recorded(name: str) -> RecordedProgram:
    return record(instance(name))


@cache
def optimum(name: str) -> Optimum:
    return planner.solve(instance(name)).optimum


def same(first: LinearProgram, second: LinearProgram) -> None:
    assert first.column_names == second.column_names and first.row_names == second.row_names
    assert first.offset == pytest.approx(second.offset, rel=1e-12)
    for name in ("cost", "row_lower", "row_upper", "col_lower", "col_upper", "quantity_offset"):
        np.testing.assert_allclose(getattr(first, name), getattr(second, name), rtol=1e-12, atol=1e-300)
    for one, other in ((first.matrix, second.matrix), (first.quantity_matrix, second.quantity_matrix)):
        assert np.array_equal(one.indptr, other.indptr) and np.array_equal(one.indices, other.indices)
        np.testing.assert_allclose(one.data, other.data, rtol=1e-12)


@pytest.mark.parametrize("name", MAKES)
def test_the_recorded_program_is_the_program(name: str) -> None:
    same(recorded(name).program, compile(build(instance(name))))


def numbers(name: str) -> list[str]:
    """Addresses of all rows that are no whole numbers and need not add up to 1."""
    rows = instance(name).rows
    addresses = [row.address if row.at or row.block == "finance" else f"{row.address}[]" for row in rows
                 if not row.declaration.whole and row.parameter not in ("share", "hours") and any(row.values)]  # fmt: skip
    return addresses + [row.address for row in instance(name).limit_rows]


@pytest.mark.parametrize(("name", "address"), [(name, address) for name in MAKES for address in numbers(name)])
def test_other_numbers_give_the_program_that_is_built_with_them(name: str, address: str) -> None:
    moved = instance(name).replace({address: ("*", 0.97)})
    program = recorded(name).program_of(moved)
    if program is not None:
        same(program, compile(build(moved)))


def test_most_changes_of_numbers_need_no_building() -> None:
    rebuilt = [a for a in numbers("toy") if recorded("toy").program_of(instance("toy").replace({a: ("*", 0.97)})) is None]
    assert len(rebuilt) <= 3, rebuilt


@pytest.mark.parametrize(("name", "address"), [(name, address) for name in MAKES for address in numbers(name)][::3])
def test_slopes_are_those_of_solving_again(name: str, address: str) -> None:
    before, step = instance(name), 1e-5
    moved = before.replace({address: ("*", 1 + step)})
    back = before.replace({address: ("*", 1 - step)})
    slopes, given = recorded(name).slopes(optimum(name)), recorded(name).formulas.given
    after, first = numbers_of(moved), numbers_of(before)
    assert after.keys() == given.keys()
    told = sum(slopes[key] * (after[key] - first[key]) / step for key in given if after[key] != first[key])
    costs = [planner.solve(changed).objective for changed in (moved, back)]
    base = planner.solve(before).objective
    sides = sorted(((costs[0] - base) / step, (base - costs[1]) / step))
    slack = 1e-4 * (1 + abs(told)) + 2e-9 * base / step
    assert sides[0] - slack <= told <= sides[1] + slack


def test_a_session_finds_what_solving_anew_finds() -> None:
    session = planner.Session(instance("toy"))
    for changes in (
        None,
        {"launch.rocket.price": ("*", 0.5)},
        {"compute.chat.demand": ("*", 1.2)},
        {"compute.rack.lifetime[]": 4},
    ):
        plan = session.solve(changes)
        fresh = planner.solve(instance("toy").replace(changes) if changes else instance("toy"))
        assert plan.objective == pytest.approx(fresh.objective, rel=1e-9)
        assert plan.instance.hash == fresh.instance.hash
    assert session.built == 2, "only another lifetime is another program"


def test_changes_start_from_the_instance_and_not_from_the_last_plan() -> None:
    session = planner.Session(instance("toy"))
    first = session.solve({"launch.rocket.price": ("*", 0.5)})
    again = session.solve({"launch.rocket.price": ("*", 0.5)})
    assert again.objective == pytest.approx(first.objective, rel=1e-12)


def test_a_change_that_reaches_nothing_is_an_error() -> None:
    session = planner.Session(instance("toy"))
    session.solve()
    with pytest.raises(planner.PlannerError, match=r"no coefficient of the program hangs on launch\.refuelled\.burden:"):
        session.solve({"launch.refuelled.burden@2030": ("*", 1.5)})  # the route opens later


def test_a_large_program_is_solved_as_if_it_were_the_first_unless_changes_are_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program of fewer years is built once and then has its numbers changed."""
    monkeypatch.setattr("planner.highs.COARSE_FROM", 1_000)
    session = planner.Session(baseline(), check_every=0, near=False)
    recorded_of: list[int] = []
    monkeypatch.setattr("planner.session.record", lambda other: recorded_of.append(len(other.years)) or record(other))
    for factor in (1.0, 1.3, 0.8):
        changed = baseline().replace({"compute.training.demand": ("*", factor)})
        found = session.answer(changed)
        assert found.optimum.method == "coarse-to-fine"
        assert found.objective == pytest.approx(planner.solve(changed, solver="simplex").objective, rel=1e-9)
    years = len(baseline().years)
    assert recorded_of == [years, len(baseline().years[::4])]
    session.near = True
    warm = session.answer(baseline().replace({"compute.training.demand": ("*", 0.81)}))
    assert warm.optimum.method == "simplex" and warm.optimum.iterations < found.optimum.iterations / 4


def test_another_structure_is_built() -> None:
    session = planner.Session(instance("toy"))
    session.solve()
    other = planner.load(TOY).replace({"power.gas.wacc": "0.05 1/yr"})
    assert session.program(other).shape == session.program(instance("toy")).shape
    assert session.built == 2


def test_a_sample_is_solved_cold_from_a_new_build() -> None:
    session = planner.Session(instance("toy"), check_every=2)
    answers = [session.answer(instance("toy").replace({"launch.rocket.price": ("*", f)})) for f in (0.7, 0.8, 0.9, 1.1)]
    assert [answer.cold is not None for answer in answers] == [False, True, False, True]
    assert session.solved == 4 and session.checked == 2 and session.built == 1
    assert answers[1].cold == pytest.approx(answers[1].objective, rel=1e-9)
    assert planner.Session(instance("toy")).answer(instance("toy"), check=True).cold is not None


def test_a_session_whose_formulas_are_wrong_is_found_out() -> None:
    session = planner.Session(instance("toy"), check_every=1)
    made = record(instance("toy"))
    wrong = made.vectors["cost"][::-1]  # every column has the cost of another
    session._recorded = replace(made, vectors={**made.vectors, "cost": wrong})
    with pytest.raises(planner.NotCertified, match="cold from a new build: expected the same"):
        session.solve()


def test_tables_are_made_when_they_are_asked_for_and_travel_with_the_plan() -> None:
    plan = planner.Session(instance("toy")).solve()
    assert not set(vars(plan.frames)) & {"tables", "prices", "ledger", "economics"}
    there = pickle.loads(pickle.dumps(plan))
    assert there.equals(plan) and not hasattr(there.frames, "_lp")


def test_a_change_that_reaches_nothing_is_told_where_that_is_no_error() -> None:
    session = planner.Session(instance("toy"))
    first = session.answer(instance("toy"))
    idle = session.answer(instance("toy").replace({"launch.refuelled.burden@2030": ("*", 1.5)}), idle=True)
    assert first.idle == () and idle.idle == ("launch.refuelled.burden",)
    assert idle.objective == pytest.approx(first.objective, rel=1e-12)


@pytest.mark.parametrize("reason", ["time limit", "interrupt"])
def test_a_check_that_comes_to_no_end_takes_no_plan_away(reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """But Ctrl-C during the check ends the session's work like any other."""
    session = planner.Session(instance("toy"), check_every=1)
    stop = stopped_early({"reason": reason, "seconds": 1.0, "iterations": 3})
    solve, asked = planner.session.certified, []

    def certified(*given: Any, **more: Any) -> Any:
        asked.append(more.get("start"))
        if len(asked) == 2:
            raise stop
        return solve(*given, **more)

    monkeypatch.setattr("planner.session.certified", certified)
    if reason == "interrupt":
        with pytest.raises(planner.SolverLimit):
            session.answer(instance("toy"))
    else:
        answer = session.answer(instance("toy"))
        assert answer.cold is None and answer.certificate.holds and session.checked == 0
