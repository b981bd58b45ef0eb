"""Power plants: generation, fuel, emissions and helium-3 burnt.

(P1) generation[k,s,y,h] <= availability[k,s,h] * in_service[k,s,y]
(P4) fuel, emissions and helium-3 burnt are proportional to generation
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyomo.core as pyo

from planner.blocks import fleet
from planner.blocks.lives import Lives, Vintage
from planner.blocks.pyomo_units import declare, positive
from planner.parameters import Parameter
from planner.quantities import Quantity

if TYPE_CHECKING:
    from planner.instance import Instance

# fmt: off
PARAMETERS = (
    *fleet.parameters("power"),
    Parameter("power", "availability", ("technology", "site", "slice"), "1", "greatest output per unit of capacity in service", default=1.0, upper=1.0),
    Parameter("power", "variable_cost", ("technology", "site", "year"), "GUSD/(GW*yr)", "cost of output, beside fuel", default=0.0),
    Parameter("power", "fuel_use", ("technology", "site"), "1", "fuel energy per energy generated (the heat rate)", default=0.0),
    Parameter("power", "fuel_price", ("technology", "site", "year"), "GUSD/(GW*yr)", "price of the fuel's energy", default=0.0),
    Parameter("power", "emission_factor", ("technology", "site"), "Mt/(GW*yr)", "CO2 per energy generated", default=0.0),
    Parameter("power", "helium3_use", ("technology", "site"), "t/(GW*yr)", "helium-3 burnt per energy generated", default=0.0),
)

QUANTITIES = (
    *fleet.quantities("power"),
    Quantity("power.generation", ("technology", "site", "year", "slice"), "GW", "power generated in a slice"),
    Quantity("power.output", ("technology", "site", "year"), "GW", "power generated, averaged over the year"),
    Quantity("power.fuel", ("technology", "site", "year"), "GW", "fuel energy burnt, averaged over the year"),
)
# fmt: on


def add_power(b: pyo.Block, instance: Instance) -> Lives:
    """Add power plants and what they burn."""
    lives = fleet.add_fleet(b, instance, "power")
    declare(b, instance, fleet.own(PARAMETERS))
    slices = {s: instance.slices[instance.sites[s]] for _, s in lives.assets}
    positive(b, "generation", [(*index, h) for index in lives.standing for h in slices[index[1]]], "GW")

    @b.Constraint(list(b.generation.index_set()), doc="(P1)")
    def generation_limit(b: pyo.Block, k: str, s: str, y: int, h: str) -> Any:
        return b.generation[k, s, y, h] <= b.availability[k, s, h] * b.in_service[k, s, y]

    @b.Expression(lives.standing)
    def output(b: pyo.Block, k: str, s: str, y: int) -> Any:
        return sum(b.slice_share[h] * b.generation[k, s, y, h] for h in slices[s])

    _add_burning(b, lives)
    return lives


def _add_burning(b: pyo.Block, lives: Lives) -> None:
    """(P4): everything that is proportional to generation."""

    def with_positive(*names: str) -> list[Vintage]:
        factors = [getattr(b, name) for name in names]
        return [(k, s, y) for k, s, y in lives.standing if all(pyo.value(f[(k, s, y)[: f.dim()]]) > 0 for f in factors)]

    @b.Expression(with_positive("fuel_use"))
    def fuel(b: pyo.Block, k: str, s: str, y: int) -> Any:
        return b.fuel_use[k, s] * b.output[k, s, y]

    @b.Expression(with_positive("emission_factor"))
    def emissions(b: pyo.Block, k: str, s: str, y: int) -> Any:
        return b.emission_factor[k, s] * b.output[k, s, y]

    @b.Expression(with_positive("helium3_use"))
    def helium3_burnt(b: pyo.Block, k: str, s: str, y: int) -> Any:
        return b.helium3_use[k, s] * b.output[k, s, y]

    @b.Expression(with_positive("fuel_use", "fuel_price"))
    def cost_fuel(b: pyo.Block, k: str, s: str, y: int) -> Any:
        return b.fuel_price[k, s, y] * b.fuel[k, s, y]

    @b.Expression(with_positive("variable_cost"))
    def cost_variable(b: pyo.Block, k: str, s: str, y: int) -> Any:
        return b.variable_cost[k, s, y] * b.output[k, s, y]
