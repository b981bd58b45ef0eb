"""Slips in routes, factories, deposits and markets: what carries, makes or holds nothing, and trade that only earns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from planner.instance.findings import Finding
from planner.instance.numerals import apart
from planner.instance.problems import listed

if TYPE_CHECKING:
    from planner.instance.slips.look import Look


def light_burden(look: Look) -> Iterator[Finding]:
    """Less mass that leaves than arrives."""
    for route in look.instance.routes:
        least = min(look.every_year("launch.burden", route))
        if least < 1:
            said = f"{route} delivers more than leaves: its burden is {least:g}, the mass that leaves per mass delivered"
            yield look.at_row("launch.burden", (route,), said, ("routes", route))


def coals_to_newcastle(look: Look) -> Iterator[Finding]:
    """Goods that are carried to, or made on, a body that supplies them without limit."""
    bodies = look.instance.bodies
    for name, route in look.instance.routes.items():
        needless = [good for good in route.goods if good in bodies[route.destination].supplies]
        if needless:
            said = f"{name} carries {listed(needless)} to {route.destination}, which supplies that without limit"
            yield look.at_table("routes", name, said)
    for name, technology in look.instance.technologies.items():
        on = list(dict.fromkeys(look.instance.sites[site] for site in technology.sites))
        if technology.makes and on and all(technology.makes in bodies[body].supplies for body in on):
            said = f"{name} makes {technology.makes} on {listed(on)}, where that is supplied without limit"
            yield look.at_table("technologies", name, said)


def unused_refuelling(look: Look) -> Iterator[Finding]:
    """A body at which a route takes no propellant."""
    for name, route in look.instance.routes.items():
        if route.refuel and not any(look.every_year("launch.propellant_use", name)):
            said = f"{name} refuels at {route.refuel} and takes no propellant there: no launch.{name}.propellant_use is stated"
            yield look.at_table("routes", name, said)


def empty_deposits(look: Look) -> Iterator[Finding]:
    """A deposit of nothing."""
    for deposit in look.instance.deposits:
        for name, of in (("tonnage", "no regolith"), ("grade", "no helium-3")):
            if look.number(f"helium3.{name}", deposit) == 0:
                said = f"{deposit} holds {of}: its {name} is 0"
                yield look.at_row(f"helium3.{name}", (deposit,), said, ("deposits", deposit))


def empty_markets(look: Look) -> Iterator[Finding]:
    """A market of no size, or where helium-3 costs nothing."""
    for name, market in look.instance.markets.items():
        if not any(look.every_year("helium3.size", name)):
            said = f"{name} never trades anything: its size is 0 in every year"
            yield look.at_row("helium3.size", (name,), said, ("markets", name))
        if not any(look.every_year("helium3.price", name)):
            what = "gives helium-3 away" if market.side == "buy" else "pays nothing for helium-3"
            yield look.at_row("helium3.price", (name,), f"{name} {what}: its price is 0 in every year", ("markets", name))


def arbitrage(look: Look) -> Iterator[Finding]:
    """A market that pays more for helium-3 than another on the same body asks: trade between them earns by itself."""
    markets, sources = look.instance.markets, look.sources
    for buyer in (name for name, market in markets.items() if market.side == "sell"):
        for seller in (name for name, market in markets.items() if market.side == "buy"):
            if markets[buyer].body != markets[seller].body:
                continue
            year = next((year for year in look.instance.years if _earned(look, buyer, seller, year) > 0), None)
            if year is not None:
                paid, asked = apart(*(look.number("helium3.price", name, year) or 0.0 for name in (buyer, seller)))
                said = (
                    f"trade on {markets[buyer].body} earns by itself: in {year} {buyer} pays {paid} GUSD/t for what {seller} "
                    f"sells at {asked} GUSD/t ({sources.place('helium3.price', seller)})"
                )
                yield look.at_row("helium3.price", (buyer,), said, ("markets", buyer))


def _earned(look: Look, buyer: str, seller: str, year: int) -> float:
    """What a year's trade between two markets earns at most."""
    sizes = [look.number("helium3.size", name, year) or 0.0 for name in (buyer, seller)]
    paid, asked = (look.number("helium3.price", name, year) or 0.0 for name in (buyer, seller))
    return min(sizes) * (paid - asked)


CHECKS = (light_burden, coals_to_newcastle, unused_refuelling, empty_deposits, empty_markets, arbitrage)
