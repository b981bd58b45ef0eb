"""Helium-3: dug, stocked, burnt, bought and sold.

(H1) sum over deposits d at s of dig[k,d,y,h] <= availability[k,s,h] * in_service[k,s,y]
(H2) remaining[d,y] = remaining[d,year before] - weight[y] * sum over k,h of share[h] * dig[k,d,y,h] >= 0, from tonnage[d]
(H3) mined[d,y] = grade[d] * sum over k of recovery[k,s] * sum over h of share[h] * dig[k,d,y,h]
(H5) bought[m,y] <= size[m,y]; sold[m,y] <= size[m,y]

(H4), the stock of a body, stands with the balances in `model.py`.
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
    *fleet.parameters("helium3"),
    Parameter("helium3", "availability", ("technology", "site", "slice"), "1", "greatest digging per unit of capacity in service", default=1.0, upper=1.0),
    Parameter("helium3", "recovery", ("technology", "site"), "1", "share of the helium-3 in the regolith that is won", required=True, open_below=True, upper=1.0),
    Parameter("helium3", "energy_use", ("technology", "site"), "GW/(Mt/yr)", "power drawn per regolith dug", default=0.0),
    Parameter("helium3", "variable_cost", ("technology", "site", "year"), "GUSD/Mt", "cost per regolith dug, beside power", default=0.0),
    Parameter("helium3", "tonnage", ("deposit",), "Mt", "regolith that can be dug", required=True, gives="more"),
    Parameter("helium3", "grade", ("deposit",), "t/Mt", "helium-3 in the regolith", required=True),
    Parameter("helium3", "initial_stock", ("body",), "t", "helium-3 in store before the horizon", default=0.0, gives="more"),
    Parameter("helium3", "price", ("market", "year"), "GUSD/t", "price at which the market buys or sells", required=True),
    Parameter("helium3", "size", ("market", "year"), "t/yr", "most that the market takes or gives", required=True, gives="more"),
)

QUANTITIES = (
    *fleet.quantities("helium3"),
    Quantity("helium3.dig", ("technology", "deposit", "year", "slice"), "Mt/yr", "regolith dug in a slice"),
    Quantity("helium3.mined", ("deposit", "year"), "t/yr", "helium-3 won"),
    Quantity("helium3.remaining", ("deposit", "year"), "Mt", "regolith left in the deposit at the end of the model year"),
    Quantity("helium3.left", ("deposit", "year"), "t", "helium-3 in the regolith that is left"),
    Quantity("helium3.burnt", ("technology", "site", "year"), "t/yr", "helium-3 burnt"),
    Quantity("helium3.shipped", ("route", "year"), "t/yr", "helium-3 delivered"),
    Quantity("helium3.bought", ("market", "year"), "t/yr", "helium-3 bought"),
    Quantity("helium3.sold", ("market", "year"), "t/yr", "helium-3 sold"),
    Quantity("helium3.stock", ("body", "year"), "t", "helium-3 in store at the end of the model year"),
)
# fmt: on


def add_helium3(b: pyo.Block, instance: Instance) -> Lives:
    """Add miners, deposits and markets."""
    lives = fleet.add_fleet(b, instance, "helium3")
    declare(b, instance, fleet.own(PARAMETERS))
    _add_mining(b, instance, lives)
    _add_markets(b, instance)
    return lives


def _add_mining(b: pyo.Block, instance: Instance, lives: Lives) -> None:
    slices = {s: instance.slices[instance.sites[s]] for _, s in lives.assets}
    deposits = {s: [d for d, site in instance.deposits.items() if site == s] for s in slices}
    mines = [(k, s, y) for k, s, y in lives.standing if deposits[s]]
    miners: dict[tuple[str, int], list[str]] = {}
    for k, s, y in mines:
        for d in deposits[s]:
            miners.setdefault((d, y), []).append(k)
    before = dict(zip(instance.years[1:], instance.years, strict=False))
    positive(b, "dig", [(k, d, y, h) for k, s, y in mines for d in deposits[s] for h in slices[s]], "Mt/yr")
    positive(b, "mined", list(miners), "t/yr")
    positive(b, "remaining", [(d, y) for d in instance.deposits for y in instance.years], "Mt")

    def dug(k: str, d: str, y: int) -> Any:
        return sum(b.slice_share[h] * b.dig[k, d, y, h] for h in slices[instance.deposits[d]])

    @b.Constraint([(*index, h) for index in mines for h in slices[index[1]]], doc="(H1)")
    def dig_limit(b: pyo.Block, k: str, s: str, y: int, h: str) -> Any:
        return sum(b.dig[k, d, y, h] for d in deposits[s]) <= b.availability[k, s, h] * b.in_service[k, s, y]

    @b.Constraint(list(b.remaining.index_set()), doc="(H2)")
    def depletion(b: pyo.Block, d: str, y: int) -> Any:
        past = b.remaining[d, before[y]] if y in before else b.tonnage[d]
        return past - b.remaining[d, y] - sum(b.weight[y] * dug(k, d, y) for k in miners.get((d, y), ())) == 0

    @b.Constraint(list(miners), doc="(H3)")
    def winning(b: pyo.Block, d: str, y: int) -> Any:
        s = instance.deposits[d]
        return b.mined[d, y] == b.grade[d] * sum(b.recovery[k, s] * dug(k, d, y) for k in miners[d, y])

    @b.Expression(list(b.remaining.index_set()))
    def left(b: pyo.Block, d: str, y: int) -> Any:
        return b.grade[d] * b.remaining[d, y]

    @b.Expression([(k, s, y) for k, s, y in mines if pyo.value(b.variable_cost[k, s, y]) > 0])
    def cost_variable(b: pyo.Block, k: str, s: str, y: int) -> Any:
        return b.variable_cost[k, s, y] * sum(dug(k, d, y) for d in deposits[s])


def _add_markets(b: pyo.Block, instance: Instance) -> None:
    """(H5) as bounds: a market gives or takes no more than its size, at its price."""
    sides = {
        side: [(m, y) for m, market in instance.markets.items() if market.side == side for y in instance.years]
        for side in ("buy", "sell")
    }

    def size(b: pyo.Block, m: str, y: int) -> tuple[float, float]:
        return 0, pyo.value(b.size[m, y])

    positive(b, "bought", sides["buy"], "t/yr", bounds=size)
    positive(b, "sold", sides["sell"], "t/yr", bounds=size)

    @b.Expression(sides["buy"])
    def cost_purchases(b: pyo.Block, m: str, y: int) -> Any:
        return b.price[m, y] * b.bought[m, y]

    @b.Expression(sides["sell"])
    def cost_sales(b: pyo.Block, m: str, y: int) -> Any:
        return -b.price[m, y] * b.sold[m, y]
