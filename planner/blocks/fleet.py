"""Fleets: the life of whatever is built, used by the other blocks by composition.

(F1) installed[k,s,y] = existing[k,s,y] + sum over vintages v alive in y of left[k,s,v,y] * weight[v] * build[k,s,v]
(F2) 0 <= in_service[k,s,y] <= installed[k,s,y]
(F3) installed on a body in y <= what `growth` and `seed` make of what was installed the model year before
(F4) build <= max_build * share of the calendar years in which it can be ordered

`build` is a yearly rate: weight[v] times as much is ordered, and paid, in the first calendar year of the model year in
which it can be, and commissioned `lead_time` years later. `left` is the share of it that has not failed and not reached the end of its
`lifetime`, averaged over the calendar years that y stands for, so that a life of six years is six years whatever the
step. Where failures are geometric, (F1) is written from one model year to the next, with the vintages that come and go
in between, instead of over all that live: the same equation with a few terms instead of one a vintage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyomo.core as pyo

from planner.blocks.goods import add_worth, unit_worth
from planner.blocks.lives import Lives, Vintage
from planner.blocks.losses import add_use, excess_cost
from planner.blocks.pyomo_units import declare, positive
from planner.blocks.time import add_time
from planner.parameters import CAPACITY_UNITS, Parameter
from planner.quantities import Quantity

if TYPE_CHECKING:
    from planner.instance import Instance

# fmt: off
PARAMETERS = (
    Parameter("", "capex", ("technology", "site", "vintage"), "GUSD/{capacity}", "overnight cost of a unit of capacity ordered in that year",
              required=True),
    Parameter("", "fixed_cost", ("technology", "site", "year"), "GUSD/yr/{capacity}", "yearly cost of a unit of capacity kept in service",
              default=0.0),
    Parameter("", "lifetime", ("technology", "site"), "yr", "years in service from commissioning", required=True, open_below=True, upper=600.0,
              whole=True),
    Parameter("", "lead_time", ("technology", "site"), "yr", "years from order to commissioning", default=0.0, upper=100.0, whole=True),
    Parameter("", "wacc", ("technology", "site"), "1/yr", "weighted average cost of capital, used by annuities (default: the discount rate)",
              upper=2.0),
    Parameter("", "annual_failure", ("technology", "site"), "1/yr", "share of what stands that fails each year and is not repaired",
              default=0.0, upper=0.99),
    Parameter("", "existing", ("technology", "site", "year"), "{capacity}", "what stood before the horizon and still stands in that year",
              default=0.0, gives="share"),
    Parameter("", "growth", ("technology", "body"), "1/yr", "greatest growth of the installed capacity on a body; absent: not held back"),
    Parameter("", "seed", ("technology", "body"), "{capacity}", "capacity that growth may add in each calendar year from nothing", default=0.0,
              gives="more"),
    Parameter("", "max_build", ("technology", "site", "year"), "{capacity}/yr", "most that can be ordered at a site in a calendar year", gives="more"),
    Parameter("", "first_year", ("technology",), "yr", "first year in which it can be ordered", lower=1900, upper=2500, whole=True),
    Parameter("", "last_year", ("technology",), "yr", "last year in which it can be ordered", lower=1900, upper=2500, whole=True),
    Parameter("", "mass_complex", ("technology", "site", "vintage"), "kt/{capacity}",
              "mass per unit that only a body that supplies or makes complex goods can provide", default=0.0),
    Parameter("", "mass_structural", ("technology", "site", "vintage"), "kt/{capacity}",
              "mass per unit of structural goods, launched or made on the spot", default=0.0),
    Parameter("", "spares", ("technology", "site"), "1/yr", "share of a unit in service that is replaced each year, at the mass and capex of the year", default=0.0),
    Parameter("", "land", ("technology", "site"), "km2/{capacity}", "land that a unit of installed capacity occupies", default=0.0),
)

QUANTITIES = (
    Quantity("build", ("technology", "site", "year"), "{capacity}/yr", "capacity ordered in each calendar year"),
    Quantity("installed", ("technology", "site", "year"), "{capacity}", "capacity that stands"),
    Quantity("in_service", ("technology", "site", "year"), "{capacity}", "capacity kept in service; the rest is mothballed"),
)
# fmt: on


def parameters(block: str) -> tuple[Parameter, ...]:
    """The parameters that every technology of the block has."""
    return tuple(parameter.of(block) for parameter in PARAMETERS)


def own(parameters: tuple[Parameter, ...]) -> list[Parameter]:
    """Those of a block's parameters that are not a fleet's."""
    names = {parameter.name for parameter in PARAMETERS}
    return [parameter for parameter in parameters if parameter.name not in names]


def quantities(block: str, **index: tuple[str, ...]) -> tuple[Quantity, ...]:
    """The quantities that every block with technologies has; `index` replaces the index of some of them."""
    return tuple(replace(quantity, index=index.get(quantity.name, quantity.index)).of(block) for quantity in QUANTITIES)


def add_fleet(b: pyo.Block, instance: Instance, block: str, serviced: bool = True) -> Lives:
    """Add the fleets of a block's technologies: what is ordered, what stands and, unless not `serviced`, what is kept in service."""
    capacity = CAPACITY_UNITS[block]
    lives = Lives(instance, block)
    add_time(b, instance)
    declare(b, instance, parameters(block))
    standing = set(lives.standing)
    before = dict(zip(instance.years[1:], instance.years, strict=False))

    def most(b: pyo.Block, k: str, s: str, v: int) -> tuple[float, float | None]:  # (F4)
        return 0, lives.share_orderable(k, v) * pyo.value(b.max_build[k, s, v]) if (k, s, v) in b.max_build else None

    positive(b, "build", lives.orders, f"{capacity}/yr", bounds=most)
    positive(b, "installed", lives.standing, capacity)

    @b.Constraint(lives.standing, doc="(F1)")
    def standing_capacity(b: pyo.Block, k: str, s: str, y: int) -> Any:
        past, left = before.get(y), 0
        if past is not None and lives.carries_over(k) and (k, s, past) in standing:
            left = lives.share_kept(k, s, past, y) * (b.installed[k, s, past] - b.existing[k, s, past])
        added = sum(share * b.weight[v] * b.build[k, s, v] for v, share in lives.changes[k, s, y])
        return b.installed[k, s, y] - left - added == b.existing[k, s, y]

    if serviced:
        positive(b, "in_service", lives.standing, capacity)

        @b.Constraint(lives.standing, doc="(F2)")
        def kept_in_service(b: pyo.Block, k: str, s: str, y: int) -> Any:
            return b.in_service[k, s, y] <= b.installed[k, s, y]

    _add_growth(b, instance, lives)
    _add_costs(b, lives, serviced)
    return lives


