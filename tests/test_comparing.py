"""Two plans are compared: what differs, and steps from one cost to the other that close."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import planner
from planner.comparing import attributing
from planner.comparing.inputs import STRUCTURE
from tests.conftest import TOY, Said
from tests.folders import instance_of
from tests.solved import solved
from tests.variants import toy

CHANGES = {
    "finance.discount_rate": ("*", 1.2), "launch.rocket.price": ("*", 0.5), "launch.rocket.capex": ("*", 0.9),
    "limits.co2_cap.upper": ("*", 1.1),
}  # fmt: skip


@pytest.fixture(scope="module")
def a() -> planner.Plan:
    return solved(toy)


@pytest.fixture(scope="module")
def b() -> planner.Plan:
    return planner.solve(toy().replace(CHANGES))


@pytest.fixture(scope="module")
def found(a: planner.Plan, b: planner.Plan) -> planner.Comparison:
    return planner.compare([a, b], reverse=True)[0]


def changed_toy(place: Path, change: Callable[[Path], Any], **changes: Any) -> planner.Plan:
    """The plan of a copy of the toy after its files are changed, then its numbers."""
    shutil.copytree(TOY, place)
    change(place)
    return planner.solve(planner.load(place, changes=changes))


def append(name: str, *lines: str) -> Callable[[Path], Any]:
    return lambda folder: (folder / name).write_text((folder / name).read_text() + "".join(f"{line}\n" for line in lines))


def test_the_steps_close_in_both_orders(a: planner.Plan, b: planner.Plan, found: planner.Comparison) -> None:
    attribution = found.attribution
    assert attribution is not None and attribution.grouping == "address"
    assert {step.name for step in attribution.steps} == set(CHANGES) == {difference.address for difference in found.inputs}
    assert [step.name for step in attribution.opposite] == [step.name for step in attribution.steps][::-1]
    for steps in (attribution.steps, attribution.opposite):
        assert steps[-1].cost == pytest.approx(b.objective, rel=1e-10)
        assert sum(step.difference or 0.0 for step in steps) == pytest.approx(found.difference, rel=1e-9)
    means = attribution.means()
    assert sum(mean or 0.0 for mean in means.values()) == pytest.approx(found.difference, rel=1e-9)
    assert found.difference == b.objective - a.objective


def test_each_step_is_the_solve_of_its_instance(a: planner.Plan, found: planner.Comparison) -> None:
    """Cold, from the changes themselves, each step costs the same."""
    assert found.attribution is not None
    for steps in (found.attribution.steps, found.attribution.opposite):
        changes: dict[str, Any] = {}
        before = a.objective
        for step in steps:
            changes |= {address: CHANGES[address] for address in step.addresses}
            cost = planner.solve(toy().replace(changes)).objective
            assert step.cost == pytest.approx(cost, rel=1e-8)
            assert step.difference == pytest.approx(cost - before, abs=1e-7 * cost)
            before = cost


def test_decisions_are_those_of_the_tables(a: planner.Plan, b: planner.Plan, found: planner.Comparison) -> None:
    for quantity in ("compute.in_service", "power.output", "launch.payload", "storage.charge"):
        rows = found.decisions[found.decisions["quantity"] == quantity]
        assert len(rows)
        for row in rows.itertuples():
            assert row.difference == row.b - row.a
            for plan, value in ((a, row.a), (b, row.b)):
                table = plan[quantity].assign(share=1.0)
                if "slice" in table:
                    table["share"] = table["slice"].map(plan.instance.numbers["time.share"])
                label = "route" if "route" in table else "technology"
                own = table[(table["year"] == row.year) & (table[label] == row.item)]
                own = own[own["site"] == row.site] if "site" in own else own
                assert value == pytest.approx((own["value"] * own["share"]).sum())
    costs = found.costs.set_index("kind")
    assert costs["a"].sum() == pytest.approx(a.objective) and costs["b"].sum() == pytest.approx(b.objective)


def test_a_plan_and_itself_differ_in_nothing(a: planner.Plan) -> None:
    same = planner.compare([a, a])[0]
    assert same.inputs == () and same.decisions.empty and same.difference == 0
    assert same.attribution is not None and same.attribution.steps == ()
    assert "No input differs." in str(same) and "No decision differs." in str(same)


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("technology", ["finance.discount_rate", "launch.rocket", "limits.co2_cap"]),
        ("block", ["finance", "launch", "limits"]),
    ],
)
def test_inputs_may_be_grouped(a: planner.Plan, b: planner.Plan, group: str, names: list[str]) -> None:
    attribution = planner.compare([a, b], group=group)[0].attribution
    assert attribution is not None and [step.name for step in attribution.steps] == names
    assert sorted(address for step in attribution.steps for address in step.addresses) == sorted(CHANGES)


def test_too_many_inputs_are_grouped_by_themselves(a: planner.Plan, monkeypatch: pytest.MonkeyPatch, b: planner.Plan) -> None:
    monkeypatch.setattr("planner.comparing.inputs.MOST_STEPS", 3)
    attribution = planner.compare([a, b])[0].attribution
    assert attribution is not None and attribution.grouping == "technology"


def test_an_infeasible_step_is_said_and_the_next_answers_for_it(tmp_path: Path) -> None:
    """Less growth first cannot keep the moon as full as the old limit asks; the looser limit then can."""
    limit = append("limits.csv", "moon_least,compute.in_service,,moon,year,lower,GW,1,,,assumption: test,,2034,2036,,")
    full = changed_toy(tmp_path / "full", limit)
    late = planner.solve(full.instance.replace({"compute.rack.seed[moon]": 0.01, "limits.moon_least.lower": 0.001}))
    found = planner.compare([full, late], reverse=True)[0]
    assert found.attribution is not None
    first, last = found.attribution.steps
    assert first.cost is None and first.difference is None and "no plan" in first.trouble.lower()
    assert last.cost == pytest.approx(late.objective) and last.difference == pytest.approx(found.difference)
    assert all(step.cost is not None for step in found.attribution.opposite)
    assert found.attribution.means()[first.name] is None
    assert first.trouble in str(found)


def test_an_input_that_is_not_valid_alone_comes_with_the_next(a: planner.Plan) -> None:
    """The shares of a workload's tiers are one in all: no one of them changes by itself."""
    other = planner.solve(toy().replace({"compute.training_dear.share": 0.4, "compute.training_cheap.share": 0.6}))
    found = planner.compare([a, other])[0]
    assert found.attribution is not None
    first, last = found.attribution.steps
    assert first.cost is None and "no valid instance by itself" in first.trouble
    assert last.cost == pytest.approx(other.objective) and last.difference == pytest.approx(found.difference)


