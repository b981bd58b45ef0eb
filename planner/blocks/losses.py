"""Losses beyond the least: what is built of complex goods that come by a route that loses more than another way would.

(G5) flow[r,complex,y] <= sum over k,s at its destination of (built_by[r,k,s,y] + spare_by[r,k,s,y]) + rest[r,y]; each route with an excess;
     sum over those r to b of rest[r,y] <= arrived + made - needed on b
(G6) sum over those r of built_by <= mass_complex * build; sum over them of spare_by <= spares * mass_complex * in_service

The excess of a route is (G3) at its origin / (1 - loss) less (G3) at its destination: what is bought for a kilogram beyond what any way
takes. It is bought at the capex of what the kilogram becomes, and the plan says what that is; the rest, which goes on or is thrown
away, costs as much as the most valuable that is stated on the body. Where all ways lose alike, as where there is one, nothing of this is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import TYPE_CHECKING, Any

import pyomo.core as pyo

from planner.arithmetic import least
from planner.blocks.goods import add_goods, own_worth, share_open
from planner.blocks.lives import Lives, Vintage
from planner.blocks.pyomo_units import positive, unit
from planner.parameters import CAPACITY_UNITS

if TYPE_CHECKING:
    from planner.instance import Instance

#: An excess is at least that: a smaller one is rounding.
_LEAST_EXCESS = 1e-12


def add_excesses(m: pyo.ConcreteModel, instance: Instance) -> None:
    """Add the excess of every route that has one, in kt of complex goods bought for each kt that arrives, by route and year."""
    if m.component("excess") is not None:
        return
    add_goods(m, instance)
    carriers = set(Lives(instance, "launch").standing)
    found: dict[tuple[str, int], Any] = {}
    for r, route in instance.routes.items():
        if "complex" not in route.goods or "complex" in instance.bodies[route.destination].supplies:
            continue
        for y in instance.years:
            at_origin = m.least_bought.get(("complex", instance.sites[route.origin], y))
            if at_origin is None or (route.carrier, route.origin, y) not in carriers or not share_open(instance, r, y) > 0:
                continue
            bought = at_origin / (1 - instance.numbers["launch.loss"][r, y])
            excess = bought - m.least_bought["complex", route.destination, y]
            if excess > _LEAST_EXCESS:
                found[r, y] = excess
    m.excess = pyo.Param(list(found), initialize=found, **unit(m, "1"))
    m.excess_at = {}
    for r, y in found:
        m.excess_at.setdefault((instance.routes[r].destination, y), []).append(r)


def add_use(b: pyo.Block, lives: Lives, use: str, needs: Mapping[Vintage, Any]) -> None:
    """Add to a fleet what comes by routes with an excess for one use, `built` or `spare`, of what it needs in kt/yr (G6)."""
    instance, m = lives.instance, b.model()
    add_excesses(m, instance)
    ways = {(k, s, y): routes for k, s, y in needs if (routes := m.excess_at.get((instance.sites[s], y)))}
    come = positive(b, f"{use}_by", [(r, *index) for index, routes in ways.items() for r in routes], "kt/yr")

    def most(b: pyo.Block, k: str, s: str, y: int) -> Any:
        return sum(come[r, k, s, y] for r in ways[k, s, y]) <= needs[k, s, y]

    b.add_component(f"most_{use}_by", pyo.Constraint(list(ways), rule=most, doc="(G6)"))


def excess_cost(b: pyo.Block, use: str, k: str, s: str, y: int) -> Any:
    """What is paid for the excess of the goods of one use, in GUSD/yr, or 0."""
    m, come = b.model(), b.component(f"{use}_by")
    routes = m.excess_at.get((b.body_of[s], y), ()) if (k, s, y) in b.component(f"most_{use}_by") else ()
    return sum(m.excess[r, y] * own_worth(b, k, s, y) / b.mass_complex[k, s, y] * come[r, k, s, y] for r in routes)


def dearest(instance: Instance, body: str, y: int) -> Any:
    """The greatest worth of a kt of complex goods in what may be built on a body, in GUSD/kt; 0 where nothing is."""
    numbers = instance.numbers
    worths = [
        (capex - numbers["goods.price"]["structural", y] * numbers[f"{block}.mass_structural"][k, s, y]) / mass
        for block in CAPACITY_UNITS
        for (k, s, v), capex in numbers[f"{block}.capex"].items()
        if v == y and instance.sites[s] == body and (mass := numbers[f"{block}.mass_complex"][k, s, y]) > 0
    ]
    return -reduce(least, (-worth for worth in worths), 0.0)


def add_flows(m: pyo.ConcreteModel, instance: Instance, blocks: Iterable[pyo.Block]) -> None:
    """Add (G5) for the flows of the routes with an excess."""
    blocks, by_route = list(blocks), dict[tuple[str, int], list[Any]]()
    for b in blocks:
        for use in ("built", "spare"):
            for index, come in b.component(f"{use}_by").items():
                by_route.setdefault((index[0], index[-1]), []).append(come)

    @m.Constraint(list(m.launch.rest.index_set()), doc="(G5)")
    def excess_goods(m: pyo.ConcreteModel, r: str, y: int) -> Any:
        return m.launch.flow[r, "complex", y] <= sum(by_route.get((r, y), ())) + m.launch.rest[r, y]

    @m.Constraint(list(m.excess_at), doc="(G5)")
    def excess_rest(m: pyo.ConcreteModel, body: str, y: int) -> Any:
        rest = sum(m.launch.rest[r, y] for r in m.excess_at[body, y])
        return rest <= m.goods_arrived["complex", body, y] + m.goods_made["complex", body, y] - m.goods_needed["complex", body, y]
