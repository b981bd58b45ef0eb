"""What a parameter is: its address, unit, index, meaning and bounds, said once, in the file of the block that uses it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

#: What a parameter may be indexed by, in the order in which an index is written. The first of a tuple is its item.
ITEMS = ("technology", "workload", "tier", "route", "deposit", "market", "slice", "good")
PLACES = ("site", "body")
YEARS = ("year", "vintage")

#: The unit in which the capacity of a technology is counted, by block.
CAPACITY_UNITS = {
    "compute": "GW",
    "link": "Tbit/s",
    "power": "GW",
    "storage": "GWh",
    "launch": "kt/yr",
    "industry": "kt/yr",
    "helium3": "Mt/yr",
}


#: The goods of which a kilogram is worth the same whatever it becomes.
BULK_GOODS = ("structural", "propellant")

#: A whole number of years from here on is the name of a year; the last year that a horizon may name.
FIRST_CALENDAR_YEAR, LAST_CALENDAR_YEAR = 1900, 2500


def with_unit(number: str, unit: str) -> str:
    """A number with its unit behind it, as a person would write it: a plain number has none."""
    return number if unit in ("", "1") else f"{number} {unit}"


@dataclass(frozen=True)
class Parameter:
    """One kind of number that an instance may give.

    `index` names what it varies with: an item (one of ITEMS) or none, then `site` or `body`, then `slice`, then `year`
    (the year in which it applies) or `vintage` (the year in which the thing was ordered). `unit` is the unit of the
    model. A parameter that is not `required` and has no `default` (None) is absent where no row gives it: the
    equation that would use it is not written there. `open_below` excludes the lower bound itself. `gives` says of a number that
    moves bounds how it would have to change to make room for a plan: `more`, `less`, or by a `share` of all its years.
    """

    block: str
    name: str
    index: tuple[str, ...]
    unit: str
    meaning: str
    default: float | None = None
    required: bool = False
    lower: float = 0.0
    upper: float = math.inf
    open_below: bool = False
    whole: bool = False
    gives: str = ""

    @property
    def item_kind(self) -> str | None:
        """The kind of item that the address names, or None where the address has no item."""
        return self.index[0] if self.index and self.index[0] in ITEMS else None

    @property
    def by_year(self) -> bool:
        """True where it varies with the year in which it applies, or in which the thing was ordered."""
        return bool(self.index) and self.index[-1] in YEARS

    @property
    def by_vintage(self) -> bool:
        """True where it varies with the year in which the thing was ordered."""
        return self.index[-1:] == ("vintage",)

    @property
    def key(self) -> str:
        """`block.name`, which no other parameter has."""
        return f"{self.block}.{self.name}"

    def of(self, block: str) -> Parameter:
        """This declaration for another block, with that block's unit of capacity in place of `{capacity}`."""
        capacity = CAPACITY_UNITS[block]
        below = f"({capacity})" if "/" in capacity else capacity
        return replace(self, block=block, unit=self.unit.replace("/{capacity}", f"/{below}").replace("{capacity}", capacity))

    def allows(self, value: float) -> bool:
        """True where the value, in the unit of the model, is within the bounds."""
        above = value > self.lower if self.open_below else value >= self.lower
        return above and value <= self.upper and (not self.whole or value == round(value))

    def range_in(self, unit: str, factor: float) -> str:
        """The bounds as a person would say them, in a unit of which `factor` makes the parameter's own."""
        if self.whole and self.lower >= FIRST_CALENDAR_YEAR:
            return f"a calendar year from {self.lower:g} to {self.upper:g}"
        if self.whole:
            unit, factor = "", 1.0
        ends = [] if self.lower == -math.inf else [("above" if self.open_below else "at least", self.lower)]
        ends += [("at most", self.upper)] if self.upper < math.inf else []
        said = " and ".join(f"{word} {with_unit(f'{bound / factor:.9g}', unit if bound else '')}" for word, bound in ends)
        return f"a whole number of years {said}".rstrip() if self.whole else said or "any number"