def _add_growth(b: pyo.Block, instance: Instance, lives: Lives) -> None:
    standing, at_start = set(lives.standing), instance.numbers[f"{lives.block}.existing_at_start"]
    before = dict(zip(instance.years[1:], instance.years, strict=False))
    places = {(k, body): [s for s in instance.technologies[k].sites if instance.sites[s] == body] for k, body in b.growth}
    held_back = [
        (k, body, y) for (k, body), sites in places.items() for y in instance.years if any((k, s, y) in standing for s in sites)
    ]

    @b.Constraint(held_back, doc="(F3)")
    def growth_limit(b: pyo.Block, k: str, body: str, y: int) -> Any:
        sites, past = places[k, body], before.get(y)
        now = sum(b.installed[k, s, y] for s in sites if (k, s, y) in standing)
        if past is None:
            then = sum(at_start.get((k, s), b.existing[k, s, y]) for s in sites)
        else:
            then = sum(b.installed[k, s, past] for s in sites if (k, s, past) in standing)
        kept, started = growth_between(pyo.value(b.growth[k, body]), instance.weights[past] if past else 0, instance.weights[y])
        return now <= kept * then + started * b.seed[k, body]


def add_spares(b: pyo.Block, lives: Lives, in_service: Mapping[Vintage, Any]) -> None:
    """Add what the spare parts cost of what is kept in service, by technology, site and year."""
    kept = {index: amount for index, amount in in_service.items() if pyo.value(b.spares[index[:2]]) > 0}
    add_use(
        b, lives, "spare",
        {index: b.spares[index[:2]] * b.mass_complex[index] * amount for index, amount in kept.items() if pyo.value(b.mass_complex[index]) > 0},
    )  # fmt: skip

    @b.Expression(list(kept))
    def cost_spares(b: pyo.Block, k: str, s: str, y: int) -> Any:
        return b.spares[k, s] * unit_worth(b, k, s, y) * kept[k, s, y] + excess_cost(b, "spare", k, s, y)


def growth_between(growth: float, before: int, now: int) -> tuple[float, float]:
    """(F3): the factor of what was installed, on average, in a model year of `before` calendar years, and that of the seed,
    which bound what is installed, on average, in the next, of `now` calendar years.

    Each calendar year may have (1 + growth) times the one before and a seed: x' = (1 + growth) x + seed. Averaged over the years
    of a step this is the same bound whatever the step. With `before` 0, what was installed stood in the year before the first.
    """

    def grown(years: int) -> tuple[float, float]:
        return (1 + growth) ** years, sum((1 + growth) ** i for i in range(years))

    def mean(years: int) -> tuple[float, float]:
        """The mean over some years of what the first of them makes of a unit and of a seed."""
        each = [grown(j) for j in range(years)]
        return sum(kept for kept, _ in each) / years, sum(started for _, started in each) / years

    kept, started = grown(max(before, 1))
    if before > 1:  # back from the mean of the step before to its first year
        of_unit, of_seed = mean(before)
        kept, started = kept / of_unit, started - kept * of_seed / of_unit
    if now > 1:
        of_unit, of_seed = mean(now)
        kept, started = kept * of_unit, started * of_unit + of_seed
    return kept, started


def _add_costs(b: pyo.Block, lives: Lives, serviced: bool) -> None:
    """Quantities of money and land that every fleet has; a compute fleet adds up what it has in service itself."""
    add_worth(b, lives)
    complex_orders = [index for index in lives.orders if pyo.value(b.mass_complex[index]) > 0]
    add_use(b, lives, "built", {index: b.mass_complex[index] * b.build[index] for index in complex_orders})

    @b.Expression(lives.orders)
    def cost_capital(b: pyo.Block, k: str, s: str, v: int) -> Any:
        return unit_worth(b, k, s, v) * b.build[k, s, v] + excess_cost(b, "built", k, s, v)

    if serviced:

        @b.Expression([(k, s, y) for k, s, y in lives.standing if pyo.value(b.fixed_cost[k, s, y]) > 0])
        def cost_fixed(b: pyo.Block, k: str, s: str, y: int) -> Any:
            return b.fixed_cost[k, s, y] * b.in_service[k, s, y]

        add_spares(b, lives, {index: b.in_service[index] for index in lives.standing})

    @b.Expression([(k, s, y) for k, s, y in lives.standing if pyo.value(b.land[k, s]) > 0])
    def land_occupied(b: pyo.Block, k: str, s: str, y: int) -> Any:
        return b.land[k, s] * b.installed[k, s, y]
