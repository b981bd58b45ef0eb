"""The instance: a frozen value with everything in the units of the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from planner.instance.capital import check_capital
from planner.instance.checks import check_numbers
from planner.instance.conventions import Body, Conventions, Finance, Horizon
from planner.instance.fingerprint import fingerprint
from planner.instance.limits import Limit, check_limits, limits_of
from planner.instance.numbers import Numbers, Resolver, check_used
from planner.instance.overlays import Overlay, apply_all, changes_from, refused
from planner.instance.problems import Problems
from planner.instance.row_reading import needed_years
from planner.instance.rows import LimitRow, ParameterRow, RowKind
from planner.instance.structure import Market, Route, Structure, Technology
from planner.instance.writing import write_instance
from planner.units import Units, units_of


@dataclass(frozen=True, eq=False)
class Instance:
    """A planning problem, read and checked. Its dictionaries are not to be changed: `replace` makes another instance.

    `numbers` has, for every parameter `block.name`, a dictionary from index to a number in the model's unit; the index is
    a tuple in the order of the declaration, a bare label where there is one dimension, and None where there is none.
    `rows` and `limit_rows` are the rows that gave these numbers; `scenarios` and `changes` say what was laid over the folder.
    `counts` says how many rows were `read`, how many of these were `added` by changes and stand in no file, how many are
    `used`, and how many were `replaced` or outdone by a layer above.
    """

    name: str
    folder: Path
    conventions: Conventions
    structure: Structure
    rows: tuple[ParameterRow, ...]
    limit_rows: tuple[LimitRow, ...]
    numbers: Numbers
    limits: tuple[Limit, ...]
    counts: dict[str, int]
    scenarios: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """A line: with all its numbers it would fill a notebook."""
        years = f"model years {self.years[0]} to {self.years[-1]} ({len(self.years)})"
        counts = ", ".join(f"{name}: {len(getattr(self, name))}" for name in ("sites", "technologies", "limits"))
        return f"<Instance {self.name}: {self.title}; {years}; {counts}>"

    @property
    def title(self) -> str:
        """What the instance is about, in a line."""
        return self.conventions.title

    @property
    def description(self) -> str:
        """What the instance is about, at length."""
        return self.conventions.description

    @property
    def years(self) -> tuple[int, ...]:
        """The model years."""
        return self.conventions.horizon.years

    @cached_property
    def weights(self) -> dict[int, int]:
        """The calendar years that each model year stands for."""
        return self.conventions.horizon.weights

    @property
    def finance(self) -> Finance:
        """The conventions of money."""
        return self.conventions.finance

    @property
    def bodies(self) -> dict[str, Body]:
        """Every body, also one without sites."""
        return self.conventions.bodies

    @property
    def sites(self) -> dict[str, str]:
        """The body of each site."""
        return self.structure.sites

    @property
    def slices(self) -> dict[str, tuple[str, ...]]:
        """The slices of each body, in the order in which they follow one another."""
        return self.structure.slices

    @property
    def previous(self) -> dict[str, str]:
        """The slice before each slice, in the ring of its cycle."""
        return self.structure.previous

    @property
    def technologies(self) -> dict[str, Technology]:
        """Every technology."""
        return self.structure.technologies

    @property
    def workloads(self) -> dict[str, str]:
        """`firm` or `flexible`, by workload."""
        return self.structure.workloads

    @property
    def tiers(self) -> dict[str, str]:
        """The workload of each tier; a workload without tiers of its own has one that bears its name."""
        return self.structure.tiers

    @property
    def routes(self) -> dict[str, Route]:
        """Every route."""
        return self.structure.routes

    @property
    def deposits(self) -> dict[str, str]:
        """The site of each deposit."""
        return self.structure.deposits

    @property
    def markets(self) -> dict[str, Market]:
        """Every market for helium-3."""
        return self.structure.markets

    @property
    def survival(self) -> dict[str, tuple[tuple[float, float], ...]]:
        """Ages and the shares still standing, for the technologies that have such a curve."""
        return self.structure.survival

    @property
    def units(self) -> Units:
        """The units in which this instance's rows may be written."""
        return units_of(self.conventions.units, self.finance.price_year, self.structure.prices)

    @cached_property
    def hash(self) -> str:
        """sha256 (hex) of what the instance means: not of titles, sources, row order, units or files."""
        return fingerprint(self.conventions, self.structure, self.numbers, self.limits)

    def replace(self, changes: Mapping[str, Any] | Iterable[Mapping[str, Any]]) -> Instance:
        """Another instance with some numbers changed; by several mappings in turn, so that an address may come more than once.

        A change is a number in the row's unit, a text such as `200 USD/kg`, or a pair of `=`, `*` or `+` and one of these.
        Raises `AddressError` for an address or value that means nothing, `InstanceError` where the result is not valid.
        """
        rows, limit_rows = {row.key: row for row in self.rows}, {row.key: row for row in self.limit_rows}
        layer = 1 + max((row.layer for row in (*self.rows, *self.limit_rows)), default=0)
        overlay = Overlay(self.structure, tuple(self.bodies), self.weights, self.units, layer)
        wanted = changes_from(changes)
        wrong = apply_all(overlay, wanted, rows, limit_rows, Problems())
        if wrong:
            raise refused(wrong)
        made = len(rows) - len(self.rows)
        counts = {**self.counts, "read": self.counts["read"] + made, "added": self.counts["added"] + made}
        base = replace(self, counts=counts, changes=(*self.changes, *map(str, wanted)))
        return assemble(base, rows, limit_rows, layer, Problems(), known=self)

    def write(self, folder: str | Path) -> Path:
        """Write the instance, all layers in one, as a folder that loads with the same hash; returns the folder."""
        return write_instance(self, Path(folder))


