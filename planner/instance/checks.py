"""What an instance must obey as a whole: how large it may be, and what its numbers must be together."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Iterable

from planner.instance.conventions import Conventions
from planner.instance.numbers import Numbers
from planner.instance.problems import Problems
from planner.instance.rows import ARGUMENTS, ParameterRow
from planner.instance.sizes import MOST_ASSET_YEARS, MOST_ENTRIES, MOST_GROWTH
from planner.instance.structure import Structure
from planner.instance.tables import STRUCTURE, TECHNOLOGY_BLOCKS

#: How far from 1 shares may add up, and how far slices may be from their place in a cycle: room for rounded figures.
_SHARES_OFF = 1e-6
_HOURS_OFF = 1e-4


def fits(conventions: Conventions, structure: Structure, problems: Problems) -> bool:
    """True where the planning problem is small enough to be written out; a problem otherwise."""
    years = len(conventions.horizon.years)
    slices = {body: max(len(found), 1) for body, found in structure.slices.items()}
    assets = [structure.sites[site] for technology in structure.technologies.values() for site in technology.sites]
    places = [(workload, body) for workload in structure.workloads for body in structure.sites.values()]
    sizes = {
        "technologies at sites x model years": (len(assets) * years, MOST_ASSET_YEARS),
        "technologies at sites x model years x slices": (years * sum(slices.get(body, 1) for body in assets), MOST_ENTRIES),
        "workloads x sites x model years x slices": (years * sum(slices.get(body, 1) for _, body in places), MOST_ENTRIES),
        "routes x model years": (len(structure.routes) * years, MOST_ASSET_YEARS),
    }
    for what, (size, most) in sizes.items():
        if size > most:
            problems.at("instance.toml", 1, 1, f"the instance is too large: {size:,} {what}, at most {most:,} can be planned")
    return all(size <= most for size, most in sizes.values())


def check_numbers(
    numbers: Numbers, rows: Iterable[ParameterRow], structure: Structure, years: tuple[int, ...], problems: Problems
) -> None:
    """Add a problem for everything that is right by itself and wrong together."""
    check = _Checks(numbers, list(rows), structure, years, problems)
    check.slices()
    check.tiers()
    check.existing()
    check.growth()
    check.refuelling()
    check.order_of_years()


class _Checks:
    def __init__(
        self, numbers: Numbers, rows: list[ParameterRow], structure: Structure, years: tuple[int, ...], problems: Problems
    ) -> None:
        self.numbers, self.rows, self.structure, self.years, self.problems = numbers, rows, structure, years, problems

    def _add(
        self, block: str, parameter: str, item: str, message: str, fits: Callable[[ParameterRow], bool] = lambda row: True
    ) -> None:
        """A problem at the row of the parameter for that item, or else at the row of the item itself."""
        for row in sorted(self.rows, key=lambda row: row.item != item):
            if (row.block, row.parameter) == (block, parameter) and row.item in (item, "") and fits(row):
                field = "value" if row.value is not None else str(row.years[0][0])
                self.problems.add_at(row, field, message)
                return
        tables = {"time": ("slices",), "compute": ("tiers", "workloads")}.get(block, ("technologies",))
        places = [self.structure.places[table, item] for table in tables if (table, item) in self.structure.places]
        file, line = places[0] if places else ("instance.toml", 1)
        self.problems.add(file, line, None, message)

    def _rows(self, block: str, parameters: Collection[str], items: Collection[str]) -> list[ParameterRow]:
        """The rows of some parameters for some items, those of the first parameter first."""
        found = [row for row in self.rows if row.block == block and row.parameter in parameters and row.item in items]
        return sorted(found, key=lambda row: list(parameters).index(row.parameter))

    def slices(self) -> None:
        """The shares of a body add up to 1, and each slice of a cycle occurs equally often."""
        if self.problems.lost("slices", "time"):
            return
        share, hours = self.numbers["time.share"], self.numbers["time.hours"]
        order = {slice_: number for number, slice_ in enumerate(self.structure.previous)}
        complete: set[str] = set()
        for body, slices in self.structure.slices.items():
            if not slices or not all(_known(numbers, slice_) for numbers in (share, hours) for slice_ in slices):
                continue
            total = math.fsum(share[slice_] for slice_ in slices)
            if abs(total - 1) > _SHARES_OFF:
                newest = max(self._rows("time", ("share",), slices), key=_age, default=None)
                message = f"the shares of the slices of '{body}' add up to {total:.9g}, expected 1"
                self._add("time", "share", newest.item if newest else slices[-1], message)
            elif all(numbers[slice_] > 0 for numbers in (share, hours) for slice_ in slices):
                complete.update(slices)
        for later, earlier in self.structure.previous.items():
            if later in complete and order[earlier] < order[later]:
                expected = hours[earlier] / share[earlier] * share[later]
                if abs(hours[later] - expected) > _HOURS_OFF * expected:
                    right = f"expected {expected:.6g} h from its share and those of '{earlier}'"
                    why = "the slices of a cycle occur equally often"
                    self._add("time", "hours", later, f"'{later}' lasts {hours[later]:g} h, {right}: {why}")

    def tiers(self) -> None:
        """The shares of a workload's tiers add up to 1."""
        if self.problems.lost("tiers", "workloads", "compute"):
            return
        share = self.numbers["compute.share"]
        for workload in self.structure.workloads:
            tiers = [tier for tier, owner in self.structure.tiers.items() if owner == workload]
            total = math.fsum(share.get(tier, math.nan) for tier in tiers)
            if tiers and abs(total - 1) > _SHARES_OFF:
                rows = self._rows("compute", ("share",), tiers)
                newest = max(rows, key=_age).item if rows else tiers[-1]
                message = f"the shares of the tiers of '{workload}' add up to {total:.9g}, expected 1"
                if len(rows) < len(tiers):
                    message += " (a tier without a row compute.TIER.share has all of it)"
                self._add("compute", "share", newest, message)

    def existing(self) -> None:
        """What stood before the horizon can only go."""
        for block in TECHNOLOGY_BLOCKS:
            numbers = self.numbers[f"{block}.existing"]
            for technology in self.structure.items("technology", block):
                for site in self.structure.technologies[technology].sites:
                    values = [numbers[technology, site, year] for year in self.years]
                    rise = next(
                        (later for later, (a, b) in zip(self.years[1:], itertools.pairwise(values), strict=True) if b > a), None
                    )
                    if rise is not None:
                        message = (
                            f"the existing capacity of '{technology}' at '{site}' grows in {rise}, expected it to fall or stay"
                        )
                        self._add(block, "existing", technology, message)
                        break

    def growth(self) -> None:
        """A seed has something to start, and nothing grows beyond measure from one model year to the next."""
        step = max((later - earlier for earlier, later in itertools.pairwise(self.years)), default=1)
        for block in TECHNOLOGY_BLOCKS:
            for (item, body), rate in self.numbers[f"{block}.growth"].items():
                if rate > 0 and step * math.log1p(rate) > math.log(MOST_GROWTH):
                    what = f"'{item}' may grow more than {MOST_GROWTH:g}-fold on '{body}' in {step} years"
                    self._add(block, "growth", item, f"{what}, expected a lower rate, or no row, which leaves growth free")
        for row in self.rows:
            if row.parameter == "seed" and not row.broken and not self.problems.unsettled(row.block, *STRUCTURE, "bodies"):
                growth = self.numbers[f"{row.block}.growth"]
                held = {item for item, body in growth if row.at in ("", body)}
                items = [row.item] if row.item else self.structure.items("technology", row.block)
                if any(item not in held for item in items):
                    field = "parameter"
                    name = next(item for item in items if item not in held)
                    self.problems.add_at(
                        row,
                        field,
                        f"a seed for '{name}', which has no growth that it could start, expected a row {row.block}.{name}.growth",
                    )

    def refuelling(self) -> None:
        """Propellant is taken on the way where a route says at which body."""
        for row in self.rows:
            route = self.structure.routes.get(row.item)
            if (
                row.parameter == "propellant_use"
                and not row.broken
                and route is not None
                and not route.refuel
                and any(row.values)
            ):
                where = f"'{row.item}' has no body in the column refuel of routes.csv, where it could take propellant"
                self.problems.add_at(row, "parameter", f"{where}; expected one, or no such row")

    def order_of_years(self) -> None:
        """First years come before last years."""
        pairs = [(block, "first_year", "last_year") for block in TECHNOLOGY_BLOCKS] + [("launch", "opens", "closes")]
        for block, first, last in pairs:
            for item, year in self.numbers[f"{block}.{first}"].items():
                end = self.numbers[f"{block}.{last}"].get(item, math.inf)
                if year > end:
                    rows = self._rows(block, (first, last), (item, ""))
                    by_change = max(rows, key=lambda row: _age(row) if row.latest[0] in ARGUMENTS else (row.layer, 0))
                    message = f"{first} of '{item}' is {year:g}, after its {last} {end:g}"
                    self._add(block, by_change.parameter, item, message)


def _age(row: ParameterRow) -> tuple[int, int]:
    """What is greater for a newer row."""
    return row.layer, row.latest[1]


def _known(numbers: dict[str, float], label: str) -> bool:
    return not math.isnan(numbers.get(label, math.nan))
