"""What every check for slips needs: the assets, their numbers, and the rows to which a warning points."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from planner.blocks.lives import ordered_in, years_between
from planner.instance.findings import Finding, finding_at
from planner.instance.problems import listed
from planner.instance.sources import Sources
from planner.instance.tables import TECHNOLOGY_BLOCKS

if TYPE_CHECKING:
    from planner.instance.instance import Instance
    from planner.instance.rows import ParameterRow

#: What a row is about: a technology and its site.
Asset = tuple[str, str]


class Look:
    """An instance as the checks see it."""

    def __init__(self, instance: Instance) -> None:
        self.instance, self.sources = instance, Sources(instance)
        #: Technologies at sites, by block.
        self.assets: dict[str, list[Asset]] = {block: [] for block in TECHNOLOGY_BLOCKS}
        for name, technology in instance.technologies.items():
            self.assets[technology.block] += [(name, site) for site in technology.sites]

    def number(self, key: str, *index: Any) -> float | None:
        """The number of `block.name` at an index, None where there is none."""
        return self.instance.numbers[key].get(index if len(index) > 1 else index[0])

    def every_year(self, key: str, *index: Any) -> list[float]:
        """The numbers of `block.name` at an index in each model year in which there is one."""
        found = (self.instance.numbers[key].get((*index, year)) for year in self.instance.years)
        return [number for number in found if number is not None]

    def slices(self, site: str) -> tuple[str, ...]:
        """The slices of a site's body."""
        return self.instance.slices[self.instance.sites[site]]

    def stands(self, block: str, technology: str, site: str) -> bool:
        """True where something stood before the horizon."""
        return any(self.every_year(f"{block}.existing", technology, site))

    def at_row(self, key: str, index: tuple[Any, ...], message: str, otherwise: tuple[str, str]) -> Finding:
        """A finding at the row that gave a number; where none did, at the row of a table: `otherwise` is table and name."""
        row = self.sources.row(key, *index)
        return finding_at(row, message) if row else self.at_table(*otherwise, message)

    def at_table(self, table: str, name: str, message: str) -> Finding:
        """A finding at the row of a table, or the key of instance.toml, that names something."""
        file, line = self.instance.structure.places.get((table, name), ("instance.toml", 1))
        return Finding(file, line, message)

    def by_row(self, key: str, assets: Iterable[tuple[Any, ...]], message: Callable[[str, str], str]) -> Iterable[Finding]:
        """A finding for each row and technology; `message` makes it of the technology and its sites in words."""
        rows: dict[tuple[int, str], tuple[ParameterRow | None, list[str]]] = {}
        for technology, site, *more in assets:
            row = self.sources.row(key, technology, site, *more)
            rows.setdefault((id(row), technology), (row, []))[1].append(site)
        for (_, technology), (row, sites) in rows.items():
            said = message(technology, listed(sites))
            yield finding_at(row, said) if row else self.at_table("technologies", technology, said)

    def ordered(self, block: str, technology: str) -> list[int]:
        """The calendar years in which the vintages of a technology are ordered."""
        first, last = (self.instance.numbers[f"{block}.{name}"].get(technology) for name in ("first_year", "last_year"))
        return [ordered_in(year, self.instance.weights[year], first) for year in years_between(self.instance, first, last)]
