"""Storage: energy carried from one slice to the next, cyclic within a cycle of the body's slices.

(P2) level[k,s,y,h] = (1 - loss)^hours * level[k,s,y,previous h] + hours * (efficiency_in * charge - discharge / efficiency_out)
(P3) level <= in_service; charge <= in_service / charge_time; discharge <= in_service / discharge_time

Capacity is counted in energy. The level is that at the end of one occurrence of a slice: within it the level moves
in a straight line, so its ends bound it.
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
    *fleet.parameters("storage"),
    Parameter("storage", "efficiency_in", ("technology", "site"), "1", "energy stored per energy taken in", default=1.0, open_below=True, upper=1.0),
    Parameter("storage", "efficiency_out", ("technology", "site"), "1", "energy given out per energy taken from the store", default=1.0,
              open_below=True, upper=1.0),
    Parameter("storage", "loss", ("technology", "site"), "1/h", "share of the level lost each hour", default=0.0, upper=0.99),
    Parameter("storage", "charge_time", ("technology", "site"), "h", "hours to fill the store at full power", required=True, open_below=True),
    Parameter("storage", "discharge_time", ("technology", "site"), "h", "hours to empty the store at full power", required=True, open_below=True),
    Parameter("storage", "variable_cost", ("technology", "site", "year"), "GUSD/(GW*yr)", "cost of energy given out", default=0.0),
)

QUANTITIES = (
    *fleet.quantities("storage"),
    Quantity("storage.charge", ("technology", "site", "year", "slice"), "GW", "power taken in"),
    Quantity("storage.discharge", ("technology", "site", "year", "slice"), "GW", "power given out"),
    Quantity("storage.level", ("technology", "site", "year", "slice"), "GWh", "energy in store at the end of one occurrence of the slice"),
)
# fmt: on


def add_storage(b: pyo.Block, instance: Instance) -> Lives:
    """Add storages, their levels, and what they take in and give out."""
    lives = fleet.add_fleet(b, instance, "storage")
    declare(b, instance, fleet.own(PARAMETERS))
    slices = {s: instance.slices[instance.sites[s]] for _, s in lives.assets}
    dispatch = [(*index, h) for index in lives.standing for h in slices[index[1]]]
    positive(b, "charge", dispatch, "GW")
    positive(b, "discharge", dispatch, "GW")
    positive(b, "level", dispatch, "GWh")

    @b.Constraint(dispatch, doc="(P2)")
    def level_balance(b: pyo.Block, k: str, s: str, y: int, h: str) -> Any:
        kept = (1 - pyo.value(b.loss[k, s])) ** pyo.value(b.slice_hours[h])
        gained = b.efficiency_in[k, s] * b.charge[k, s, y, h] - b.discharge[k, s, y, h] / b.efficiency_out[k, s]
        return b.level[k, s, y, h] == kept * b.level[k, s, y, instance.previous[h]] + b.slice_hours[h] * gained

    @b.Constraint(dispatch, doc="(P3)")
    def level_limit(b: pyo.Block, k: str, s: str, y: int, h: str) -> Any:
        return b.level[k, s, y, h] <= b.in_service[k, s, y]

    @b.Constraint(dispatch, doc="(P3)")
    def charge_limit(b: pyo.Block, k: str, s: str, y: int, h: str) -> Any:
        return b.charge_time[k, s] * b.charge[k, s, y, h] <= b.in_service[k, s, y]

    @b.Constraint(dispatch, doc="(P3)")
    def discharge_limit(b: pyo.Block, k: str, s: str, y: int, h: str) -> Any:
        return b.discharge_time[k, s] * b.discharge[k, s, y, h] <= b.in_service[k, s, y]

    @b.Expression([(k, s, y) for k, s, y in lives.standing if pyo.value(b.variable_cost[k, s, y]) > 0])
    def cost_variable(b: pyo.Block, k: str, s: str, y: int) -> Any:
        return b.variable_cost[k, s, y] * sum(b.slice_share[h] * b.discharge[k, s, y, h] for h in slices[s])

    return lives
