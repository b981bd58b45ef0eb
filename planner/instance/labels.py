"""Which labels the entries of a quantity have, and at which places: what limits, conditions and sweeps may select."""

from __future__ import annotations

from collections.abc import Mapping

from planner.declarations import PARAMETERS
from planner.instance.structure import Structure
from planner.instance.tables import GOODS, TECHNOLOGY_BLOCKS
from planner.quantities import Quantity

PURPOSES = ("compute", "industry", "helium3", "launch")

#: The quantities that count technologies of other blocks than the first word of their name says.
_COUNTED = {
    "helium3.burnt": ("power",),
    "emissions.released": ("power", "launch"),
    "cost.carbon": ("power", "launch"),
    "cost.fuel": ("power",),
    "cost.variable": tuple(block for block in TECHNOLOGY_BLOCKS if f"{block}.variable_cost" in PARAMETERS),
}

#: The number without which a technology has no entry in a quantity; `{}` is its block.
NEEDED_NUMBERS = {
    "helium3.burnt": ("power.helium3_use",),
    "emissions.released": ("{}.emission_factor",),
    "cost.carbon": ("{}.emission_factor", "finance.carbon_price"),
    "cost.fuel": ("power.fuel_use", "power.fuel_price"),
    "cost.variable": ("{}.variable_cost",),
    "cost.fixed": ("{}.fixed_cost",),
    "land.occupied": ("{}.land",),
    "launch.throw": ("launch.energy_use",),
}

#: The markets in which helium-3 is bought and sold.
_SIDES = {"helium3.bought": "buy", "cost.purchases": "buy", "helium3.sold": "sell", "cost.sales": "sell"}


def blocks_of(quantity: Quantity) -> tuple[str, ...]:
    """The blocks whose technologies a quantity counts."""
    block = quantity.name.partition(".")[0]
    return _COUNTED.get(quantity.name) or ((block,) if block in TECHNOLOGY_BLOCKS else TECHNOLOGY_BLOCKS)


def labels(structure: Structure, quantity: Quantity) -> dict[str, Mapping[str, set[str]]]:
    """For each dimension of a quantity but places and years: its labels, each with the places that it is at."""
    sites = {site: {site, body} for site, body in structure.sites.items()}
    blocks = blocks_of(quantity)
    everything: dict[str, Mapping[str, set[str]]] = {
        "technology": {
            technology.name: {place for site in technology.sites for place in sites[site]}
            for technology in structure.technologies.values()
            if technology.block in blocks
        },
        "workload": {workload: set() for workload in structure.workloads},
        "tier": {tier: set() for tier in structure.tiers},
        "route": {
            route.name: {route.destination}
            for route in structure.routes.values()
            if quantity.name != "helium3.shipped" or "helium3" in route.goods
        },
        "good": {good: set() for good in GOODS},
        "deposit": {deposit: sites.get(site, set()) for deposit, site in structure.deposits.items()},
        "market": {
            market.name: {market.body}
            for market in structure.markets.values()
            if market.side == _SIDES.get(quantity.name, market.side)
        },
        "purpose": {purpose: set() for purpose in PURPOSES},
    }
    return {dimension: everything[dimension] for dimension in quantity.index if dimension in everything}


def kinds_of(label: str, by_dimension: Mapping[str, Mapping[str, set[str]]]) -> list[str]:
    """The dimensions of a quantity that have a label."""
    return [dimension for dimension, names in by_dimension.items() if label in names]
