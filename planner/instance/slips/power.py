"""Slips in plants and stores: fuel without a price, an efficiency for a heat rate, helium-3 that never comes, no power."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from planner.instance.findings import Finding

if TYPE_CHECKING:
    from planner.instance.slips.look import Look


def fuel(look: Look) -> Iterator[Finding]:
    """A heat rate below 1, fuel without a price, and a price without fuel."""
    use, price = "power.fuel_use", "power.fuel_price"
    plants = look.assets["power"]
    burnt = {plant: look.number(use, *plant) or 0.0 for plant in plants}
    paid = {plant: any(look.every_year(price, *plant)) for plant in plants}
    free = [plant for plant in plants if burnt[plant] and not paid[plant] and look.sources.row(price, *plant) is None]
    idle = [plant for plant in plants if paid[plant] and not burnt[plant]]
    more = [plant for plant in plants if 0 < burnt[plant] < 1]
    yield from look.by_row(
        use, free, lambda name, at: f"the fuel of {name} at {at} is free: no power.{name}.fuel_price is stated"
    )
    yield from look.by_row(price, idle, lambda name, at: f"{name} at {at} has a fuel_price and burns nothing: its fuel_use is 0")
    yield from look.by_row(
        use, more, lambda name, at: f"{name} at {at} gives more energy than its fuel has: is fuel_use its efficiency?"
    )


def helium3_never_comes(look: Look) -> Iterator[Finding]:
    """A plant that burns helium-3 on a body to which none comes."""
    instance = look.instance
    sources = {instance.sites[site] for site in instance.deposits.values()}
    sources |= {market.body for market in instance.markets.values() if market.side == "buy"}
    sources |= {route.destination for route in instance.routes.values() if "helium3" in route.goods}
    sources |= {body for body, tonnes in instance.numbers["helium3.initial_stock"].items() if tonnes}
    dry = [
        plant
        for plant in look.assets["power"]
        if look.number("power.helium3_use", *plant) and instance.sites[plant[1]] not in sources
    ]
    yield from look.by_row(
        "power.helium3_use",
        dry,
        lambda name, at: f"{name} can never run at {at}: no deposit, market or route has helium-3 for it",
    )


def nothing_to_store_for(look: Look) -> Iterator[Finding]:
    """A store on a body where no cycle has more than one slice."""
    previous = look.instance.previous
    for name in dict.fromkeys(technology for technology, _ in look.assets["storage"]):
        sites = look.instance.technologies[name].sites
        alone = [site for site in sites if look.slices(site) and all(previous[slice_] == slice_ for slice_ in look.slices(site))]
        if alone:
            said = (
                f"{name} carries nothing at {', '.join(alone)}: each cycle has one slice, and a store carries from slice to slice"
            )
            yield look.at_table("technologies", name, said)


def without_power(look: Look) -> Iterator[Finding]:
    """Machines that draw power where no plant may stand."""
    powered = {site for _, site in look.assets["power"]}
    for block in ("launch", "industry", "helium3"):
        dark = [asset for asset in look.assets[block] if look.number(f"{block}.energy_use", *asset) and asset[1] not in powered]
        yield from look.by_row(
            f"{block}.energy_use",
            dark,
            lambda name, at: f"{name} draws power and can never run at {at}: no plant may stand there",
        )


CHECKS = (fuel, helium3_never_comes, nothing_to_store_for, without_power)
