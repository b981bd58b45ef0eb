"""Givens: the numbers of the instance that could give, and the rows and bounds of the program that would move with them.

A given may move one way by some amount; every row and bound that comes from its number moves by that amount times a
coefficient. A number that varies by year is a given a year. What stands already gives as a whole, by a share of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from planner.blocks.fleet import growth_between
from planner.blocks.lives import EXISTING
from planner.diagnosis.sources import Sources
from planner.instance import Instance, LimitRow, ParameterRow, limit_unit
from planner.instance.rows import place_in_words
from planner.limits import HORIZON
from planner.lp import Family, LinearProgram
from planner.parameters import CAPACITY_UNITS


@dataclass(frozen=True)
class Given:
    """A number at an address (and year), in the row's own unit, of which `factor` makes the model's.

    `way` is 1 where it would have to be raised, -1 where lowered; `kind` says what it is to the model. `rows` and
    `columns` hold, by position, how much the row's bounds and the column's upper bound move per unit (of the model) of
    movement. `most` is how far it can move at all. `item` is what it is about, such as a workload: a row that names none is
    about many, and `about` has that of each row ("row", position) and column ("column", position).
    """

    kind: str
    address: str
    year: int | None
    way: int
    value: float
    unit: str
    factor: float
    file: str
    line: int
    most: float = float("inf")
    rows: dict[int, float] = field(default_factory=dict)
    columns: dict[int, float] = field(default_factory=dict)
    changed_by: str = ""
    item: str = ""
    about: dict[tuple[str, int], str] = field(default_factory=dict)

    @property
    def items(self) -> list[str]:
        """All that it is about."""
        return list(dict.fromkeys(self.about.values())) or [self.item]

    @property
    def place(self) -> str:
        """`file:line` of the row, and what changed it."""
        return place_in_words(self.file, self.line, self.changed_by)


def givens(instance: Instance, lp: LinearProgram) -> list[Given]:
    """Every number that could give, in the order of the program."""
    found: dict[tuple[str, int | None, int], Given] = {}
    for given in _all(instance, lp, Sources(instance)):
        known = found.setdefault((given.address, given.year, given.way), given)
        known.rows.update(given.rows)
        known.columns.update(given.columns)
        known.about.update({("row", p): given.item for p in given.rows} | {("column", p): given.item for p in given.columns})
    return list(found.values())


def _all(instance: Instance, lp: LinearProgram, sources: Sources) -> Iterator[Given]:
    yield from _limits(instance, lp)
    yield from _demand(instance, lp, sources)
    for block in CAPACITY_UNITS:
        yield from _growth(instance, lp, sources, block)
        yield from _orders(instance, lp, sources, block)
        yield from _existing(instance, lp, sources, block)
    yield from _helium3(instance, lp, sources)


def _members(families: tuple[Family, ...], name: str) -> Iterator[tuple[int, tuple[Any, ...]]]:
    for family in families:
        if family.name == name:
            yield from enumerate(family.index, family.start)


def _limits(instance: Instance, lp: LinearProgram) -> Iterator[Given]:
    rows: dict[tuple[str, str], LimitRow] = {row.key: row for row in instance.limit_rows}
    values = {(limit.name, limit.bound): limit for limit in instance.limits}
    for position, (name, bound, when) in _members(lp.rows, "limit"):
        row, limit = rows[name, bound], values[name, bound]
        year = None if when == HORIZON else int(when)
        way, value = (1 if bound == "upper" else -1), limit.values[year]
        factor = instance.units.factor(row.unit, limit_unit(limit.quantity, limit.over))
        most = value if way < 0 and not limit.quantity.startswith("cost.") else float("inf")
        yield Given("limit", row.address, year, way, value / factor, row.unit, factor, row.file, row.line, most, {position: way},
                    changed_by=row.changed_by, item=name)  # fmt: skip


def _given(kind: str, instance: Instance, row: ParameterRow, year: int | None, way: int, value: float, **more: Any) -> Given:
    """The given behind a parameter row; `value` in the unit of the model."""
    factor = instance.units.factor(row.unit, row.declaration.unit)
    address = row.address if row.at else f"{row.address}[]"
    most = value if way < 0 else float("inf")
    return Given(
        kind, address, year, way, value / factor, row.unit, factor, row.file, row.line, most, changed_by=row.changed_by, **more
    )


def _demand(instance: Instance, lp: LinearProgram, sources: Sources) -> Iterator[Given]:
    """Less demand asks for less, and less of it may be left unserved."""
    unserved = {index: position for position, index in _members(lp.columns, "compute.unserved")}
    share = instance.numbers["compute.share"]
    for position, (workload, year) in _members(lp.rows, "compute.demand_met"):
        row = sources.row("compute.demand", workload, year)
        columns = {unserved[t, year]: -share[t] for t, of in instance.tiers.items() if of == workload and (t, year) in unserved}
        if row is not None:
            value = instance.numbers["compute.demand"][workload, year]
            yield _given("demand", instance, row, year, -1, value, rows={position: -1.0}, columns=columns, item=workload)


def _growth(instance: Instance, lp: LinearProgram, sources: Sources, block: str) -> Iterator[Given]:
    """Growth starts from its seed: a larger one lets more be added every year."""
    for position, (technology, body, year) in _members(lp.rows, f"{block}.growth_limit"):
        row = sources.row(f"{block}.seed", technology, body)
        _, times = _growth_to(instance, instance.numbers[f"{block}.growth"][technology, body], year)
        if row is not None:
            value = instance.numbers[f"{block}.seed"][technology, body]
            yield _given("seed", instance, row, None, 1, value, rows={position: times}, item=technology)
            continue
        growth = sources.row(f"{block}.growth", technology, body)
        if growth is not None:
            address = f"{block}.{technology}.seed[{body}]"
            unit = CAPACITY_UNITS[block]
            yield Given("seed", address, None, 1, 0.0, unit, 1.0, growth.file, growth.line, rows={position: times},
                        changed_by=growth.changed_by, item=technology)  # fmt: skip


def _growth_to(instance: Instance, growth: float, year: int) -> tuple[float, float]:
    """The factors of (F3) to a model year, of what stood the model year before and of the seed."""
    place = instance.years.index(year)
    return growth_between(growth, instance.weights[instance.years[place - 1]] if place else 0, instance.weights[year])


def _orders(instance: Instance, lp: LinearProgram, sources: Sources, block: str) -> Iterator[Given]:
    most = instance.numbers[f"{block}.max_build"]
    for position, index in _members(lp.columns, f"{block}.build"):
        row = sources.row(f"{block}.max_build", *index) if index in most else None
        if row is not None:
            yield _given("max_build", instance, row, index[-1], 1, most[index], columns={position: 1.0}, item=index[0])


def _existing(instance: Instance, lp: LinearProgram, sources: Sources, block: str) -> Iterator[Given]:
    """A share of what stands: the rows that it enters have it as their whole bound, but for growth, which has the seed too."""
    existing, growth = instance.numbers[f"{block}.existing"], instance.numbers[f"{block}.growth"]
    at_start = instance.numbers[f"{block}.existing_at_start"]
    entries = [(index[:2], {p: -float(lp.row_upper[p])}) for p, index in _members(lp.rows, f"{block}.standing_capacity")]
    entries += [(i[:2], {p: -float(lp.row_upper[p])}) for p, i in _members(lp.rows, f"{block}.kept_in_service") if EXISTING in i]
    for position, (technology, body, year) in _members(lp.rows, f"{block}.growth_limit"):
        if year == instance.years[0]:
            for site in instance.technologies[technology].sites:
                if instance.sites[site] == body:
                    kept, _ = _growth_to(instance, growth[technology, body], year)
                    entries.append(((technology, site), {position: -kept * at_start.get((technology, site), 0.0)}))
    for (technology, site), rows in entries:
        row = sources.row(f"{block}.existing", technology, site)
        moved = {position: by for position, by in rows.items() if by}
        if row is not None and moved and existing[technology, site, instance.years[0]] > 0:
            address = row.address if row.at else f"{row.address}[]"
            yield Given("existing", address, None, -1, 1.0, "", 1.0, row.file, row.line, 1.0, moved, changed_by=row.changed_by,
                        item=technology)  # fmt: skip


def _helium3(instance: Instance, lp: LinearProgram, sources: Sources) -> Iterator[Given]:
    numbers, first = instance.numbers, instance.years[0]
    for name in ("helium3.bought", "helium3.sold"):
        for position, (market, year) in _members(lp.columns, name):
            row = sources.row("helium3.size", market, year)
            if row is not None:
                yield _given(
                    "market", instance, row, year, 1, numbers["helium3.size"][market, year], columns={position: 1.0}, item=market
                )
    for position, (deposit, year) in _members(lp.rows, "helium3.depletion"):
        row = sources.row("helium3.tonnage", deposit)
        if year == first and row is not None:
            yield _given(
                "deposit", instance, row, None, 1, numbers["helium3.tonnage"][deposit], rows={position: -1.0}, item=deposit
            )
    for position, (body, year) in _members(lp.rows, "helium3_balance"):
        row = sources.row("helium3.initial_stock", body)
        if year == first and row is not None:
            yield _given("stock", instance, row, None, 1, numbers["helium3.initial_stock"][body], rows={position: 1.0}, item=body)
