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
        for (k, s, v), cheap in dict((index[0], (index, cheap)) for index, cheap in _structure_above_capex(instance, block)).values():
            row = _row(rows, "goods", "price", "structural") or _row(rows, block, "mass_structural", k)
            message = f"the structure of {k} at {s} in {v} would cost {cheap:.6g} GUSD/{CAPACITY_UNITS[block]} more than its capex"
            if row is not None:
                problems.add_at(row, _field(row), f"{message}, which includes it: expected a lower price or mass, or a higher capex")
        if instance.numbers["finance.discount_rate"][None] < 0:
            for (k, s, v), worth in dict((index[0], (index, worth)) for index, worth in _negative_capital(instance, block)).values():
                row = _row(rows, "finance", "discount_rate", "")
                message = f"1 GUSD of capex of {k} at {s}, ordered in {v}, would cost {worth:.6g} GUSD: what is credited when the horizon ends"
                if row is not None:
                    problems.add_at(row, _field(row), f"{message} is more than what was paid, expected a rate of at least 0 or another end_of_horizon")


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
    """With a rate that is not negative none is: a credit is at most what was paid."""
    for vintage, payments in Lives(instance, block).payments(instance):
        worth = sum(payment.amount * payment.factor for payment in payments)
        if worth < 0:
            yield vintage, worth


def _row(rows: list[ParameterRow], block: str, parameter: str, item: str) -> ParameterRow | None:
    found = [row for row in rows if (row.block, row.parameter) == (block, parameter) and row.item in (item, "")]
    return max(found, key=lambda row: row.item == item, default=None)


def _field(row: ParameterRow) -> str:
    return "value" if row.value is not None else str(row.years[0][0])
