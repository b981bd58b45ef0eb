"""What is wrong with an instance at first sight, before anything is solved.

A finding is hopeless where no plan can exist because of it: a demand that must be served and that no site may serve, a
limit below what stands already, limits that contradict one another. Any other is a warning: something that can never be
built, or never used, and the slips of `planner.instance.slips`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from planner.blocks.lives import years_between
from planner.declarations import QUANTITIES
from planner.diagnosis.serving import Serving
from planner.diagnosis.sources import Sources
from planner.instance import Instance, Limit, ParameterRow
from planner.instance.findings import Finding
from planner.instance.findings import finding_at as _finding
from planner.instance.numerals import apart
from planner.instance.slips import slips
from planner.limits import labels_of
from planner.parameters import CAPACITY_UNITS

__all__ = ["Finding", "preflight"]


def preflight(instance: Instance) -> list[Finding]:
    """Every finding, in the order of the files; cheap: nothing is built."""
    inspection = _Inspection(instance)
    hopeless = {*inspection.demand(), *inspection.standing(), *inspection.contradictions()}
    built = {*inspection.goods(), *inspection.weightless(), *inspection.stunted(), *inspection.idle()}
    return sorted({*hopeless, *built, *slips(instance)})


class _Inspection:
    def __init__(self, instance: Instance) -> None:
        self.instance, self.sources = instance, Sources(instance)
        self.obtainable = self._obtainable()
        self.serving = Serving(instance, self.sources, lambda technology, site: self._lacking(technology, site, self.obtainable))

    def _row(self, table: str, name: str) -> tuple[str, int]:
        return self.instance.structure.places.get((table, name), ("instance.toml", 1))

    def _orderable(self, technology: str) -> bool:
        """True where it stands already or can be ordered in some model year."""
        block = self.instance.technologies[technology].block
        dates = (self.instance.numbers[f"{block}.{name}"].get(technology) for name in ("first_year", "last_year"))
        standing = any(self._stands(technology, site) for site in self.instance.technologies[technology].sites)
        return standing or bool(years_between(self.instance, *dates))

    def _ends(self, block: str, item: str) -> list[ParameterRow]:
        """The rows that say from when to when something can be used, the one that was changed last first."""
        names = ("opens", "closes") if item in self.instance.routes else ("first_year", "last_year")
        rows = [self.sources.row(f"{block}.{name}", item) for name in names]
        return sorted((row for row in rows if row is not None), key=lambda row: -row.layer)

    def _lacking(self, technology: str, site: str, obtainable: set[tuple[str, str]]) -> str:
        """A good that a technology is made of and that its body has not, or nothing."""
        block, body = self.instance.technologies[technology].block, self.instance.sites[site]
        for good in ("complex", "structural"):
            mass = self.instance.numbers[f"{block}.mass_{good}"]
            if (body, good) not in obtainable and all(mass[technology, site, year] > 0 for year in self.instance.years):
                return good
        return ""

    def _obtainable(self) -> set[tuple[str, str]]:
        """Body and good: supplied there, landed from where it can be had, or made by what can be built."""
        instance = self.instance
        found = {(name, good) for name, body in instance.bodies.items() for good in body.supplies}
        while True:
            landed = {
                (route.destination, good)
                for route in instance.routes.values()
                for good in route.goods
                if (instance.sites[route.origin], good) in found and self._can_be(route.carrier, route.origin, found)
            }
            made = {
                (instance.sites[site], technology.makes)
                for technology in instance.technologies.values()
                if technology.makes
                for site in technology.sites
                if self._can_be(technology.name, site, found)
            }
            if landed | made <= found:
                return found
            found |= landed | made

    def _can_be(self, technology: str, site: str, obtainable: set[tuple[str, str]]) -> bool:
        return self._stands(technology, site) or not self._lacking(technology, site, obtainable)

    def _stands(self, technology: str, site: str) -> bool:
        block = self.instance.technologies[technology].block
        return self.instance.numbers[f"{block}.existing"][technology, site, self.instance.years[0]] > 0

    def goods(self) -> Iterator[Finding]:
        """What is made of a good that its body has not."""
        for technology in self.instance.technologies.values():
            for site in technology.sites:
                good = self._lacking(technology.name, site, self.obtainable)
                if good and not self._stands(technology.name, site):
                    row = self.sources.row(f"{technology.block}.mass_{good}", technology.name, site)
                    reason = f"it takes {good} goods, and nothing delivers or makes any on {self.instance.sites[site]}"
                    said = f"{technology.name} can never be built at {site}: {reason}"
                    yield _finding(row, said) if row else Finding(*self._row("technologies", technology.name), said)

    def weightless(self) -> Iterator[Finding]:
        """What is built where every good has to be landed or made, and is made of none: it comes there for nothing."""
        instance = self.instance
        for body in (name for name, body in instance.bodies.items() if not body.supplies):
            here = [
                technology
                for technology in instance.technologies.values()
                if any(instance.sites[site] == body for site in technology.sites)
                and not any(
                    instance.numbers[f"{technology.block}.mass_{good}"][technology.name, site, year] > 0
                    for good in ("complex", "structural")
                    for site in technology.sites if instance.sites[site] == body
                    for year in instance.years
                )
            ]  # fmt: skip
            if here:
                names = ", ".join(technology.name for technology in here)
                said = f"no mass_complex or mass_structural is stated of what is built on {body}: {names}"
                yield Finding(*self._row("technologies", here[0].name), f"{said}; it takes no launch to get there")

    def stunted(self) -> Iterator[Finding]:
        """What may only grow from what there is, and of which there is nothing."""
        instance = self.instance
        for name, technology in instance.technologies.items():
            for body in dict.fromkeys(instance.sites[site] for site in technology.sites):
                growth = instance.numbers[f"{technology.block}.growth"].get((name, body))
                seed = instance.numbers[f"{technology.block}.seed"].get((name, body), 0.0)
                stands = any(self._stands(name, site) for site in technology.sites if instance.sites[site] == body)
                row = self.sources.row(f"{technology.block}.growth", name, body)
                if growth is not None and not seed and not stands and row is not None:
                    said = f"{name} can never be built on {body}: its growth starts from nothing, without a seed"
                    yield _finding(row, f"{said} ({technology.block}.{name}.seed) and with nothing that stands there")

    def _can_stand(self, block: str, site: str) -> bool:
        return any(
            technology.block == block and site in technology.sites and self._orderable(name)
            and self._can_be(name, site, self.obtainable)
            for name, technology in self.instance.technologies.items()
        )  # fmt: skip

    def demand(self) -> Iterator[Finding]:
        """A demand that must be served, and that no site may serve."""
        numbers, sites = self.instance.numbers, self.instance.structure.sites_of_block("compute")
        for workload in self.instance.workloads:
            tiers = [tier for tier, of in self.instance.tiers.items() if of == workload and numbers["compute.share"][tier] > 0]
            asked = [year for year in self.instance.years if numbers["compute.demand"][workload, year] > 0]
            bound = [year for year in asked if any((tier, year) not in numbers["compute.value"] for tier in tiers)]
            row = self.sources.row("compute.demand", workload)
            unserved = next(((year, why) for year in bound if (why := self._why_unserved(workload, sites, year))), None)
            if unserved and row is not None:
                year, reasons = unserved
                when, then = (f"from {year} on", "") if year == bound[0] else (f"in {year}", " then")
                message = f"{workload} must be served {when} (it has no value), and no site may serve it{then}"
                yield _finding(row, f"{message}: {reasons}", True)

    def _why_unserved(self, workload: str, sites: Sequence[str], year: int) -> str:
        """Why no site can serve a workload in a model year, or nothing where one can."""
        reasons: list[str] = []
        for site in sites:
            reasons.append(self.serving.why_not(workload, site, year))
            if not reasons[-1]:
                return ""
        return "; ".join(reasons) or "no technology of compute is at any site"

    def standing(self) -> Iterator[Finding]:
        """An upper limit on what stands, below what stands already: it cannot be taken down."""
        numbers = self.instance.numbers
        for limit in self.instance.limits:
            block, _, what = limit.quantity.partition(".")
            if limit.bound != "upper" or limit.over != "year" or not (what == "installed" or limit.quantity == "land.occupied"):
                continue
            for year in limit.years:
                stands = sum(
                    numbers[f"{of}.existing"][k, s, year] * (numbers[f"{of}.land"][k, s] if block == "land" else 1.0)
                    for of in (CAPACITY_UNITS if block == "land" else (block,)) for k, s in self._selected(limit, of)
                )  # fmt: skip
                if stands > limit.values[year] * (1 + 1e-9):
                    most, now = apart(limit.values[year], stands, digits=4)
                    allowed = f"{limit.name} allows {most} of {limit.quantity} in {year}"
                    yield _finding(limit, f"{allowed}, and {now} stand already", True)
                    break

    def _selected(self, limit: Limit, block: str) -> list[tuple[str, str]]:
        places, sites = set(limit.places), labels_of(self.instance, "site")
        return [
            (name, site) for name, technology in self.instance.technologies.items() if technology.block == block
            for site in technology.sites if (not limit.items or name in limit.items) and (not places or places & sites[site])
        ]  # fmt: skip

    def contradictions(self) -> Iterator[Finding]:
        """A lower limit above an upper one on the same, or on more, under another name."""
        yearly = [limit for limit in self.instance.limits if limit.over == "year" and not limit.quantity.startswith("cost.")]
        uppers = [limit for limit in yearly if limit.bound == "upper"]
        for lower in (limit for limit in yearly if limit.bound == "lower"):
            for upper in uppers:
                if lower.name == upper.name or lower.quantity != upper.quantity or not _within(self.instance, lower, upper):
                    continue
                years = [y for y, value in lower.values.items() if value > upper.values.get(y, math.inf) * (1 + 1e-9)]
                if years:
                    asked = f"{lower.name} asks for more {lower.quantity} in {years[0]} than {upper.name} allows"
                    yield _finding(lower, f"{asked} ({upper.place})", True)

    def idle(self) -> Iterator[Finding]:
        """What can be built and never used, or never ordered at all."""
        instance = self.instance
        for name, technology in instance.technologies.items():
            file, line = self._row("technologies", name)
            if not self._orderable(name):
                yield _finding(self._ends(technology.block, name)[0], f"{name} can be ordered in {_none_of(instance)}")
            for site in technology.sites:
                if technology.block in ("storage", "compute") and not self._can_stand("power", site):
                    yield Finding(file, line, f"{name} has no power at {site}: no plant can stand there")
                if technology.block == "helium3" and site not in instance.deposits.values():
                    yield Finding(file, line, f"{name} has nothing to dig at {site}: no deposit lies there")
            carried = any(route.carrier == name for route in instance.routes.values())
            if technology.block == "launch" and not carried:
                yield Finding(file, line, f"{name} flies no route")
        for route in instance.routes:
            opens, closes = (instance.numbers[f"launch.{end}"].get(route) for end in ("opens", "closes"))
            if not years_between(instance, opens, closes):
                given = {"opens": opens, "closes": closes}
                why = " and ".join(f"launch.{route}.{end} is {year:g}" for end, year in given.items() if year is not None)
                yield _finding(self._ends("launch", route)[0], f"{route} is flown in {_none_of(instance)}: {why}")
        for deposit, site in instance.deposits.items():
            if not self._can_stand("helium3", site):
                file, line = self._row("deposits", deposit)
                yield Finding(file, line, f"{deposit} can never be dug: no miner can stand at {site}")


def _none_of(instance: Instance) -> str:
    return f"no model year ({instance.years[0]} to {instance.years[-1]})"


def _within(instance: Instance, lower: Limit, upper: Limit) -> bool:
    """True where what the lower limit counts is among what the upper one counts."""
    items = True
    for dimension in QUANTITIES[upper.quantity].index:
        low, high = (labels_of(instance, dimension).keys() & set(limit.items) for limit in (lower, upper))
        items = items and (not high or (bool(low) and low <= high))  # no label of a dimension means all of it
    places = all(place in upper.places or instance.sites.get(place) in upper.places for place in lower.places)
    return items and (not upper.places or (bool(lower.places) and places))
