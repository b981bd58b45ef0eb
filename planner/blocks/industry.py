"""Industry: goods made on the spot.

(I1) make[k,s,y,h] <= availability[k,s,h] * in_service[k,s,y]

What is made joins what has landed on the body, in the goods balance of `model.py`, and draws power in the power balance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyomo.core as pyo

from planner.blocks import fleet
from planner.blocks.lives import Lives
from planner.blocks.pyomo_units import declare, positive
from planner.parameters import Parameter
from planner.quantities import Quantity

if TYPE_CHECKING:
    from planner.instance import Instance

# fmt: off
PARAMETERS = (
    *fleet.parameters("industry"),
    Parameter("industry", "availability", ("technology", "site", "slice"), "1", "greatest output per unit of capacity in service", default=1.0, upper=1.0),
    Parameter("industry", "energy_use", ("technology", "site"), "GW/(kt/yr)", "power drawn per mass made", default=0.0),
    Parameter("industry", "variable_cost", ("technology", "site", "year"), "GUSD/kt", "cost per mass made, beside power", default=0.0),
)

QUANTITIES = (
    *fleet.quantities("industry"),
    Quantity("industry.make", ("technology", "site", "year", "slice"), "kt/yr", "goods made in a slice"),
    Quantity("industry.output", ("technology", "site", "year"), "kt/yr", "goods made, averaged over the year"),
)
# fmt: on


def add_industry(b: pyo.Block, instance: Instance) -> Lives:
    """Add factories and what they make."""
    lives = fleet.add_fleet(b, instance, "industry")
    declare(b, instance, fleet.own(PARAMETERS))
    slices = {s: instance.slices[instance.sites[s]] for _, s in lives.assets}
    positive(b, "make", [(*index, h) for index in lives.standing for h in slices[index[1]]], "kt/yr")

    @b.Constraint(list(b.make.index_set()), doc="(I1)")
    def make_limit(b: pyo.Block, k: str, s: str, y: int, h: str) -> Any:
        return b.make[k, s, y, h] <= b.availability[k, s, h] * b.in_service[k, s, y]

    @b.Expression(lives.standing)
    def output(b: pyo.Block, k: str, s: str, y: int) -> Any:
        return sum(b.slice_share[h] * b.make[k, s, y, h] for h in slices[s])

    @b.Expression([(k, s, y) for k, s, y in lives.standing if pyo.value(b.variable_cost[k, s, y]) > 0])
    def cost_variable(b: pyo.Block, k: str, s: str, y: int) -> Any:
        return b.variable_cost[k, s, y] * b.output[k, s, y]

    return lives
