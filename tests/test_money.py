"""Every convention of money in closed form, with all rates different: the functions alone, then a plan and its ledger."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import planner
from planner.blocks.money import (
    annuity_payment,
    capital_payments,
    content_credit,
    end_of_horizon,
    remaining_value,
    yearly_discount,
)
from planner.instance import Finance
from tests.worlds import PLANTS, by, exactly, total, value, world

RATE, WACC, FAILURE = 0.07, 0.11, 0.04
BASE, FIRST, SECOND, END = 2028, 2030, 2033, 2037  # 2030 stands for three years, 2033 for four
LEAD, LIFE = 2, 9
USED = END - FIRST - LEAD  # years in service when the horizon ends: 5 of 9
MOMENT = {"start": 0.0, "mid": 0.5, "end": 1.0}


def _money(rate: float = RATE, **finance: Any) -> Any:
    """As much of an instance as money looks at."""
    return SimpleNamespace(
        numbers={"finance.discount_rate": {None: rate}}, finance=Finance(**{"price_year": 2025, "base_year": BASE, **finance}),
        years=(FIRST, SECOND), weights={FIRST: 3, SECOND: 4},
    )  # fmt: skip


def _at_commissioning(rate: float, t: float, lead: int = LEAD) -> float:
    """What 1, paid in equal parts over the years of the lead time, is worth when it is over."""
    return {0: (1 + rate) ** -t, 1: (1 + rate) ** (1 - t), 2: ((1 + rate) ** (2 - t) + (1 + rate) ** (1 - t)) / 2}[lead]


def _worth(payments: list[Any], kind: str = "") -> float:
    return sum(p.amount * p.factor for p in payments if kind in ("", p.kind))


def _payments(money: Any, lead: int = LEAD, wacc: float | None = WACC, failure: float = FAILURE) -> list[Any]:
    return capital_payments(money, FIRST, lead, LIFE, wacc, lambda age: (1 - failure) ** age)


@pytest.mark.parametrize("payments", MOMENT)
def test_a_running_year_is_discounted_for_each_calendar_year_that_it_stands_for(payments: str) -> None:
    t = MOMENT[payments]
    assert yearly_discount(_money(payments=payments)) == {
        FIRST: exactly(1.07 ** -(2 + t) + 1.07 ** -(3 + t) + 1.07 ** -(4 + t)),
        SECOND: exactly(1.07 ** -(5 + t) + 1.07 ** -(6 + t) + 1.07 ** -(7 + t) + 1.07 ** -(8 + t)),
    }
    assert end_of_horizon(_money()) == END


def test_a_base_year_within_the_horizon() -> None:
    assert yearly_discount(_money(base_year=2032, payments="end"))[FIRST] == exactly(1.07**1 + 1 + 1 / 1.07)


@pytest.mark.parametrize("capital_falls", MOMENT)
@pytest.mark.parametrize("lead", [0, 1, 2, 3])
def test_upfront_capital_is_spread_over_the_lead_time(capital_falls: str, lead: int) -> None:
    t = MOMENT[capital_falls]
    payments = _payments(_money(capital_falls=capital_falls, end_of_horizon="none"), lead)
    spread = {0: {2030: 1.0}, 1: {2030: 1.0}, 2: {2030: 1 / 2, 2031: 1 / 2}, 3: {2030: 1 / 3, 2031: 1 / 3, 2032: 1 / 3}}[lead]
    assert {p.year: p.amount for p in payments} == spread
    assert _worth(payments) == exactly(sum(share * 1.07 ** -(year - BASE + t) for year, share in spread.items()))


@pytest.mark.parametrize("capital_falls", MOMENT)
def test_annuities_are_worth_the_capital_at_the_technologys_own_wacc(capital_falls: str) -> None:
    t = MOMENT[capital_falls]
    payments = _payments(_money(capital="annuity", capital_falls=capital_falls, end_of_horizon="none"))
    assert [p.year for p in payments] == list(range(2032, 2041))  # from commissioning, for its life, past the horizon
    assert len({p.amount for p in payments}) == 1
    # Half of it is spent in 2030 and half in 2031: by 2032 that has borne interest.
    borrowed = (1.11 ** (2 - t) + 1.11 ** (1 - t)) / 2
    assert sum(p.amount * 1.11 ** -(p.year - 2032 + t) for p in payments) == exactly(borrowed)
    # 0.11 / (1 - 1.11^-9) is the annuity of 1 at the end of the year; earlier in the year it is less by the interest saved.
    annuity = borrowed * 0.11 / (1 - 1.11**-9) / 1.11 ** (1 - t)
    assert payments[0].amount == exactly(annuity)
    assert _worth(payments) == exactly(annuity * sum(1.07 ** -(year - BASE + t) for year in range(2032, 2041)))


def test_the_discount_rate_stands_in_for_a_wacc_that_is_not_given() -> None:
    payments = _payments(_money(capital="annuity", end_of_horizon="none"), wacc=None)
    assert payments[0].amount == exactly((1.07**2 + 1.07) / 2 * 0.07 / (1 - 1.07**-9) / 1.07)


def test_annuities_beyond_the_horizon_are_dropped() -> None:
    payments = _payments(_money(capital="annuity", capital_falls="end", end_of_horizon="annuities_dropped"))
    assert [(p.kind, p.year) for p in payments] == [("capital", year) for year in range(2032, 2037)]
    assert _worth(payments) == exactly(
        (1.11 + 1) / 2 * 0.11 / (1 - 1.11**-9) * sum(1.07 ** -(year - BASE) for year in range(2033, 2038))
    )


LEFT = {
    "straight_line": 1 - USED / LIFE,
    "sinking_fund": 1 - (1.07**USED - 1) / (1.07**LIFE - 1),
    "annuities_dropped": 0.0,
    "none": 0.0,
}


@pytest.mark.parametrize("convention", LEFT)
@pytest.mark.parametrize("capital", ["upfront", "annuity"])
def test_what_is_left_is_credited_when_the_horizon_ends_as_far_as_it_stands(capital: str, convention: str) -> None:
    payments = _payments(_money(capital=capital, end_of_horizon=convention, capital_falls="end"))
    if capital == "upfront":
        cost = (1.07 + 1) / 2  # at commissioning, half of it being paid at the end of 2030 and half at that of 2031
    else:
        cost = (1.11 + 1) / 2 * 0.11 / (1 - 1.11**-9) * sum(1.07**-i for i in range(1, 10))
    credit = LEFT[convention] * cost * 0.96**USED  # five years' failures are not credited
    salvage = [p for p in payments if p.kind == "salvage"]
    assert [(p.year, p.amount, p.factor) for p in salvage] == (
        [(2036, exactly(-credit), exactly(1.07 ** -(END - BASE)))] if credit else []
    )
    assert remaining_value(convention, RATE, USED, LIFE) == exactly(LEFT[convention])


@pytest.mark.parametrize("convention", LEFT)
def test_nothing_is_left_of_what_has_served_its_life(convention: str) -> None:
    assert remaining_value(convention, RATE, LIFE, LIFE) == 0
    assert remaining_value(convention, RATE, LIFE + 1, LIFE) == 0


def test_without_interest_money_is_only_counted() -> None:
    assert yearly_discount(_money(rate=0.0)) == {FIRST: 3, SECOND: 4}
    assert annuity_payment(0.0, LIFE, 0.5) == exactly(1 / LIFE)
    assert remaining_value("sinking_fund", 0.0, USED, LIFE) == remaining_value("straight_line", 0.0, USED, LIFE) == exactly(4 / 9)
    tiny = remaining_value("sinking_fund", 1e-9, USED, LIFE)
    assert tiny == pytest.approx(4 / 9, rel=1e-6)
    assert annuity_payment(1e-9, LIFE, 0.5) == pytest.approx(1 / LIFE, rel=1e-6)


@pytest.mark.parametrize("convention", ["straight_line", "sinking_fund", "none"])
@pytest.mark.parametrize("capital_falls", MOMENT)
@pytest.mark.parametrize("lead", [0, 1, 2, 3])
def test_annuities_at_the_discount_rate_cost_what_paying_upfront_costs(lead: int, capital_falls: str, convention: str) -> None:
    costs = [
        _worth(_payments(_money(capital=capital, capital_falls=capital_falls, end_of_horizon=convention), lead, wacc=RATE))
        for capital in ("annuity", "upfront")
    ]
    assert costs[0] == exactly(costs[1])


@pytest.mark.parametrize("wacc", [0.0, 0.02, RATE, 0.2])
@pytest.mark.parametrize("capital_falls", MOMENT)
def test_a_sinking_fund_credits_what_the_annuities_after_the_end_are_worth(capital_falls: str, wacc: float) -> None:
    dropped, fund = (
        _payments(_money(capital="annuity", capital_falls=capital_falls, end_of_horizon=end), wacc=wacc, failure=0)
        for end in ("annuities_dropped", "sinking_fund")
    )
    assert _worth(dropped) == exactly(_worth(fund))


@pytest.mark.parametrize("convention", ["straight_line", "sinking_fund"])
@pytest.mark.parametrize("capital", ["upfront", "annuity"])
@pytest.mark.parametrize("wacc", [0.0, 0.02, 0.3])
def test_no_capital_has_a_negative_cost(capital: str, convention: str, wacc: float) -> None:
    for lead in range(4):
        for rate in (0.0, 0.1, 0.4):
            money = _money(rate=rate, capital=capital, end_of_horizon=convention)
            assert _worth(capital_payments(money, FIRST, lead, 30, wacc, lambda age: 1.0)) > 0


def test_of_landing_the_share_left_is_credited_with_interest_from_the_day_it_was_paid() -> None:
    paid = 0.83  # what 1 paid in the years of the vintage is worth at the base year
    credit = content_credit(_money(), paid, FIRST + LEAD, LIFE, lambda age: (1 - FAILURE) ** age)
    assert (credit.kind, credit.year) == ("landing", END - 1)
    assert credit.amount == exactly(-LEFT["sinking_fund"] * 0.96**USED * 0.83 * 1.07 ** (FIRST + LEAD - BASE))
    assert credit.factor == exactly(1.07 ** -(END - BASE))
    assert content_credit(_money(end_of_horizon="none"), paid, FIRST + LEAD, LIFE, lambda age: 1.0).amount == 0
    assert content_credit(_money(), paid, FIRST + LEAD, USED, lambda age: 1.0).amount == 0  # at the end of its life


# The same conventions in a plan.
NEED = 1.25 * 4
BUILT = NEED / ((0.96 + 0.96**2 + 0.96**3 + 0.96**4) / 4)  # commissioned in 2032: what is left on average from 2033 to 2036


def _plan(folder: Path, finance: dict[str, Any] | None = None, **numbers: str | None) -> planner.Plan:
    """One vintage, ordered in 2030 for what comes after 2032; until then what stands already runs."""
    instance = world(
        folder, PLANTS, years=[FIRST, SECOND], last=END - 1, finance={"base_year": BASE, **(finance or {})},
        numbers={
            "power.plant.lifetime": f"{LIFE} yr", "power.plant.lead_time": f"{LEAD} yr", "power.plant.annual_failure": f"{FAILURE} 1/yr",
            "power.plant.wacc": f"{WACC} 1/yr", "power.plant.last_year": f"{FIRST} yr", "power.plant.existing": {FIRST: "5 GW", SECOND: "0 GW"}, **numbers,
        },
    )  # fmt: skip
    return planner.solve(instance)


def _capital(finance: dict[str, str]) -> tuple[float, float, float]:
    """What one unit of capital is worth, its salvage, and its payments undiscounted, by hand."""
    t = MOMENT[finance["capital_falls"]]
    if finance["capital"] == "upfront":
        paid = {2030: 1 / 2, 2031: 1 / 2}
    else:
        annuity = _at_commissioning(0.11, t) * 0.11 / (1 - 1.11**-9) / 1.11 ** (1 - t)
        paid = dict.fromkeys(range(2032, 2037 if finance["end_of_horizon"] == "annuities_dropped" else 2041), annuity)
    worth = sum(amount * 1.07 ** -(year - BASE + t) for year, amount in paid.items())
    if finance["capital"] == "upfront":
        cost = _at_commissioning(0.07, t)
    else:
        cost = sum(annuity * 1.07 ** -(i + t) for i in range(9))
    return worth, LEFT[finance["end_of_horizon"]] * cost * 0.96**USED, sum(paid.values())


CASES = [
    {"payments": "mid", "capital_falls": "start", "capital": "upfront", "end_of_horizon": "straight_line"},
    {"payments": "start", "capital_falls": "mid", "capital": "upfront", "end_of_horizon": "sinking_fund"},
    {"payments": "end", "capital_falls": "end", "capital": "upfront", "end_of_horizon": "none"},
    {"payments": "mid", "capital_falls": "mid", "capital": "annuity", "end_of_horizon": "annuities_dropped"},
    {"payments": "start", "capital_falls": "end", "capital": "annuity", "end_of_horizon": "straight_line"},
    {"payments": "end", "capital_falls": "start", "capital": "annuity", "end_of_horizon": "none"},
    {"payments": "mid", "capital_falls": "end", "capital": "annuity", "end_of_horizon": "sinking_fund"},
]


@pytest.mark.parametrize("finance", CASES, ids="-".join)
def test_a_plan_and_its_ledger_keep_the_conventions(tmp_path: Path, finance: dict[str, str]) -> None:
    plan = _plan(tmp_path, finance)
    assert value(plan["power.build"], year=FIRST) == exactly(BUILT / 3)  # in each of three calendar years
    t = MOMENT[finance["payments"]]
    weight = {
        FIRST: sum(1.07 ** -(y - BASE + t) for y in range(2030, 2033)),
        SECOND: sum(1.07 ** -(y - BASE + t) for y in range(2033, 2037)),
    }
    capital, credit, undiscounted = _capital(finance)
    parts = {
        "capital": 3 * BUILT * capital, "salvage": -3 * BUILT * credit * 1.07 ** -(END - BASE),
        "fixed": 0.11 * NEED * (weight[FIRST] + weight[SECOND]), "variable": 0.23 * NEED * (weight[FIRST] + weight[SECOND]),
    }  # fmt: skip
    assert plan.objective == exactly(sum(parts.values()))
    book = plan.ledger
    assert book.groupby("kind")["discounted"].sum().to_dict() == {
        kind: exactly(amount) for kind, amount in parts.items() if amount
    }
    sums = {
        "capital": 3 * BUILT * undiscounted,
        "salvage": -3 * BUILT * credit,
        "fixed": 0.11 * NEED * 7,
        "variable": 0.23 * NEED * 7,
    }
    assert book.groupby("kind")["undiscounted"].sum().to_dict() == {
        kind: exactly(amount) for kind, amount in sums.items() if amount
    }
    assert book["discounted"].sum() == pytest.approx(plan.objective, rel=1e-9)


def test_the_ledger_says_when_each_payment_falls_and_for_what(tmp_path: Path) -> None:
    book = _plan(tmp_path).ledger
    assert list(book.columns) == [
        "year",
        "block",
        "kind",
        "technology",
        "site",
        "body",
        "vintage",
        "item",
        "undiscounted",
        "discounted",
    ]
    assert [tuple(row) for row in book[["year", "kind", "technology", "site", "body", "vintage"]].itertuples(index=False)] == [
        (2030, "capital", "plant", "grid", "earth", "2030"), (2030, "fixed", "plant", "grid", "earth", ""), (2030, "variable", "plant", "grid", "earth", ""),
        (2031, "capital", "plant", "grid", "earth", "2030"),
        (2033, "fixed", "plant", "grid", "earth", ""), (2033, "variable", "plant", "grid", "earth", ""),
        (2036, "salvage", "plant", "grid", "earth", "2030"),
    ]  # fmt: skip
    assert book["block"].unique().tolist() == ["power"]


def test_the_ledger_of_everything_sums_to_the_objective() -> None:
    plan = planner.solve(planner.load(Path(__file__).parents[1] / "instances" / "toy"))
    book = plan.ledger
    assert book["discounted"].sum() == pytest.approx(plan.objective, rel=1e-9)
    kinds = {"capital", "salvage", "fixed", "variable", "fuel", "carbon", "transport", "goods", "spares", "sales", "unserved"}
    assert set(book["kind"]) >= kinds
    assert set(book["block"]) == {"compute", "link", "power", "storage", "launch", "industry", "helium3", "goods"}
    # Undiscounted, each running cost is what its quantity says, for the years that the model year stands for.
    for kind in set(book["kind"]) - {"capital", "salvage", "landing"}:
        table = plan[f"cost.{kind}"]
        yearly = by(table.assign(value=table["value"] * table["year"].map(plan.instance.weights)), "year")
        booked = book[book["kind"] == kind].groupby("year")["undiscounted"].sum().to_dict()
        assert booked == {y: exactly(amount) for y, amount in yearly.items() if abs(amount) > 1e-12}
    capital = plan["cost.capital"]
    assert book[book["kind"] == "capital"]["undiscounted"].sum() == exactly(
        (capital["value"] * capital["year"].map(plan.instance.weights)).sum()
    )


def test_another_base_year_scales_the_cost_and_changes_nothing_else(tmp_path: Path) -> None:
    plan, later = _plan(tmp_path / "a"), _plan(tmp_path / "b", {"base_year": BASE + 3})
    assert later.objective == exactly(plan.objective * 1.07**3)
    assert later.prices["power_balance"]["value"].tolist() == exactly(plan.prices["power_balance"]["value"].tolist())
    assert later["power.build"].equals(plan["power.build"])
    assert total(later.ledger.rename(columns={"undiscounted": "value"})) == exactly(
        total(plan.ledger.rename(columns={"undiscounted": "value"}))
    )


def test_a_plan_with_annuities_at_the_discount_rate_costs_what_one_paid_upfront_costs(tmp_path: Path) -> None:
    numbers: dict[str, Any] = {"power.plant.wacc": None, "power.plant.lead_time": None}
    upfront = _plan(tmp_path / "a", {"capital": "upfront", "end_of_horizon": "none"}, **numbers)
    annuity = _plan(tmp_path / "b", {"capital": "annuity", "end_of_horizon": "none"}, **numbers)
    assert annuity.objective == exactly(upfront.objective)
    assert annuity.prices["power_balance"]["value"].tolist() == exactly(upfront.prices["power_balance"]["value"].tolist())