def test_what_no_address_expresses_is_one_last_step(a: planner.Plan, tmp_path: Path) -> None:
    def add(folder: Path) -> None:
        append("sites.csv", "hills,earth" + "," * ((folder / "sites.csv").read_text().splitlines()[0].count(",") - 1))(folder)
        text = (folder / "technologies.csv").read_text().replace("gas,power,plains", "gas,power,plains hills")
        (folder / "technologies.csv").write_text(text)

    other = changed_toy(tmp_path / "more", add, **{"launch.rocket.price": ("*", 0.5)})
    found = planner.compare([a, other])[0]
    assert found.attribution is not None
    assert [step.name for step in found.attribution.steps] == ["launch.rocket.price", STRUCTURE]
    assert found.attribution.steps[-1].cost == pytest.approx(other.objective)
    alone = planner.solve(toy().replace({"launch.rocket.price": ("*", 0.5)})).objective
    assert found.attribution.steps[0].cost == pytest.approx(alone)


def test_another_horizon_takes_the_numbers_of_years_along(a: planner.Plan) -> None:
    coarse = toy((2030, 2031, 2032, 2034, 2036), 2037).replace({"launch.rocket.price": ("*", 0.5)})
    found = planner.compare([a, planner.solve(coarse)])[0]
    assert found.attribution is not None
    assert [step.name for step in found.attribution.steps] == ["launch.rocket.price", STRUCTURE]
    assert "horizon.years" in found.attribution.steps[-1].addresses