def assemble(
    base: Instance,
    rows: dict[tuple[str, str, str, str], ParameterRow],
    limit_rows: dict[tuple[str, str], LimitRow],
    newest: int,
    problems: Problems,
    known: Instance | None = None,
) -> Instance:
    """`base` with the numbers that these rows give; raises `InstanceError` with every problem, those found before included.

    Rows of layers below `newest` may be outdone by what lies above them; a newer one that gives no number is a problem.
    Numbers whose rows are those of `known`, of the same structure and years, are taken from there.
    """
    horizon = base.conventions.horizon
    trimmed, kept = [row for _, row in sorted(rows.items())], [row for _, row in sorted(limit_rows.items())]
    if known is None:  # else the rows are those of an instance, and changes add no years
        trimmed, kept = [_trimmed(row, horizon) for row in trimmed], [_trimmed(row, horizon) for row in kept]
    resolver = Resolver(trimmed, base.structure, tuple(base.bodies), horizon.weights, base.units, problems)
    resolution = resolver.resolve() if known is None else resolver.resolve(known.rows, known.numbers)
    check_used(trimmed, resolution, newest, problems)
    check_numbers(resolution.numbers, trimmed, base.structure, horizon.years, problems)
    limits = limits_of(kept, horizon.weights, base.units)
    check_limits(limits, base.units, problems)
    problems.raise_if_any()
    used = tuple(row for row in trimmed if row.key in resolution.used)
    in_force = {(limit.name, limit.bound) for limit in limits}
    limit_rows_used = tuple(row for row in kept if row.key in in_force)
    number_used = len(used) + len(limit_rows_used) + sum(map(len, base.structure.tables.values()))
    counts = {**base.counts, "used": number_used, "replaced": base.counts["read"] - number_used}
    made = replace(base, rows=used, limit_rows=limit_rows_used, numbers=resolution.numbers, limits=limits, counts=counts)
    check_capital(made, used, problems)
    problems.raise_if_any()
    return made


def _trimmed(row: RowKind, horizon: Horizon) -> RowKind:
    """The row without the years that lie off the horizon of the instance as it is planned."""
    needed = needed_years(tuple(year for year, _ in row.years), horizon)
    if len(needed) == len(row.years):
        return row
    return replace(row, years=tuple((year, value) for year, value in row.years if year in needed))
