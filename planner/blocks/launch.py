"""Launch: carriers lift goods along routes between bodies.

(L1) sum over routes r of carrier k from s of burden[r,y] * sent[r,y] = lift[k,s,y] <= share of the year that flies * in_service[k,s,y]
(L2) propellant taken on the way is propellant_use[r,y] * sent[r,y]; it is drawn from the goods balance of the refuelling body
(L3) a carrier that draws power at its origin throws in each slice: sum over h of share[h] * throw[k,s,y,h] = lift[k,s,y]; throw <= availability * in_service
(L4) burden[r,y] * sent[r,y] <= share of the calendar years of y in which r is flown * what its carrier can lift, where it is not flown in all

A flow is what is delivered; sent[r,y] = sum over goods of flow[r,g,y] / (1 - loss[r,y]) is the cargo that leaves. Lift, delivery
and propellant are taken, and paid, for what is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyomo.core as pyo

from planner.blocks import fleet
from planner.blocks.goods import share_open
from planner.blocks.lives import Lives, Vintage
from planner.blocks.losses import dearest
from planner.blocks.pyomo_units import declare, positive, unit
from planner.parameters import Parameter
from planner.quantities import Quantity

if TYPE_CHECKING:
    from planner.instance import Instance

# fmt: off
PARAMETERS = (
    *fleet.parameters("launch"),
    Parameter("launch", "price", ("technology", "site", "year"), "GUSD/kt", "price of a unit of mass lifted from the origin", default=0.0),
    Parameter("launch", "availability", ("technology", "site", "slice"), "1", "share of the lift in service that can be used", default=1.0, upper=1.0),
    Parameter("launch", "energy_use", ("technology", "site"), "GW/(kt/yr)", "power drawn at the origin per mass lifted (a mass driver)", default=0.0),
    Parameter("launch", "emission_factor", ("technology", "site"), "Mt/kt", "CO2 per mass lifted", default=0.0),
    Parameter("launch", "burden", ("route", "year"), "1", "mass that must leave the origin per mass of cargo sent, tankers included", required=True,
              open_below=True),
    Parameter("launch", "delivery_cost", ("route", "year"), "GUSD/kt", "cost per mass sent beside the price of lift (the lander that stays)", default=0.0),
    Parameter("launch", "loss", ("route", "year"), "1", "share of the cargo that leaves and does not arrive", default=0.0, upper=0.99),
    Parameter("launch", "propellant_use", ("route", "year"), "1", "propellant taken at the refuelling body per mass sent", default=0.0),
    Parameter("launch", "opens", ("route",), "yr", "first year in which the route is flown", lower=1900, upper=2500, whole=True),
    Parameter("launch", "closes", ("route",), "yr", "last year in which the route is flown", lower=1900, upper=2500, whole=True),
)

QUANTITIES = (
    *fleet.quantities("launch"),
    Quantity("launch.flow", ("route", "good", "year"), "kt/yr", "mass delivered, by good"),
    Quantity("launch.payload", ("route", "year"), "kt/yr", "mass delivered, all goods"),
    Quantity("launch.sent", ("route", "year"), "kt/yr", "cargo that leaves, what is lost on the way included"),
    Quantity("launch.throw", ("technology", "site", "year", "slice"), "kt/yr", "mass lifted in a slice by a carrier that draws power"),
    Quantity("launch.lift", ("technology", "site", "year"), "kt/yr", "mass lifted from the origin, tankers included"),
)
# fmt: on


def add_launch(b: pyo.Block, instance: Instance) -> Lives:
    """Add carriers, the flows of goods on their routes, and what both cost."""
    lives = fleet.add_fleet(b, instance, "launch")
    declare(b, instance, fleet.own(PARAMETERS))
    routes = _open_routes(b, instance, lives)
    flows = [(r, g, y) for r, y in routes for g in instance.routes[r].goods]
    flown: dict[Vintage, list[str]] = {}
    for r, y in routes:
        flown.setdefault((instance.routes[r].carrier, instance.routes[r].origin, y), []).append(r)
    b.powered = {(k, s) for k, s in lives.assets if pyo.value(b.energy_use[k, s]) > 0}
    positive(b, "flow", flows, "kt/yr")

    @b.Expression(routes)
    def payload(b: pyo.Block, r: str, y: int) -> Any:
        return sum(b.flow[r, g, y] for g in instance.routes[r].goods)

    @b.Expression(routes)
    def sent(b: pyo.Block, r: str, y: int) -> Any:
        return b.payload[r, y] / (1 - b.loss[r, y]) if pyo.value(b.loss[r, y]) > 0 else b.payload[r, y]

    @b.Expression(list(flown))
    def lift(b: pyo.Block, k: str, s: str, y: int) -> Any:
        return sum(b.burden[r, y] * b.sent[r, y] for r in flown[k, s, y])

    @b.Expression(routes)  # (L2)
    def propellant_taken(b: pyo.Block, r: str, y: int) -> Any:
        return b.propellant_use[r, y] * b.sent[r, y]

    positive(b, "rest", list(b.model().excess), "kt/yr")
    _add_lift_limits(b, instance, flown)
    _add_dates(b, instance, routes)
    _add_launch_costs(b, instance, routes, flown)
    return lives


def _open_routes(b: pyo.Block, instance: Instance, lives: Lives) -> list[tuple[str, int]]:
    standing = set(lives.standing)
    return [
        (r, y)
        for r, route in instance.routes.items()
        for y in instance.years
        if (route.carrier, route.origin, y) in standing and share_open(instance, r, y) > 0
    ]


def _add_lift_limits(b: pyo.Block, instance: Instance, flown: dict[Vintage, list[str]]) -> None:
    """(L1) for carriers that fly all year round on their own; (L1) and (L3) for those that draw power, slice by slice."""
    slices = {s: instance.slices[instance.sites[s]] for _, s, _ in flown}
    alone = [index for index in flown if index[:2] not in b.powered]
    powered = [index for index in flown if index[:2] in b.powered]
    positive(b, "throw", [(*index, h) for index in powered for h in slices[index[1]]], "kt/yr")

    @b.Constraint(alone, doc="(L1)")
    def lift_limit(b: pyo.Block, k: str, s: str, y: int) -> Any:
        flying = sum(b.slice_share[h] * b.availability[k, s, h] for h in slices[s])
        return b.lift[k, s, y] <= flying * b.in_service[k, s, y]

    @b.Constraint(powered, doc="(L3)")
    def thrown_in_a_year(b: pyo.Block, k: str, s: str, y: int) -> Any:
        return sum(b.slice_share[h] * b.throw[k, s, y, h] for h in slices[s]) == b.lift[k, s, y]

    @b.Constraint(list(b.throw.index_set()), doc="(L3)")
    def throw_limit(b: pyo.Block, k: str, s: str, y: int, h: str) -> Any:
        return b.throw[k, s, y, h] <= b.availability[k, s, h] * b.in_service[k, s, y]


def _add_dates(b: pyo.Block, instance: Instance, routes: list[tuple[str, int]]) -> None:
    """(L4): what is flown in some of the calendar years of a model year takes no more of its carrier than these years."""
    parts = {(r, y): share for r, y in routes if (share := share_open(instance, r, y)) < 1}

    @b.Constraint(list(parts), doc="(L4)")
    def years_flown(b: pyo.Block, r: str, y: int) -> Any:
        k, s = instance.routes[r].carrier, instance.routes[r].origin
        flying = sum(b.slice_share[h] * b.availability[k, s, h] for h in instance.slices[instance.sites[s]])
        return b.burden[r, y] * b.sent[r, y] <= parts[r, y] * flying * b.in_service[k, s, y]


def _add_launch_costs(b: pyo.Block, instance: Instance, routes: list[tuple[str, int]], flown: dict[Vintage, list[str]]) -> None:
    worths = {(r, y): dearest(instance, instance.routes[r].destination, y) for r, y in b.rest}
    b.dearest = pyo.Param(list(worths), initialize=worths, **unit(b, "GUSD/kt"))

    @b.Expression(routes)
    def cost_transport(b: pyo.Block, r: str, y: int) -> Any:
        route = instance.routes[r]
        cost = (b.price[route.carrier, route.origin, y] * b.burden[r, y] + b.delivery_cost[r, y]) * b.sent[r, y]
        return cost + b.dearest[r, y] * b.model().excess[r, y] * b.rest[r, y] if (r, y) in b.rest else cost

    @b.Expression([(k, s, y) for k, s, y in flown if pyo.value(b.emission_factor[k, s]) > 0])
    def emissions(b: pyo.Block, k: str, s: str, y: int) -> Any:
        return b.emission_factor[k, s] * b.lift[k, s, y]