def constant(folder: Path, years: list[int], last: int, demand: str = "1 ZFLOP/s") -> planner.Plan:
    """The plan of a world in which nothing changes: 1 GW stands, ordered anew every ten years."""
    return planner.solve(instance_of(
        folder, years=years, last=last, bodies={"earth": {"users": True}}, sites={"here": "earth"},
        slices={"all": ("earth", 1.0, 24)}, workloads={"chat": "flexible"}, finance={"base_year": 2030},
        technologies=[("rack", "compute", "here", ""), ("pile", "power", "here", "")],
        numbers={
            "finance.discount_rate": "0.05 1/yr", "compute.chat.demand": demand, "compute.rack.performance": "1 ZFLOP/s/GW",
            "compute.rack.capex": "1 GUSD/GW", "compute.rack.lifetime": "10 yr", "compute.overhead": "1 1",
            "power.pile.capex": "1 GUSD/GW", "power.pile.lifetime": "10 yr",
        },
    ))  # fmt: skip


def test_the_same_plan_in_other_steps_differs_in_nothing(tmp_path: Path) -> None:
    """A model year stands for its calendar years: what stands in 2030 of one stands in 2031 too."""
    yearly, coarse = constant(tmp_path / "a", list(range(2030, 2040)), 2039), constant(tmp_path / "b", [2030, 2035], 2039)
    for pair in ((yearly, coarse), (coarse, yearly)):
        (found,) = planner.compare(pair)
        assert found.decisions.empty and found.years == (2030, 2039) and found.attribution is not None
        assert "\nNo decision differs." in str(found) and "GUSD more than a" in str(found)


def test_orders_are_compared_by_calendar_year(tmp_path: Path) -> None:
    """1 GW in 2030 and 0.4 GW/yr over five years are 1 and 2 GW: 0.2 and 0.4 GW in each of the years from 2030 on."""
    yearly = constant(tmp_path / "a", list(range(2030, 2040)), 2039)
    double = constant(tmp_path / "b", [2030, 2035], 2039, "2 ZFLOP/s")
    decisions = planner.compare([yearly, double], attribution=False)[0].decisions
    orders = decisions[decisions["quantity"] == "compute.build"]
    assert orders[["year", "a", "b"]].to_numpy().tolist() == [[2030, pytest.approx(0.2), pytest.approx(0.4)]]
    standing = decisions[decisions["quantity"] == "compute.installed"]
    assert list(standing["year"]) == list(range(2030, 2040)) and set(standing["difference"].round(6)) == {1.0}


def test_other_horizons_are_compared_over_the_years_of_both_and_their_costs_are_not(tmp_path: Path) -> None:
    long, short = constant(tmp_path / "a", list(range(2030, 2040)), 2039), constant(tmp_path / "b", [2032, 2034], 2041)
    found = planner.compare([long, short])[0]
    assert found.attribution is None and found.as_dict()["difference"] is None and found.as_dict()["years"] == [2032, 2039]
    assert "Costs are of other years, 2030 to 2039 and 2032 to 2041: they are not comparable." in str(found)
    assert "from 2032 to 2039, the years that both cover" in str(found)
    assert set(found.decisions["quantity"]) == {"compute.build", "power.build"}  # 1 GW of 2030 is no order of 2032 on
    later = constant(tmp_path / "c", [2050], 2059)
    apart = planner.compare([long, later])[0]
    assert apart.decisions.empty and apart.years is None and "no year in common" in str(apart)


