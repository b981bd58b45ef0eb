"""Goods: what the bulk ones cost where they are bought, and what a good costs at the least where it is needed.

(G1) bought[g,b,y] = departed + needed of a bulk good on a body that supplies it, paid at price[g,y]
(G2) least[g,b,y] = the least of: its price where b supplies it; the variable cost of making it on b;
     (least[g,origin,y] + price of lift * burden + delivery cost) / (1 - loss) over the routes to b that are flown in y
(G3) bought of a complex good for each at hand on b = the least of: 1 where b supplies or makes it; that at the origin / (1 - loss)
     over the same routes
(G4) worth[k,s,v] = (G3) * (capex[k,s,v] - price[structural,v] * mass_structural[k,s,v])

Structure and propellant are bulk: a kilogram is worth the same whatever it becomes. Capital is paid less the structure that it
holds, since that is bought or made. A complex good is worth what it becomes: what is lost on the way is bought again at the
capex of the thing. What landing and making cost of what still stands at the end of the horizon is credited at (G2),
which no plan can undercut, so that no plan can earn from it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pyomo.core as pyo

from planner.arithmetic import least
from planner.blocks.lives import Lives, share_between
from planner.blocks.pyomo_units import declare, unit
from planner.parameters import BULK_GOODS, Parameter
from planner.quantities import Quantity

if TYPE_CHECKING:
    from planner.instance import Instance, Route

#: The goods that something is built of.
BUILDING_GOODS = ("complex", "structural")

#: A number of each good, body and year at which the good can be had there.
Supply = dict[tuple[str, str, int], Any]

# fmt: off
PARAMETERS = (
    Parameter("goods", "price", ("good", "year"), "GUSD/kt", "price of a bulk good on the bodies that supply it; a capex includes the structure at this price",
              default=0.0),
)

QUANTITIES = (
    Quantity("goods.content", ("technology", "site", "year"), "GUSD/yr", "least cost of landing or making the goods that what is ordered is built of (G2)"),
    Quantity("cost.goods", ("good", "body", "year"), "GUSD/yr", "bulk goods bought"),
)
# fmt: on


def least_cost(instance: Instance) -> Supply:
    """(G2), in GUSD/kt."""
    numbers = instance.numbers

    def landed(name: str, route: Route, y: int, at_origin: Any) -> Any:
        lift = numbers["launch.price"][route.carrier, route.origin, y] * numbers["launch.burden"][name, y]
        return (at_origin + lift + numbers["launch.delivery_cost"][name, y]) / (1 - numbers["launch.loss"][name, y])

    return _least_of_ways(
        instance,
        supplied=lambda good, y: numbers["goods.price"].get((good, y), 0.0),
        made=lambda k, s, y: numbers["industry.variable_cost"][k, s, y],
        landed=landed,
    )


def least_bought(instance: Instance) -> Supply:
    """(G3), a plain number."""
    losses = instance.numbers["launch.loss"]
    return _least_of_ways(
        instance,
        supplied=lambda good, y: 1.0,
        made=lambda k, s, y: 1.0,
        landed=lambda name, route, y, at_origin: at_origin / (1 - losses[name, y]),
    )


def _least_of_ways(
    instance: Instance,
    supplied: Callable[[str, int], Any],
    made: Callable[[str, str, int], Any],
    landed: Callable[[str, Route, int, Any], Any],
) -> Supply:
    """The least of a number over all ways to have a good on a body: it is supplied, made there, or landed along routes."""
    factories, carriers = Lives(instance, "industry"), set(Lives(instance, "launch").standing)
    standing = set(factories.standing)
    found: Supply = {}
    for y in instance.years:
        flown = [
            (name, route)
            for name, route in instance.routes.items()
            if (route.carrier, route.origin, y) in carriers and share_open(instance, name, y) > 0
        ]
        for good in BUILDING_GOODS:
            at_hand = {name: supplied(good, y) for name, body in instance.bodies.items() if good in body.supplies}
            for k, s in factories.assets:
                if instance.technologies[k].makes == good and (k, s, y) in standing:
                    _note(at_hand, instance.sites[s], made(k, s, y))
            for _ in range(len(instance.bodies) - 1):  # a good is had along a chain of routes that visits no body twice
                for name, route in flown:
                    origin = instance.sites[route.origin]
                    if good in route.goods and origin in at_hand:
                        _note(at_hand, route.destination, landed(name, route, y, at_hand[origin]))
            found |= {(good, body, y): number for body, number in at_hand.items()}
    return found


def _note(at_hand: dict[str, Any], body: str, number: Any) -> None:
    at_hand[body] = least(at_hand[body], number) if body in at_hand else number


def share_open(instance: Instance, route: str, y: int) -> float:
    """Share of the calendar years of a model year in which a route is flown."""
    opens, closes = (instance.numbers[f"launch.{name}"].get(route) for name in ("opens", "closes"))
    return share_between(y, instance.weights[y], opens, closes)


def add_goods(m: pyo.ConcreteModel, instance: Instance) -> None:
    """Add the prices of bulk goods, (G2) and (G3) to a model, if it has them not: any fleet asks for them."""
    if m.component("goods") is None:
        m.goods = pyo.Block()
        declare(m.goods, instance, PARAMETERS)
        m.least_cost, m.least_bought = least_cost(instance), least_bought(instance)


def add_worth(b: pyo.Block, lives: Lives) -> None:
    """Add to a fleet what is bought of complex goods for each at hand (G3), and what landing or making its goods costs (G2)."""
    instance, m = lives.instance, b.model()
    add_goods(m, instance)
    b.body_of = instance.sites
    bought = {
        (k, s, y): number
        for k, s in lives.assets
        for y in instance.years
        if pyo.value(b.mass_complex[k, s, y]) > 0 and (number := m.least_bought.get(("complex", instance.sites[s], y), 1)) != 1
    }
    b.purchased = pyo.Param(list(bought), initialize=bought, **unit(b, "1"))
    costs = {
        (good, k, s, v): cost
        for k, s, v in lives.orders
        for good in BUILDING_GOODS
        if pyo.value(b.component(f"mass_{good}")[k, s, v]) > 0 and (cost := m.least_cost.get((good, instance.sites[s], v), 0)) > 0
    }
    b.least_cost = pyo.Param(list(costs), initialize=costs, **unit(b, "GUSD/kt"))

    @b.Expression(list(dict.fromkeys(index[1:] for index in costs)))
    def content(b: pyo.Block, k: str, s: str, v: int) -> Any:
        goods = [good for good in BUILDING_GOODS if (good, k, s, v) in b.least_cost]
        return sum(b.component(f"mass_{good}")[k, s, v] * b.least_cost[good, k, s, v] for good in goods) * b.build[k, s, v]


def own_worth(b: pyo.Block, k: str, s: str, v: int) -> Any:
    """The capex of a unit of a vintage, without the bulk goods in it."""
    worth, price = b.capex[k, s, v], b.model().goods.price["structural", v]
    if pyo.value(price) > 0 and pyo.value(b.mass_structural[k, s, v]) > 0:
        worth = worth - price * b.mass_structural[k, s, v]
    return worth


def unit_worth(b: pyo.Block, k: str, s: str, v: int) -> Any:
    """(G4): what a unit costs with what is lost on the way, whichever way its complex goods come."""
    worth = own_worth(b, k, s, v)
    return b.purchased[k, s, v] * worth if (k, s, v) in b.purchased else worth


def add_purchases(m: pyo.ConcreteModel, instance: Instance) -> None:
    """Add what bulk goods cost on the bodies that supply them (G1)."""
    bought = [
        (g, b, y)
        for g in BULK_GOODS
        for b, body in instance.bodies.items()
        if g in body.supplies
        for y in instance.years
        if pyo.value(m.goods.price[g, y]) > 0
    ]

    @m.Expression(bought)  # (G1)
    def cost_goods(m: pyo.ConcreteModel, g: str, b: str, y: int) -> Any:
        return m.goods.price[g, y] * (m.goods_departed[g, b, y] + m.goods_needed[g, b, y])
