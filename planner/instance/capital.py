"""Capital that would cost less than nothing: a plan would earn from building what nobody needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from planner.blocks.lives import Lives, Vintage
from planner.instance.problems import Problems
from planner.instance.rows import ParameterRow
from planner.instance.tables import TECHNOLOGY_BLOCKS
from planner.parameters import CAPACITY_UNITS

if TYPE_CHECKING:
    from planner.instance.instance import Instance


def check_capital(instance: Instance, rows: Iterable[ParameterRow], problems: Problems) -> None:
    """Add a problem for each technology with a vintage that costs less than nothing, at the row that makes it so."""
    rows = list(rows)
    for block in TECHNOLOGY_BLOCKS:
        for (k, s, v), excess in _one_of_each(_structure_above_capex(instance, block)):
            row = _row(rows, "goods", "price", "structural") or _row(rows, block, "mass_structural", k)
            what = f"the structure of {k} at {s} would cost {excess:.6g} GUSD/{CAPACITY_UNITS[block]} more in {v} than its capex"
            _add(problems, row, f"{what}, which includes it: expected a lower price or mass, or a higher capex")
        for (k, s, v), worth in _one_of_each(_negative_capital(instance, block)):
            what = f"1 GUSD of capex of {k} at {s}, ordered in {v}, would cost {worth:.6g} GUSD, more being credited at the end"
            expected = "expected a rate of at least 0, or sinking_fund or none as end_of_horizon"
            _add(problems, _row(rows, "finance", "discount_rate", ""), f"{what}: {expected}")


def _structure_above_capex(instance: Instance, block: str) -> Iterator[tuple[Vintage, float]]:
    prices = {y: instance.numbers["goods.price"].get(("structural", y), 0.0) for y in instance.years}
    if not any(prices.values()):
        return
    capex = instance.numbers[f"{block}.capex"]
    for index, mass in instance.numbers[f"{block}.mass_structural"].items():
        excess = prices[index[-1]] * mass - capex[index]
        if excess > 0:
            yield index, excess


def _negative_capital(instance: Instance, block: str) -> Iterator[tuple[Vintage, float]]:
    """At a rate that is not negative there is none: the credit is at most what was paid."""
    if instance.numbers["finance.discount_rate"][None] >= 0:
        return
    for vintage, payments in Lives(instance, block).payments(instance):
        worth = sum(payment.amount * payment.factor for payment in payments)
        if worth < 0:
            yield vintage, worth


def _one_of_each(found: Iterable[tuple[Vintage, float]]) -> Iterable[tuple[Vintage, float]]:
    """One vintage of each technology."""
    return {vintage[0]: (vintage, amount) for vintage, amount in found}.values()


def _row(rows: list[ParameterRow], block: str, parameter: str, item: str) -> ParameterRow | None:
    found = [row for row in rows if (row.block, row.parameter) == (block, parameter) and row.item in (item, "")]
    return max(found, key=lambda row: row.item == item, default=None)


def _add(problems: Problems, row: ParameterRow | None, message: str) -> None:
    if row is not None:  # a number without a row is refused elsewhere
        problems.add_at(row, "value" if row.value is not None else str(row.years[0][0]), message)
