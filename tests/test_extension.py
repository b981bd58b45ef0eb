"""Programs that were extended: refused where they are of something else, and named as extended wherever they are reported."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyomo.core as pyo
import pytest
from pyomo.core.base.range import NumericRange
from pyomo.core.base.set import RangeSet

import planner
from planner.errors import PlannerError
from planner.reproducing import reproduce
from tests.conftest import Said
from tests.worlds import exactly

TOY = planner.load(Path(__file__).parents[1] / "instances" / "toy")
MOON = "basin"


def model() -> tuple[pyo.ConcreteModel, Any]:
    made = planner.build(TOY)
    return made, made.find_component("compute.build")


def with_row(most: float = 0.3) -> pyo.ConcreteModel:
    made, build = model()
    made.mine = pyo.Constraint(expr=sum(build[k] for k in build if k[1] == MOON) <= most)
    return made


def add_cost(made: pyo.ConcreteModel, term: Any) -> None:
    made.cost.set_value(made.cost.expr + term)


def solved(made: pyo.ConcreteModel, **options: Any) -> planner.Plan:
    return planner.solve(TOY, program=planner.compile(made), **options)


@pytest.fixture(scope="module")
def plain() -> planner.Plan:
    return planner.solve(TOY)


@pytest.fixture(scope="module")
def own() -> planner.Plan:
    return solved(with_row(), ranging=True)


@pytest.fixture(scope="module")
def folders(own: planner.Plan, plain: planner.Plan, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    place = tmp_path_factory.mktemp("runs")
    return str(planner.save_plan(plain, place / "plain")), str(planner.save_plan(own, place / "own"))


@pytest.mark.parametrize(("domain", "said"), [
    (pyo.Binary, "y is in Binary: only continuous"), (pyo.NonNegativeIntegers, "y is in NonNegativeIntegers"),
    (pyo.Any, "y is in Any"), (RangeSet(ranges=(NumericRange(0, 0, 0), NumericRange(2, 5, 0))), "y is in"),
])  # fmt: skip
def test_what_is_not_continuous_is_refused_by_name(domain: Any, said: str) -> None:
    made, _ = model()
    made.y = pyo.Var(domain=domain, bounds=(0, 5))
    with pytest.raises(PlannerError, match=said):
        planner.compile(made)


def test_everything_that_cannot_be_stated_is_named_at_once() -> None:
    made, _ = model()
    made.y, made.z = pyo.Var(range(9), domain=pyo.Binary), pyo.Var(domain=pyo.Integers)
    made.one_of = pyo.SOSConstraint(var=made.y, sos=1)
    with pytest.raises(PlannerError) as caught:
        planner.compile(made)
    said = str(caught.value)
    assert "one_of: a linear program has no place for a SOSConstraint" in said
    assert "y[0], y[1], y[2], y[3], y[4] and 4 more are in Binary" in said and "z is in Integers" in said


def test_a_switch_that_is_fixed_is_a_number(plain: planner.Plan) -> None:
    for on, right in ((1, plain.objective + 10), (0, None)):
        made, build = model()
        made.y = pyo.Var(domain=pyo.Binary)
        made.y.fix(on)
        made.needs = pyo.Constraint(expr=sum(build[k] for k in build if k[1] == MOON) <= 1000 * made.y)
        add_cost(made, 10 * made.y)
        plan = solved(made)
        assert plan.objective == exactly(right if right is not None else solved(with_row(0.0)).objective)
        assert plan.ledger["discounted"].sum() == exactly(plan.objective)
    made.y.fix(0.5, skip_validation=True)
    with pytest.raises(PlannerError, match=r"y is fixed at 0\.5, outside of Binary"):
        planner.compile(made)


def test_intervals_and_other_names_are_no_obstacle(plain: planner.Plan) -> None:
    made, build = model()
    made.share, made.again = pyo.Var(domain=pyo.UnitInterval), pyo.Reference(build)
    again = solved(made)
    assert again.objective == exactly(plain.objective) and again.extended == "own columns share (1)"
    assert solved(model()[0].clone()).extended == ""


@pytest.mark.parametrize("use", [
    lambda made, x: setattr(made, "mine", pyo.Constraint(expr=x[1] + made.find_component("compute.build")["rack", "basin", 2030] <= 1)),
    lambda made, x: setattr(made, "mine", pyo.Constraint(expr=(0, x[1], 1))), lambda made, x: add_cost(made, 3 * x[1]),
])  # fmt: skip
def test_a_variable_of_another_model_is_named(use: Callable[[Any, Any], None]) -> None:
    made, other = model()[0], pyo.ConcreteModel()
    other.astray = pyo.Var([1, 2])
    use(made, other.astray)
    with pytest.raises(PlannerError, match=r"(mine|the objective) uses astray\[1\], not a variable of this model"):
        planner.compile(made)


@pytest.mark.filterwarnings("ignore")
def test_a_component_that_replaces_one_of_planners_own_is_named() -> None:
    made, build = model()
    made.link = pyo.Constraint(expr=build["rack", "basin", 2030] <= 1)
    made.power.build = pyo.Var()
    with pytest.raises(PlannerError) as caught:
        planner.compile(made)
    assert [line.partition(" is the name of a component")[0] for line in str(caught.value).splitlines()] == ["link", "power.build"]
    made, _ = model()
    made.del_component("link_capacity")
    with pytest.raises(PlannerError, match="link_capacity was removed from the model: deactivate"):
        planner.compile(made)


@pytest.mark.parametrize("change", [
    {"power.gas.capex": ("*", 2)}, {"compute.training.demand": ("*", 1.1)}, {"limits.earth_ceiling.upper": ("*", 1.1)},
    {"power.fusion.helium3_use": ("*", 1.1)}, {"finance.discount_rate": 0.05},
])  # fmt: skip
def test_the_program_of_another_instance_is_refused(change: dict[str, Any]) -> None:
    program, other = planner.compile(planner.build(TOY)), TOY.replace(change)
    with pytest.raises(PlannerError, match="the program is not of the instance toy: its model was built from an instance"):
        planner.solve(other, program=program)
    if "finance.discount_rate" not in change:  # which only the costs show, and these may have terms of one's own
        with pytest.raises(PlannerError, match=r"the program is not of the instance toy: (its quantities|these rows)"):
            planner.solve(other, program=replace(program, instance_hash=""))


def test_the_program_of_an_instance_with_other_things_is_refused() -> None:
    fewer = planner.load(Path(__file__).parents[1] / "instances" / "mandate")
    with pytest.raises(PlannerError, match="it has other entries of compute"):
        planner.solve(TOY, program=replace(planner.compile(planner.build(fewer)), instance_hash=""))


def test_an_own_row_has_a_price(own: planner.Plan) -> None:
    (price,) = own.prices["mine"].to_dict("records")
    step = 1e-4
    slope = (solved(with_row(0.3 + step)).objective - own.objective) / step
    assert price["value"] == pytest.approx(-slope, rel=1e-6) and price["value"] > 0
    assert (price["entry"], price["bound"], price["unit"]) == ("", "upper", "GUSD/(unit of the row)")
    assert price["less"] > 0 and price["more"] > step
    lower = model()[0]
    lower.demand = pyo.Constraint([1, 2], rule=lambda m, i: m.find_component("power.build")["gas", "plains", 2033] >= 1 if i == 1 else pyo.Constraint.Skip)  # fmt: skip
    told = solved(lower).prices["own.demand"].to_dict("records")  # planner has prices of its own called demand
    assert [(entry["entry"], entry["bound"]) for entry in told] == [("1", "lower")] and told[0]["value"] < 0


def test_own_costs_are_in_the_ledger() -> None:
    made, build = model()
    made.v = pyo.Var(bounds=(2, 9))
    add_cost(made, 3 * sum(build[k] for k in build) + 7 + 5 * made.v)
    plan = solved(made)
    book = plan.ledger[plan.ledger["kind"] == "own"].set_index("item")["discounted"]
    built = plan["compute.build"]["value"].sum()
    assert dict(book) == pytest.approx({"own terms on compute.build": 3 * built, "cost of v": 10, "own constant": 7})
    assert plan.ledger["discounted"].sum() == exactly(plan.objective)
    assert "own terms of the cost (cost of v, own terms on compute.build, a constant)" in planner.summary(plan)


def test_bounds_fixed_and_deactivated_are_named(plain: planner.Plan) -> None:
    made, build = model()
    made.component("compute").growth_limit.deactivate()
    first, second = list(build)[:2]
    build[first].setub(0.1)
    build[second].fix(0.05)
    plan = solved(made)
    assert plan.facts["extended"]["bounds"] == plan.facts["extended"]["fixed"] == {"compute.build": 1}
    assert list(plan.facts["extended"]["left_out"]) == ["compute.growth_limit"]
    assert plan.ledger["discounted"].sum() == exactly(plan.objective)
    assert "compute.growth_limit" in plan.extended and repr(plan).startswith("<Plan of toy, extended: ")
    assert plain.extended == "" and "extended" not in plain.facts and "extended" not in repr(plain) + planner.summary(plain)


def test_a_run_says_that_its_program_was_extended(folders: tuple[str, str], own: planner.Plan) -> None:
    loaded = planner.load_plan(folders[1])
    assert loaded.equals(own) and loaded.extended == own.extended == "own rows mine (1)"
    facts = json.loads((Path(folders[1]) / "summary.json").read_text())
    assert facts["extended"]["rows"] == {"mine": 1} and len(facts["extended"]["hash"]) == 64
    said = planner.summary(loaded)
    assert "The program was extended by whoever built it" in said and "mine, an own constraint, binds; one more unit is worth" in said


def test_commands_about_a_run_that_was_extended(folders: tuple[str, str], run: Callable[..., Said], tmp_path: Path) -> None:
    plain, own = folders
    again = run("reproduce", own)
    assert again.code == 2 and "was made with a program that was extended (own rows mine (1))" in again.err and not again.out
    compared = run("compare", plain, own)
    assert compared.code == 0 and f"The program of {own} was extended: own rows mine (1)." in compared.out
    found = json.loads(run("compare", plain, own, "--json").out)[0]
    assert found["attribution"] is None and "own rows mine" in found["extended"] and found["difference"] > 10
    assert "planner that made it" not in compared.out + compared.err and f"{found['difference']:.3g}" in compared.out
    explained = run("explain", own)
    assert explained.code == 2 and "the plan's program was extended (own rows mine (1))" in explained.err
    for target in ("plan.xlsx", "plan.iamc.csv", "plan"):
        assert run("export", own, "--to", str(tmp_path / target)).code == 0
    assert "own rows mine (1)" in (tmp_path / "plan" / "about.csv").read_text()


def test_a_report_of_a_run_that_was_extended(folders: tuple[str, str], run: Callable[..., Said], tmp_path: Path) -> None:
    made = run("report", folders[1], "--out", str(tmp_path / "page.html"))
    page = (tmp_path / "page.html").read_text()
    assert made.code == 0 and "The program was extended by whoever built it" in page and "What matters most" not in page


def test_a_run_is_made_again_with_the_program_that_it_had(folders: tuple[str, str]) -> None:
    assert reproduce(folders[1], program=planner.compile(with_row())).same
    assert not reproduce(folders[1], program=planner.compile(with_row(0.31))).same


def test_what_an_own_row_forbids_is_infeasible() -> None:
    with pytest.raises(planner.Infeasible, match="see your own equations"):
        solved(with_row(-1.0))
