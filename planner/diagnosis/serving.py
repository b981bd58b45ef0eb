"""Whether a workload can be served at a site in a year at all, however much is built: what it needs there, and why it has none.

Only what is certain counts: a number that is zero, a date, a lead time, a good that a body has not, a slice without power.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import cache

from planner.blocks.lives import Lives
from planner.diagnosis.sources import Sources
from planner.instance import Instance
from planner.instance.numerals import apart

#: What a technology of a block is called where none can stand.
_CALLED = {"compute": "accelerator", "power": "power plant", "link": "link", "storage": "storage"}


class Serving:
    """Finds why nothing serves a workload. `lacking` names a good that keeps a technology from ever being built at a site."""

    def __init__(self, instance: Instance, sources: Sources, lacking: Callable[[str, str], str]) -> None:
        self._instance, self._sources, self._lacking = instance, sources, lacking
        self._lives = cache(self._find_lives)
        self._standing = cache(self._find_standing)

    def why_not(self, workload: str, site: str, year: int) -> str:
        """Why a workload cannot be served at a site in a model year, or nothing."""
        numbers, slices = self._instance.numbers, self._instance.slices[self._instance.sites[site]]
        most, delay = numbers["compute.max_delay"].get(workload, math.inf), numbers["compute.delay"][site]
        if delay > most:
            place = self._sources.place("compute.max_delay", workload)
            away, tolerated = apart(delay, most)
            return f"{site} is {away} s away and it tolerates {tolerated} s ({place})"
        needs = ["compute", "power"]
        if not self._instance.bodies[self._instance.sites[site]].users and numbers["compute.data_rate"][workload] > 0:
            needs.append("link")
        firm = self._instance.workloads[workload] == "firm"
        usable = {block: self._usable(block, site, year) for block in needs}
        lost = {block: [slice_ for slice_ in slices if slice_ not in here] for block, here in usable.items()}
        missing = [block for block, here in usable.items() if not here or (firm and lost[block])]
        if missing:
            return " and ".join(self._nothing(block, site, year, lost[block] if usable[block] else []) for block in missing)
        never = not set.intersection(*usable.values())
        return f"no slice of {site} has {', '.join(_CALLED[block] for block in needs)} at once in {year}" if never else ""

    def _find_lives(self, block: str) -> Lives:
        return Lives(self._instance, block)

    def _technologies(self, block: str, site: str) -> list[str]:
        return [name for name, of in self._instance.technologies.items() if of.block == block and site in of.sites]

    def _find_standing(self, block: str, site: str, year: int) -> tuple[str, ...]:
        """The technologies that may stand at a site in a model year."""
        return tuple(
            name for name in self._technologies(block, site)
            if self._stands(name, site, year) or not (self._lacking(name, site) or any(self._kept_away(name, site, year)))
        )  # fmt: skip

    def _stands(self, technology: str, site: str, year: int) -> bool:
        block = self._instance.technologies[technology].block
        return self._instance.numbers[f"{block}.existing"][technology, site, year] > 0

    def _usable(self, block: str, site: str, year: int) -> set[str]:
        """The slices in which something of a block can be used; what is stored in one of a cycle gives power in all of it."""
        availability = self._instance.numbers[f"{block}.availability"]
        slices = self._instance.slices[self._instance.sites[site]]
        standing = self._standing(block, site, year)
        found = {slice_ for slice_ in slices if any(availability[name, site, slice_] > 0 for name in standing)}
        if block == "power" and self._standing("storage", site, year):
            for slice_ in list(found):
                while (slice_ := self._instance.previous[slice_]) not in found:
                    found.add(slice_)
        return found

    def _nothing(self, block: str, site: str, year: int, lost: list[str]) -> str:
        """That nothing of a block can be used at a site, and for each of its technologies why."""
        reasons = [reason for name in self._technologies(block, site) if (reason := self._reason(name, site, year, lost))]
        if lost:
            said = f"no {_CALLED[block]} at {site} gives anything in {', '.join(lost)} in {year}"
            if block == "power":
                said += ", and no storage that can stand there carries any into it"
        elif self._standing(block, site, year):
            said = f"no {_CALLED[block]} at {site} can be used"
        else:
            said = f"no {_CALLED[block]} can stand at {site} in {year}"
        return f"{said} ({'; '.join(reasons)})" if reasons else said

    def _reason(self, technology: str, site: str, year: int, lost: list[str]) -> str:
        block = self._instance.technologies[technology].block
        if technology in self._standing(block, site, year):
            rows = [self._sources.row(f"{block}.availability", technology, site, slice_) for slice_ in lost or self._slices(site)]
            places = dict.fromkeys(row.place for row in rows if row is not None)
            return f"the availability of {technology} is 0: {', '.join(places)}" if places else ""
        good = self._lacking(technology, site)
        if good:
            return f"{technology} takes {good} goods, and nothing delivers or makes any on {self._instance.sites[site]}"
        facts = list(self._kept_away(technology, site, year))
        return f"{technology}: {' and '.join(facts)}" if facts else ""

    def _slices(self, site: str) -> tuple[str, ...]:
        return self._instance.slices[self._instance.sites[site]]

    def _kept_away(self, technology: str, site: str, year: int) -> Iterator[str]:
        """What keeps every order of a technology from standing in a model year, each with its place; nothing where one may."""
        block = self._instance.technologies[technology].block
        numbers, lives, years = self._instance.numbers, self._lives(block), self._instance.years
        alive = [v for v in years if year in lives.alive.get((technology, site, v), ())]
        most = numbers[f"{block}.max_build"]
        if not alive:
            yield from self._dates(block, technology, site, year)
        elif all(most.get((technology, site, v), math.inf) == 0 for v in alive):
            yield f"max_build is 0 ({self._sources.place(f'{block}.max_build', technology, site)})"
        elif self._stunted(block, technology, site):
            yield f"growth starts from nothing ({self._sources.place(f'{block}.growth', technology, self._instance.sites[site])})"

    def _dates(self, block: str, technology: str, site: str, year: int) -> Iterator[str]:
        numbers, years, before = self._instance.numbers, self._instance.years, len(f"{block}.")
        first, last = (numbers[f"{block}.{end}"].get(technology) for end in ("first_year", "last_year"))
        lead, lifetime = (numbers[f"{block}.{name}"][technology, site] for name in ("lead_time", "lifetime"))
        stated = {f"{block}.first_year": (first, first is not None and first > years[0])}
        stated[f"{block}.last_year"] = (last, last is not None and last < year)
        stated[f"{block}.lead_time"] = (lead, lead > 0)
        stated[f"{block}.lifetime"] = (lifetime, last is not None and last < year)
        for key, (value, matters) in stated.items():
            index = (technology,) if key.endswith("_year") else (technology, site)
            if matters:
                yield f"{key[before:]} is {value:g} ({self._sources.place(key, *index)})"

    def _stunted(self, block: str, technology: str, site: str) -> bool:
        """Whether growth has nothing to start from on the body."""
        instance, body = self._instance, self._instance.sites[site]
        growth, seed = (instance.numbers[f"{block}.{name}"] for name in ("growth", "seed"))
        here = [of for of in instance.technologies[technology].sites if instance.sites[of] == body]
        standing = any(self._stands(technology, of, instance.years[0]) for of in here)
        return (technology, body) in growth and not seed.get((technology, body), 0.0) and not standing
