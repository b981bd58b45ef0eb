"""Goods: what the bulk ones cost where they are bought, and the least that a good costs where it is needed.

(G1) bought[g,b,y] = departed + needed of a bulk good on a body that supplies it, paid at price[g,y]
(G2) least[g,b,y] = the least of: its price where b supplies it; the variable cost of making it on b;
     (least[g,origin,y] + price of lift * burden + delivery cost) / (1 - loss) over the routes to b that are flown in y

Structure and propellant are bulk: a kilogram is worth the same whatever it becomes, and capex is paid less the bulk goods
that it holds, since these are bought or made. A complex good is worth what it becomes: of what is built far from where
complex goods can be had, the share that is lost on the way along (G2) is bought again at the same capex.
The transport and the making of what still stands at the end of the horizon is credited at (G2), which no plan can undercut,
so that no plan can earn from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from planner.blocks.lives import Lives, share_between
from planner.parameters import Parameter
from planner.quantities import Quantity

if TYPE_CHECKING:
    from planner.instance import Instance

#: The goods that something is built of.
BUILDING_GOODS = ("complex", "structural")

# fmt: off
PARAMETERS = (
    Parameter("goods", "price", ("good", "year"), "GUSD/kt", "price of a bulk good on the bodies that supply it; capex holds the structure that a thing is built of at this price",
              default=0.0),
)

QUANTITIES = (
    Quantity("goods.content", ("technology", "site", "year"), "GUSD/yr", "least cost of landing or making the goods that what is ordered is built of (G2)"),
    Quantity("cost.goods", ("good", "body", "year"), "GUSD/yr", "bulk goods bought (G1)"),
)
# fmt: on


class Supply(NamedTuple):
    """How a good is had on a body in a year at the least: its cost in GUSD/kt, and what is bought for each kt of it."""

    cost: Any
    bought: Any


def least_supply(instance: Instance) -> dict[tuple[str, str, int], Supply]:
    """(G2) for each good that something is built of, body and year; without those that cannot be had there."""
    industry, launch = Lives(instance, "industry"), set(Lives(instance, "launch").standing)
    standing = set(industry.standing)
    least: dict[tuple[str, str, int], Supply] = {}
    for y in instance.years:
        ways = [(name, route) for name, route in instance.routes.items() if (route.carrier, route.origin, y) in launch]
        ways = [(name, route) for name, route in ways if share_open(instance, name, y) > 0]
        for good in BUILDING_GOODS:
            had = {
                name: Supply(instance.numbers["goods.price"].get((good, y), 0.0), 1.0)
                for name, body in instance.bodies.items()
                if good in body.supplies
            }
            for k, s in industry.assets:
                if instance.technologies[k].makes == good and (k, s, y) in standing:
                    _improve(had, instance.sites[s], Supply(instance.numbers["industry.variable_cost"][k, s, y], 1.0))
            legs = [(name, route) for name, route in ways if good in route.goods]
            while any([_improve(had, route.destination, _landed(instance, had, name, y)) for name, route in legs]):
                pass
            least |= {(good, body, y): supply for body, supply in had.items()}
    return least


def _landed(instance: Instance, had: dict[str, Supply], name: str, y: int) -> Supply | None:
    """What a good costs that is taken along a route, None where it cannot be had at the route's origin."""
    route, numbers = instance.routes[name], instance.numbers
    before = had.get(instance.sites[route.origin])
    if before is None:
        return None
    lift = numbers["launch.price"][route.carrier, route.origin, y] * numbers["launch.burden"][name, y]
    arriving = 1 - numbers["launch.loss"][name, y]
    return Supply((before.cost + lift + numbers["launch.delivery_cost"][name, y]) / arriving, before.bought / arriving)


def _improve(had: dict[str, Supply], body: str, supply: Supply | None) -> bool:
    """Note a way to have a good on a body, where it costs less than any before; True if so."""
    if supply is None or (body in had and not supply.cost < had[body].cost):
        return False
    had[body] = supply
    return True


def share_open(instance: Instance, route: str, y: int) -> float:
    """Share of the calendar years of a model year in which a route is flown."""
    opens, closes = (instance.numbers[f"launch.{name}"].get(route) for name in ("opens", "closes"))
    return share_between(y, instance.weights[y], opens, closes)
