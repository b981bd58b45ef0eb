"""Money: what is paid, when it is paid, and what it is worth at the base year.

(D) D_y = sum over the calendar years j = 0 .. weight[y] - 1 of (1 + rate)^-(y + j - base + t), t = 0, 1/2 or 1

Every cost of a running year is a yearly rate and is weighted with D_y. Capital has a schedule of payments of its own,
with its own conventions: in the year of ordering or spread over the lead time, or as annuities; and what is left of an
asset at the end of the horizon is credited at the end of the last calendar year. The choices stand in `[finance]` of
`instance.toml`; each is tested in closed form with all rates different.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from planner.arithmetic import expm1, log1p
from planner.parameters import Parameter
from planner.quantities import Quantity

if TYPE_CHECKING:
    from planner.instance import Instance

#: How far into a year a payment falls, as a share of the year.
TIMING = {"start": 0.0, "mid": 0.5, "end": 1.0}

# fmt: off
PARAMETERS = (
    Parameter("finance", "discount_rate", (), "1/yr", "rate at which future money is discounted, real", required=True, lower=-0.5, upper=2.0),
    Parameter("finance", "carbon_price", ("body", "year"), "GUSD/Mt", "price of CO2 emitted on the body", default=0.0),
)

QUANTITIES = (
    Quantity("cost.capital", ("technology", "site", "year"), "GUSD/yr", "overnight cost of what is ordered, less its bulk goods, with what is lost on the way"),
    Quantity("cost.fixed", ("technology", "site", "year"), "GUSD/yr", "cost of what is kept in service"),
    Quantity("cost.spares", ("technology", "site", "year"), "GUSD/yr", "capex of the parts that are replaced in what is kept in service"),
    Quantity("cost.variable", ("technology", "site", "year"), "GUSD/yr", "cost of output, beside fuel and power"),
    Quantity("cost.fuel", ("technology", "site", "year"), "GUSD/yr", "cost of fuel"),
    Quantity("cost.carbon", ("technology", "site", "year"), "GUSD/yr", "price of the CO2 emitted"),
    Quantity("cost.transport", ("route", "year"), "GUSD/yr", "price of lift and delivery"),
    Quantity("cost.purchases", ("market", "year"), "GUSD/yr", "helium-3 bought"),
    Quantity("cost.sales", ("market", "year"), "GUSD/yr", "helium-3 sold, a negative cost"),
    Quantity("cost.unserved", ("tier", "year"), "GUSD/yr", "value of the demand left unserved"),
)
# fmt: on


class Payment(NamedTuple):
    """A payment for one unit of what is ordered: `capital`, `salvage` or `landing`, its calendar year, amount and discount factor."""

    kind: str
    year: int
    amount: float
    factor: float


def yearly_discount(instance: Instance) -> dict[int, float]:
    """(D) for each model year, in years: the worth at the base year of 1 paid in each of its calendar years."""
    rate, base, t = instance.numbers["finance.discount_rate"][None], instance.finance.base_year, TIMING[instance.finance.payments]
    return {y: sum((1 + rate) ** -(y + j - base + t) for j in range(n)) for y, n in instance.weights.items()}


def end_of_horizon(instance: Instance) -> int:
    """The calendar year that begins when the last model year ends."""
    return instance.years[-1] + instance.weights[instance.years[-1]]


def capital_payments(
    instance: Instance, ordered: int, lead_time: int, lifetime: int, wacc: float | None, surviving: Callable[[int], float]
) -> list[Payment]:
    """All payments for one unit of overnight cost that is ordered in a calendar year, salvage last and negative.

    `wacc` None means the discount rate. `surviving` gives the share left at an age: only what stands is credited.
    The overnight cost falls in equal parts on the years of the lead time. An annuity pays for these parts with interest, up to
    commissioning, at the WACC. What is credited is the share left of what has been paid or is still to be paid, as it is
    worth at commissioning at the discount rate: so an annuity at the discount rate costs what paying upfront costs, and
    with `sinking_fund` the credit is just what is paid after the end of the horizon.
    """
    finance, rate, end = instance.finance, instance.numbers["finance.discount_rate"][None], end_of_horizon(instance)
    t, commissioned = TIMING[finance.capital_falls], ordered + lead_time

    def factor(moment: float) -> float:
        return (1 + rate) ** -(moment - finance.base_year)

    def at_commissioning(interest: float) -> float:
        """The worth at commissioning of the overnight cost, paid in equal parts over the lead time."""
        years = max(lead_time, 1)
        return sum((1 + interest) ** (lead_time - j - t) for j in range(years)) / years

    if finance.capital == "upfront":
        spread = max(lead_time, 1)
        payments = [Payment("capital", ordered + j, 1 / spread, factor(ordered + j + t)) for j in range(spread)]
        cost = at_commissioning(rate)
    else:
        own = rate if wacc is None else wacc
        annuity = annuity_payment(own, lifetime, t) * at_commissioning(own)
        last = min(commissioned + lifetime, end) if finance.end_of_horizon == "annuities_dropped" else commissioned + lifetime
        payments = [Payment("capital", year, annuity, factor(year + t)) for year in range(commissioned, last)]
        cost = annuity / annuity_payment(rate, lifetime, t)
    if credit := remaining_value(finance.end_of_horizon, rate, end - commissioned, lifetime):
        payments.append(Payment("salvage", end - 1, -credit * cost * surviving(end - commissioned), factor(end)))
    return payments


def content_credit(
    instance: Instance, paid: float, commissioned: int, lifetime: int, surviving: Callable[[int], float]
) -> Payment:
    """What is credited for one unit of the cost of landing or making the goods of a vintage, as far as it is left.

    `paid` is what a unit, paid in the model year of ordering, is worth at the base year: (D) by its calendar years.
    """
    finance, rate, end = instance.finance, instance.numbers["finance.discount_rate"][None], end_of_horizon(instance)
    used = end - commissioned
    credit = remaining_value(finance.end_of_horizon, rate, used, lifetime)
    at_commissioning = paid * (1 + rate) ** (commissioned - finance.base_year)
    left = surviving(used) if used < lifetime else 0.0
    return Payment("landing", end - 1, -credit * left * at_commissioning, (1 + rate) ** -(end - finance.base_year))


def annuity_payment(interest: float, lifetime: int, timing: float) -> float:
    """The level yearly payment, `timing` into each year of a life, that is worth 1 at its start at a rate of interest."""
    if interest == 0:
        return 1 / lifetime
    return interest / -expm1(-lifetime * log1p(interest)) * (1 + interest) ** (timing - 1)


def remaining_value(convention: str, rate: float, used: int, lifetime: int) -> float:
    """The share of its cost at commissioning that is credited for an asset that has served `used` years when the horizon ends."""
    if used >= lifetime or convention in ("none", "annuities_dropped"):
        return 0.0
    if convention == "straight_line" or rate == 0:
        return 1 - used / lifetime
    return 1 - expm1(used * log1p(rate)) / expm1(lifetime * log1p(rate))
