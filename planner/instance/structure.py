"""What exists: sites, slices, technologies, workloads, routes, deposits, markets."""

from __future__ import annotations

from dataclasses import dataclass

from planner.parameters import BULK_GOODS


@dataclass(frozen=True)
class Technology:
    """Something that can be built: its block, the sites where it may stand, and for industry the good it makes."""

    name: str
    block: str
    sites: tuple[str, ...]
    makes: str = ""


@dataclass(frozen=True)
class Route:
    """A way from a site to a body that a carrier flies with some goods; `refuel` is a body or empty."""

    name: str
    carrier: str
    origin: str
    destination: str
    goods: tuple[str, ...]
    refuel: str = ""


@dataclass(frozen=True)
class Market:
    """Where helium-3 is bought (`side` is `buy`) or sold (`sell`), on a body."""

    name: str
    body: str
    side: str


@dataclass(frozen=True)
class Structure:
    """Everything that exists, sorted by name, but for slices, which keep the order in which they follow one another.

    `tables` keeps the merged rows as they were written, by table. `places` says in which file and line each of them stands, by
    table and name, and each body and convention of money, by section of instance.toml and key.
    """

    sites: dict[str, str]
    slices: dict[str, tuple[str, ...]]
    previous: dict[str, str]
    technologies: dict[str, Technology]
    workloads: dict[str, str]
    tiers: dict[str, str]
    routes: dict[str, Route]
    deposits: dict[str, str]
    markets: dict[str, Market]
    survival: dict[str, tuple[tuple[float, float], ...]]
    prices: dict[int, float]
    tables: dict[str, tuple[dict[str, str], ...]]
    places: dict[tuple[str, str], tuple[str, int]]

    def sites_of_block(self, block: str) -> tuple[str, ...]:
        """The sites where some technology of the block may stand, sorted."""
        used = {site for technology in self.technologies.values() if technology.block == block for site in technology.sites}
        return tuple(site for site in self.sites if site in used)

    def bodies_of(self, technology: str) -> tuple[str, ...]:
        """The bodies where a technology may stand."""
        return tuple(dict.fromkeys(self.sites[site] for site in self.technologies[technology].sites))

    @property
    def body_of_slice(self) -> dict[str, str]:
        """The body of each slice."""
        return {slice_: body for body, slices in self.slices.items() for slice_ in slices}

    def items(self, kind: str, block: str) -> tuple[str, ...]:
        """The items of a kind that an address in that block may name."""
        if kind == "technology":
            return tuple(technology.name for technology in self.technologies.values() if technology.block == block)
        if kind == "slice":
            return tuple(self.body_of_slice)
        if kind == "good":
            return BULK_GOODS
        if kind in ("route", "market"):
            return tuple(self.routes if kind == "route" else self.markets)
        return tuple({"workload": self.workloads, "tier": self.tiers, "deposit": self.deposits}[kind])
