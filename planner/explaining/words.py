"""How the explanations say years, lists and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable


def some_years(years: Iterable[int], most: int) -> list[int]:
    """At most so many of some years, spread evenly, the first and the last among them."""
    found = sorted({int(year) for year in years})
    steps = min(most, len(found))
    return sorted({found[round(i * (len(found) - 1) / max(steps - 1, 1))] for i in range(steps)})


def year_ranges(found: Iterable[int], years: Iterable[int]) -> str:
    """Model years as ranges, such as `2031-2040, 2045`: those that follow one another in `years` are one range."""
    order = {year: i for i, year in enumerate(years)}
    runs: list[list[int]] = []
    for year in sorted(set(found)):
        if runs and order[year] == order[runs[-1][-1]] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def figures(value: float) -> str:
    """A number in four figures and without an exponent that a reader must undo, thousands being whole; `-` for what is none."""
    if value != value:
        return "-"
    return f"{value:,.4g}" if abs(value) < 999.95 else f"{value:,.0f}"


def share(value: float) -> str:
    """A share in per cent, in three figures; `-` for what is none."""
    return "-" if value != value else f"{100 * value:,.3g} %" if abs(value) < 9.995 else f"{100 * value:,.0f} %"


def plain_unit(unit: str) -> str:
    """A unit without the brackets that a divisor of one word does not need."""
    return re.sub(r"/\((\w+)\)", r"/\1", unit)


def listed(parts: list[str]) -> str:
    """Parts of a sentence with commas and an `and`."""
    return "".join(parts) if len(parts) < 2 else f"{', '.join(parts[:-1])} and {parts[-1]}"
