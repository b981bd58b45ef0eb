"""What binds is worth what a solve with a little more of it saves."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

import planner
from planner.blocks.fleet import growth_between
from planner.explaining.binding import BALANCES, binding
from planner.pipeline import compile_instance
from tests.worlds import PLANTS, discount, exactly, rent, world

TOY = Path(__file__).parents[2] / "instances" / "toy"


@pytest.fixture(scope="module")
def plan() -> planner.Plan:
    return planner.solve(planner.load(TOY), ranging=True)


@pytest.fixture(scope="module")
def table(plan: planner.Plan) -> pd.DataFrame:
    return binding(plan, compile_instance(plan.instance))[0]


def _worth(table: pd.DataFrame, kind: str, name: str, year: int) -> float:
    chosen = table[(table["kind"] == kind) & (table["name"] == name) & (table["year"] == year)]
    assert len(chosen) == 1, table[["kind", "name", "year"]]
    return float(chosen["base"].iloc[0])


#: What binds in the toy, and the change by which a little more of it is had.
MOVES = [
    ("limit", "earth_ceiling, upper", 2032, "limits.earth_ceiling.upper@2032", "GW"),
    ("limit", "co2_cap, upper", 2036, "limits.co2_cap.upper@2036", "Mt/yr"),
    ("limit", "accelerator_output, upper", 2030, "limits.accelerator_output.upper@2030", "GW/yr"),
    ("market", "labs", 2033, "helium3.labs.size@2033", "t/yr"),
    ("demand", "agents", 2036, "compute.agents.demand@2036", "ZFLOP/s"),
]


@pytest.mark.parametrize(("kind", "name", "year", "address", "unit"), MOVES)
def test_one_more_unit_saves_what_it_is_worth(
    plan: planner.Plan, table: pd.DataFrame, kind: str, name: str, year: int, address: str, unit: str
) -> None:
    step, worth = 1e-5, _worth(table, kind, name, year)
    own = table[(table["kind"] == kind) & (table["name"] == name) & (table["year"] == year)]
    sides = [
        planner.solve(
            plan.instance.replace({address: f"{float(own['amount'].iloc[0]) + change!r} {unit}"}), warm_start=plan
        ).objective
        for change in (step, -step)
    ]
    saved, lost = (plan.objective - sides[0]) / step, (sides[1] - plan.objective) / step
    assert worth > 1e-3
    if kind == "demand":
        saved, lost = -saved, -lost
    # A price lies between what is saved by more and what is lost by less; they differ where it is degenerate.
    low, high = sorted((saved, lost))
    assert low - 1e-4 * worth <= worth <= high + 1e-4 * worth


@pytest.mark.parametrize(
    ("kind", "name", "address", "change"),
    [
        ("growth", "rack on moon", "compute.rack.seed[moon]", ("+", "1e-4 GW")),
        ("growth", "foundry on moon", "industry.foundry.seed", ("+", "1e-4 kt/yr")),
        ("most orderable", "fusion at plains", "power.fusion.max_build[plains]", f"{0.35 + 1e-4} GW/yr"),
    ],
)
def test_what_holds_in_every_year_is_worth_all_years_together(
    plan: planner.Plan, table: pd.DataFrame, kind: str, name: str, address: str, change: object
) -> None:
    """A seed stands in the growth row of every year, as often as (F3) sees it grow by then."""
    own = table[(table["kind"] == kind) & (table["name"] == name)]
    more = planner.solve(plan.instance.replace({address: change}), warm_start=plan)
    times = [1.0] * len(own)
    if kind == "growth":
        years, weights = plan.instance.years, plan.instance.weights
        rate = next(value for index, value in plan.instance.numbers["compute.growth" if "rack" in name else "industry.growth"].items() if index[0] in name)
        before = {now: past for past, now in pairwise(years)}
        times = [growth_between(rate, weights[before[y]] if y in before else 0, weights[y])[1] for y in own["year"]]
    assert (plan.objective - more.objective) / 1e-4 == pytest.approx((own["base"] * times).sum(), rel=1e-3)


def test_a_deposit_is_worth_what_more_of_it_saves(plan: planner.Plan, table: pd.DataFrame) -> None:
    worth = _worth(table, "deposit", "rich", plan.instance.years[0])
    more = planner.solve(plan.instance.replace({"helium3.rich.tonnage": ("+", "1e-4 Mt")}), warm_start=plan)
    assert (plan.objective - more.objective) / 1e-4 == pytest.approx(worth, rel=1e-3)


def test_what_is_paid_is_the_settlement(plan: planner.Plan, table: pd.DataFrame) -> None:
    settlement = plan.economics["settlement"].groupby("source")["discounted"].sum()
    paid = table.groupby("kind")["paid"].sum()
    assert paid["limit"] == pytest.approx(-settlement["limit"], rel=1e-7)
    assert paid["demand"] == pytest.approx(settlement["compute.demand_met"], rel=1e-9)
    assert paid["deposit"] == pytest.approx(-settlement["helium3.depletion"], rel=1e-7)
    bounds = -sum(value for name, value in settlement.items() if name.startswith("most of "))
    assert paid[["most orderable", "market", "unserved"]].sum() == pytest.approx(bounds, rel=1e-7)


def test_the_dearest_stands_first_and_degenerate_prices_are_marked(table: pd.DataFrame) -> None:
    sums = table.groupby(["kind", "name"], sort=False)["paid"].sum().abs()
    assert sums.is_monotonic_decreasing
    limits = table[table["kind"].isin(["limit", "growth"])]
    assert limits["degenerate"].notna().all() and limits["less"].notna().all()
    two = (limits["below"] - limits["above"]).abs() > 1e-6 * limits["value"].abs()
    assert (limits["degenerate"] == two).all()  # tests/test_ranges.py has one that is
    assert set(BALANCES) & set(table["kind"])


def test_every_price_is_the_plans_own(plan: planner.Plan, table: pd.DataFrame) -> None:
    own = table[table["kind"] == "limit"].copy()
    prices = plan.prices["limit"].assign(name=lambda t: t["limit"] + ", " + t["bound"])
    both = own.merge(prices, on=["name", "year"], suffixes=("", "_price"))
    assert len(both) == own["year"].notna().sum() > 3
    assert (both["value"] == both["value_price"]).all() and (both["unit"] == both["unit_price"]).all()
    power = plan.prices["power_balance"]
    share = power["slice"].map(lambda h: plan.instance.numbers["time.share"][h])
    average = (power["value"] * share).groupby([power["site"], power["year"]]).sum()
    for entry in table[table["kind"] == "power"].itertuples():
        assert entry.value == pytest.approx(average[entry.name, entry.year], rel=1e-12)


def test_sentences_say_when_how_much_and_how_far(plan: planner.Plan) -> None:
    _, lines = binding(plan, compile_instance(plan.instance))
    ceiling = next(line for line in lines if "earth_ceiling" in line)
    price = plan.prices["limit"].query("limit == 'earth_ceiling' and year == 2032")["value"].iloc[0]
    assert "binds in 2032: one more GW would be worth" in ceiling and f"{price:,.4g} GUSD/yr/GW" in ceiling
    assert "growth of rack on moon binds in 2034" in " ".join(lines)
    unranged = planner.solve(plan.instance)
    assert len(binding(unranged, compile_instance(plan.instance))[1]) == len(lines)


def test_what_may_be_ordered_is_worth_what_it_saves_in_money_of_the_year(tmp_path: Path) -> None:
    """A cheaper plant of which 2 GW may be ordered saves the difference of the rents, in money of a year beyond the base year."""
    numbers = {
        "power.cheap.capex": "1 GUSD/GW", "power.cheap.lifetime": "20 yr", "power.cheap.max_build": "2 GW/yr",
        "power.cheap.fixed_cost": "0.11 GUSD/(GW*yr)", "power.cheap.variable_cost": "0.23 GUSD/(GW*yr)",
    }  # fmt: skip
    plan = planner.solve(world(tmp_path, PLANTS, technologies=[("cheap", "power", "grid", "")], numbers=numbers))
    table, _ = binding(plan, compile_instance(plan.instance))
    entry = table[table["kind"] == "most orderable"].iloc[0]
    assert (entry["name"], entry["unit"], entry["amount"]) == ("cheap at grid", "GUSD/(GW)", 2.0)
    assert entry["value"] == exactly(rent(3, 20) - rent(1, 20))
    assert entry["base"] == exactly(discount(2030) * entry["value"]) and entry["paid"] == exactly(2 * entry["base"])


def test_a_requirement_costs(tmp_path: Path) -> None:
    """One GW more of the plant than is needed: each costs its rent."""
    row = {"limit": "more", "quantity": "power.in_service", "item": "plant", "bound": "lower", "unit": "GW", "value": 6}
    plan = planner.solve(world(tmp_path, PLANTS, limits=[row]))
    table, lines = binding(plan, compile_instance(plan.instance))
    entry = table[table["kind"] == "limit"].iloc[0]
    assert entry["value"] == exactly(-rent(3, 20, 0.11)) and entry["paid"] < 0
    assert "one more GW required would cost" in lines[0] and "it pays those who meet it" in lines[0]


def test_a_world_in_which_nothing_is_scarce(tmp_path: Path) -> None:
    plan = planner.solve(world(tmp_path, PLANTS))
    table, lines = binding(plan, compile_instance(plan.instance))
    assert set(table["kind"]) <= set(BALANCES)
    assert lines == ["No limit, growth rate, deposit or bound on orders binds."]


def changed_toy(folder: Path, *edits: tuple[str, str]) -> planner.Instance:
    """The toy with parts of its limits.csv replaced."""
    copy = shutil.copytree(TOY, folder / "toy")
    text = (copy / "limits.csv").read_text()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    (copy / "limits.csv").write_text(text)
    return planner.load(copy)


def test_a_limit_may_be_called_horizon(plan: planner.Plan, tmp_path: Path) -> None:
    named = planner.solve(changed_toy(tmp_path, ("earth_ceiling,", "horizon,")))
    was, now = (p.prices["limit"].set_index(["limit", "bound", "year"])["value"] for p in (plan, named))
    pd.testing.assert_series_equal(was.rename({"earth_ceiling": "horizon"}).sort_index(), now.sort_index(), rtol=1e-6)
    assert "limit_over_horizon" not in named.prices or set(named.prices["limit_over_horizon"]["limit"]) == set(
        plan.prices.get("limit_over_horizon", pd.DataFrame({"limit": []}))["limit"]
    )
    found, _ = binding(named, compile_instance(named.instance))
    assert found[found["name"] == "horizon, upper"]["year"].notna().all()


def test_a_deposit_has_the_tonnage_it_has_and_holds_to_the_right_side(plan: planner.Plan, table: pd.DataFrame) -> None:
    deposit = table[table["kind"] == "deposit"].iloc[0]
    address = f"helium3.{deposit['name']}.tonnage"
    rows = plan.instance.numbers["helium3.tonnage"]
    assert deposit["amount"] == pytest.approx(rows[deposit["name"]])
    for side, sign in (("less", -1), ("more", 1)):
        reach = deposit[side]
        if reach > 1e6:
            continue
        # Past what is told the next basis may have the same price: this one has not with less, and has with more.
        for share, same in ((0.9, True), (1.1, side == "more")):
            amount = deposit["amount"] + sign * share * reach
            moved = planner.solve(plan.instance.replace({address: f"{float(amount)!r} Mt"}))
            there = plan.objective - deposit["base"] * sign * share * reach
            assert bool(abs(moved.objective - there) < 1e-8) is same, (side, share)


def test_a_limit_with_a_bound_below_nought(tmp_path: Path) -> None:
    """At least 0.1 GUSD of sales may count as a cost of -0.1: the limit on it is paid for by those who may sell less."""
    line = "sell_little,cost.sales,,,horizon,lower,GUSD,-0.1,,,assumption: test,,,,,\nearth_ceiling,"
    sold = planner.solve(changed_toy(tmp_path, ("earth_ceiling,", line)))
    found, said = binding(sold, compile_instance(sold.instance))
    (row,) = found[found["name"] == "sell_little, lower"].to_dict("records")
    assert row["amount"] == pytest.approx(-0.1) and row["base"] < 0
    assert row["paid"] == pytest.approx(row["base"] * row["amount"]) and row["paid"] > 0
    assert "those who use it pay" in next(sentence for sentence in said if "sell_little" in sentence)
    more = planner.solve(sold.instance.replace({"limits.sell_little.lower": "-0.1001 GUSD"}))
    assert sold.objective - more.objective == pytest.approx(-row["base"] * 1e-4, rel=1e-3)


def test_a_limit_of_little_worth_beside_another_is_told(tmp_path: Path) -> None:
    """A cap of nought has whatever price, which hides none that has units of its own."""
    instance = planner.load(TOY).replace({"limits.co2_cap.upper": ("*", 0.0), "limits.earth_ceiling.upper": "0.5 GW"})
    plan = planner.solve(instance)
    found, _ = binding(plan, compile_instance(instance))
    years = set(found[found["name"] == "earth_ceiling, upper"]["year"])
    more = planner.solve(instance.replace({"limits.earth_ceiling.upper@2036": "0.51 GW"}))
    assert plan.objective - more.objective > 0.01 and 2036 in years
