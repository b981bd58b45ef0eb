"""Slips in what every technology has: numbers that leave it nothing, that nothing uses, or that count more than once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from planner.declarations import PARAMETERS
from planner.instance.findings import Finding, finding_at
from planner.instance.problems import listed
from planner.parameters import with_unit

if TYPE_CHECKING:
    from planner.instance.rows import ParameterRow
    from planner.instance.slips.look import Look

#: A yearly growth above this is more likely a share in percent without its unit.
_FASTEST = 5.0

#: What counts once for each site, though a row may name a body.
_EACH_SITE = ("existing", "max_build")


def never_available(look: Look) -> Iterator[Finding]:
    """An availability of 0 in every slice."""
    for block, assets in look.assets.items():
        key = f"{block}.availability"
        if key not in PARAMETERS:
            continue
        still = [
            (technology, site, look.slices(site)[0])
            for technology, site in assets
            if look.slices(site) and not any(look.number(key, technology, site, slice_) for slice_ in look.slices(site))
        ]
        yield from look.by_row(
            key, still, lambda name, at: f"{name} can never be used at {at}: its availability is 0 in every slice"
        )


def never_built(look: Look) -> Iterator[Finding]:
    """A max_build of 0 in every year where nothing stands."""
    for block, assets in look.assets.items():
        key = f"{block}.max_build"
        none = [
            asset
            for asset in assets
            if (most := look.every_year(key, *asset)) and not any(most) and not look.stands(block, *asset)
        ]
        yield from look.by_row(key, none, lambda name, at: f"{name} can never be built at {at}: max_build is 0 in every year")


def too_late(look: Look) -> Iterator[Finding]:
    """A lead time after which whatever can be ordered is commissioned when the horizon has ended."""
    last = look.instance.conventions.horizon.last
    for block, assets in look.assets.items():
        key, late = f"{block}.lead_time", []
        for technology, site in assets:
            years, lead = look.ordered(block, technology), look.number(key, technology, site)
            if years and lead and years[0] + lead > last:
                late.append((technology, site))

        def said(name: str, at: str, block: str = block, key: str = key) -> str:
            first = look.ordered(block, name)[0]
            ends = first + max(look.number(key, name, site) or 0 for site in look.instance.technologies[name].sites)
            ordered = f"ordered in {first} at the earliest, it is commissioned in {ends:g}"
            return f"{name} can never be built at {at}: {ordered}, after the horizon ends in {last}"

        yield from look.by_row(key, late, said)


def at_each_site(look: Look) -> Iterator[Finding]:
    """A number at a body, or at no place, that counts once for each of several sites."""
    for block, assets in look.assets.items():
        for name in _EACH_SITE:
            given: dict[tuple[int, str, str], tuple[ParameterRow, list[str]]] = {}
            for technology, site in assets:
                row = look.sources.row(f"{block}.{name}", technology, site)
                if row is not None and row.at != site and any(row.values):
                    body = look.instance.sites[site]
                    given.setdefault((id(row), technology, body), (row, []))[1].append(site)
            for (_, technology, body), (row, sites) in given.items():
                if len(sites) > 1:
                    yield finding_at(row, _total(row, technology, body, sites))


def _total(row: ParameterRow, technology: str, body: str, sites: list[str]) -> str:
    each = max(row.values)
    when = "" if row.value is not None else f" in {next(year for year, value in row.years if value == each)}"
    total = f"{with_unit(f'{each:.6g}', row.unit)} each, {with_unit(f'{each * len(sites):.6g}', row.unit)} in all{when}"
    where = f"each of the {len(sites)} sites of {technology} on {body} ({listed(sites)})"
    return f"{row.address} counts at {where}: {total}; expected a row for each site where the total is meant"


def fast_growth(look: Look) -> Iterator[Finding]:
    """A growth of several hundred percent a year."""
    for block in look.assets:
        for (technology, body), rate in look.instance.numbers[f"{block}.growth"].items():
            if rate > _FASTEST:
                said = f"{technology} may grow by {rate:.0%} a year on {body}: is its unit % and not 1/yr?"
                yield look.at_row(f"{block}.growth", (technology, body), said, ("technologies", technology))


def unused_spares(look: Look) -> Iterator[Finding]:
    """Spares, a share of the mass, of what has no mass."""
    for block, assets in look.assets.items():
        without = [
            asset
            for asset in assets
            if look.number(f"{block}.spares", *asset)
            and not any(any(look.every_year(f"{block}.mass_{good}", *asset)) for good in ("complex", "structural"))
        ]
        yield from look.by_row(
            f"{block}.spares", without, lambda name, at: f"the spares of {name} at {at} are a share of its mass, and it has none"
        )


def survival(look: Look) -> Iterator[Finding]:
    """A survival curve beyond the lifetime or not from the beginning, and an annual_failure that it replaces."""
    for technology, curve in look.instance.survival.items():
        block, sites = look.instance.technologies[technology].block, look.instance.technologies[technology].sites
        life = max((look.number(f"{block}.lifetime", technology, site) or 0.0 for site in sites), default=None)
        oldest, (youngest, share) = curve[-1][0], curve[0]
        if life is not None and oldest > life:
            said = f"survival.csv states shares of {technology} to age {oldest:g}, and its lifetime is {life:g} years"
            yield look.at_table("survival", technology, f"{said}: none stands after that")
        if youngest > 0 and share < 1:
            said = f"the survival of {technology} begins at age {youngest:g}: {share:g} is left of it from the first year on"
            yield look.at_table("survival", technology, f"{said}; expected a row of age 0")
        for row in look.instance.rows:
            if (row.block, row.item, row.parameter) == (block, technology, "annual_failure"):
                yield finding_at(row, f"survival.csv has a curve of {technology}, so that its annual_failure is not used")


CHECKS = (never_available, never_built, too_late, at_each_site, fast_growth, unused_spares, survival)