def test_money_of_other_years_has_no_difference(a: planner.Plan) -> None:
    other = dataclasses.replace(a, facts={**a.facts, "unit": "GUSD of 2020 at 2029"})
    found = planner.compare([a, other])[0]
    assert found.attribution is None and "other money" in found.unexplained and "other money" in str(found)
    assert found.as_dict()["difference"] is None


def test_a_plan_of_another_planner_is_refused(a: planner.Plan, b: planner.Plan) -> None:
    stale = dataclasses.replace(b, facts={**b.facts, "objective": b.objective * 1.01})
    with pytest.raises(planner.PlannerError, match=r"solved at .* now"):
        planner.compare([a, stale])
    assert planner.compare([a, stale], attribution=False)[0].attribution is None


def test_an_input_that_no_step_explains_is_an_error(a: planner.Plan, b: planner.Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = attributing.with_rows_of
    monkeypatch.setattr(attributing, "with_rows_of", lambda now, other, addresses: kept(now, other, list(addresses)[1:]))
    with pytest.raises(planner.PlannerError, match=r"no step explains: .*finance\.discount_rate"):
        planner.compare([a, b])


def test_bad_arguments_are_refused(a: planner.Plan, b: planner.Plan) -> None:
    for wrong in ({"plans": [a]}, {"plans": [a, b], "group": "colour"}, {"plans": [a, b], "names": ["one"]}):
        with pytest.raises(planner.PlannerError):
            planner.compare(**wrong)  # type: ignore[arg-type]


def test_the_command_compares_each_run_with_the_first(
    run: Callable[..., Said], a: planner.Plan, b: planner.Plan, tmp_path: Path
) -> None:
    one, two = str(planner.save_plan(a, tmp_path / "one")), str(planner.save_plan(b, tmp_path / "two"))
    said = run("compare", one, two, one, "--json", "--group", "block")
    found = json.loads(said.out)
    assert said.code == 0 and [part["b"]["name"] for part in found] == [two, one]
    assert found[0]["attribution"]["grouping"] == "block" and found[1]["inputs"] == []
    assert sum(step["difference"] for step in found[0]["attribution"]["steps"]) == pytest.approx(found[0]["difference"])
    text = run("compare", one, two, "--no-attribution").out
    assert (
        " GUSD less than a (-" in text and "launch.rocket.price: 190 USD/kg -> 95 USD/kg" in text and "solved again" not in text
    )
    for wrong in ((one,), (one, str(tmp_path / "none")), (one, TOY)):
        assert run("compare", *wrong).code == 2


def test_plans_whose_tables_are_empty_are_compared(tmp_path: Path) -> None:
    """No storage, launch, industry or helium-3 on either side, or on one."""
    small = [
        instance_of(
            tmp_path / name, years=[2030, 2031], bodies={"earth": {"users": True}}, sites={"here": "earth"},
            slices={"all": ("earth", 1.0, 24)}, workloads={"chat": "flexible"},
            technologies=[("rack", "compute", "here", ""), ("pile", "power", "here", "")],
            numbers={
                "finance.discount_rate": "0.05 1/yr", "compute.chat.demand": demand, "compute.rack.performance": "1 ZFLOP/s/GW",
                "compute.rack.capex": "1 GUSD/GW", "compute.rack.lifetime": "5 yr", "compute.overhead": "1 1",
                "power.pile.capex": "1 GUSD/GW", "power.pile.lifetime": "9 yr",
            },
        )
        for name, demand in (("a", "1 ZFLOP/s"), ("b", "2 ZFLOP/s"))
    ]  # fmt: skip
    one, two = map(planner.solve, small)
    (found,) = planner.compare([one, two])
    served = found.decisions[(found.decisions["quantity"] == "compute.placed") & (found.decisions["year"] == 2030)]
    assert served[["a", "b", "difference"]].to_numpy().tolist() == [[pytest.approx(1), pytest.approx(2), pytest.approx(1)]]
    whole = solved(toy)
    for a, b in ((one, whole), (whole, one)):
        (found,) = planner.compare([a, b], attribution=False)
        assert not found.decisions.empty and str(found)
