"""Slips in rates and conventions of money."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from planner.instance.findings import Finding, finding_at

if TYPE_CHECKING:
    from planner.instance.slips.look import Look

#: A yearly rate above this is more likely a number in percent that lost a digit.
_HIGHEST = 0.5


def high_rates(look: Look) -> Iterator[Finding]:
    """A discount rate or a cost of capital of more than half a year."""
    for row in look.instance.rows:
        if row.parameter in ("discount_rate", "wacc"):
            rate = row.values[0] * look.instance.units.factor(row.unit, "1/yr")
            if rate > _HIGHEST:
                yield finding_at(row, f"{row.address} is {rate:.0%} a year: is its unit right?")


def unused_wacc(look: Look) -> Iterator[Finding]:
    """A cost of capital where capital is paid at once."""
    if look.instance.finance.capital == "annuity":
        return
    for row in look.instance.rows:
        if row.parameter == "wacc":
            yield finding_at(row, f"{row.address} changes nothing: it is used by annuities, and finance.capital is upfront")


def annuities_of_nothing(look: Look) -> Iterator[Finding]:
    """Annuities that are dropped after the horizon where there are none."""
    finance = look.instance.finance
    if finance.capital == "upfront" and finance.end_of_horizon == "annuities_dropped":
        said = "end_of_horizon is annuities_dropped and capital is upfront: there are no annuities, and nothing is credited"
        yield look.at_table("finance", "end_of_horizon", said)


def late_money(look: Look) -> Iterator[Finding]:
    """A price year after the horizon."""
    finance, last = look.instance.finance, look.instance.conventions.horizon.last
    if finance.price_year > last:
        yield look.at_table(
            "finance", "price_year", f"price_year {finance.price_year} is after the horizon, which ends in {last}"
        )


def unpriced_carbon(look: Look) -> Iterator[Finding]:
    """A price of carbon on bodies where nothing emits."""
    emits = {
        look.instance.sites[site]
        for block in ("power", "launch")
        for technology, site in look.assets[block]
        if look.number(f"{block}.emission_factor", technology, site)
    }
    for row in look.instance.rows:
        if row.parameter == "carbon_price" and any(row.values):
            bodies = {row.at} if row.at else set(look.instance.bodies)
            if not bodies & emits:
                where = f"on {row.at}" if row.at else "anywhere"
                yield finding_at(row, f"{row.address} changes nothing: no emission_factor is stated of what may stand {where}")


CHECKS = (high_rates, unused_wacc, annuities_of_nothing, late_money, unpriced_carbon)
