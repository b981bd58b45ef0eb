"""From a folder to an instance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from planner.errors import InstanceError, UnitError
from planner.instance.checks import fits
from planner.instance.conventions import Conventions, Horizon, horizons, settle
from planner.instance.edits import Edit
from planner.instance.instance import Instance, assemble
from planner.instance.layers import Layer, read_layers
from planner.instance.limit_rows import read_limit_row
from planner.instance.overlays import LimitRows, Overlay, ParameterRows, apply_all, changes_from, changes_of, refused
from planner.instance.parameter_rows import add_parameter_rows, read_parameter_row
from planner.instance.problems import Problems
from planner.instance.row_reading import RowReader, homes_of_unit
from planner.instance.structure import Structure
from planner.instance.structure_rows import read_structure
from planner.units import Units, units_of


def load(
    path: str | Path, scenarios: Iterable[str] = (), changes: Iterable[str | Mapping[str, Any]] | Mapping[str, Any] = ()
) -> Instance:
    """Read the instance in a folder, lay scenarios over it in turn, then changes.

    A change is a `--set` text (`ADDRESS=VALUE`, `ADDRESS*=FACTOR`, `ADDRESS+=SHIFT`) or a mapping as `Instance.replace`
    takes it. Raises `InstanceError` with every problem that was found, `AddressError` for a change that means nothing.
    """
    folder, wanted = Path(path), changes_from(changes)
    named = (scenarios,) if isinstance(scenarios, str) else tuple(scenarios)
    problems = Problems()
    layers = _layers(folder, named, problems)
    if not layers:
        problems.raise_if_any()
    by_layer = horizons(layers, problems)
    conventions = settle(layers, by_layer[-1], problems)
    if conventions is None:
        problems.raise_if_any()
        raise AssertionError("an instance without conventions has problems")
    structure = read_structure(layers, conventions.bodies, problems)
    if not fits(conventions, structure, problems):
        problems.raise_if_any()
    units = _units(conventions, structure, layers, problems)
    conventions = replace(conventions, units=units.own)
    rows, limit_rows, added, edits = _rows(layers, by_layer, conventions, structure, units, problems)
    newest = max((number for number, layer in enumerate(layers) if layer.tables or layer.parameters), default=0)
    overlay = Overlay(structure, tuple(conventions.bodies), conventions.horizon.weights, units, len(layers))
    before = len(rows)
    wrong = apply_all(overlay, wanted, rows, limit_rows, problems)
    edits += overlay.edits
    added += len(rows) - before
    counts = {"read": sum(layer.rows_read for layer in layers) + added, "used": 0, "replaced": 0, "added": added}
    changed = tuple(map(str, wanted))
    base = Instance(
        folder.resolve().name, folder, conventions, structure, (), (), {}, (), counts, named, changed, tuple(edits)
    )  # fmt: skip
    try:
        return assemble(base, rows, limit_rows, newest, problems)
    except InstanceError as error:
        if wrong and set(error.problems) <= set(wrong):
            raise refused(wrong) from None
        raise


def _layers(folder: Path, scenarios: tuple[str, ...], problems: Problems) -> list[Layer]:
    try:
        return read_layers(folder, scenarios, problems)
    except (OSError, RuntimeError, ValueError) as error:  # a name that the system refuses, links in a circle, a folder gone
        problems.at("instance.toml", 1, 1, f"'{folder.name}' cannot be read: {getattr(error, 'strerror', None) or error}")
        return []


def _units(conventions: Conventions, structure: Structure, layers: list[Layer], problems: Problems) -> Units:
    """The units of the instance; a definition that cannot be read is a problem and left out."""
    own: dict[str, str] = {}
    for name, text in conventions.units.items():
        try:
            units_of({**own, name: text}, conventions.finance.price_year, structure.prices)
            own[name] = text
        except UnitError as error:
            if problems.echo(*homes_of_unit(text)):
                continue
            layer = next(layer for layer in reversed(layers) if name in layer.settings.get("units", {}))
            layer.add(problems, ("units", name), str(error))
            problems.lose(layer.toml.file, "units")
    return units_of(own, conventions.finance.price_year, structure.prices)


def _rows(
    layers: list[Layer],
    by_layer: list[Horizon | None],
    conventions: Conventions,
    structure: Structure,
    units: Units,
    problems: Problems,
) -> tuple[ParameterRows, LimitRows, int, list[Edit]]:
    """The rows of all layers laid over one another with each scenario's changes, how many rows these added, and what they did."""
    rows: ParameterRows = {}
    limits: LimitRows = {}
    added = 0
    edits: list[Edit] = []
    bodies = tuple(conventions.bodies)
    for number, (layer, horizon) in enumerate(zip(layers, by_layer, strict=True)):
        reader = RowReader(units, horizon or conventions.horizon, number, problems)
        own = [
            row
            for block, records in layer.parameters.items()
            for record in records
            if (row := read_parameter_row(record, block, structure, bodies, reader))
        ]
        if layer.is_scenario:
            edits += [Edit(rows[row.key], row, row.file, row.line) for row in own if row.key in rows]
        add_parameter_rows(rows, own, problems)
        seen: LimitRows = {}
        for record in layer.tables.get("limits", ()):
            limit = read_limit_row(record, structure, bodies, reader)
            if limit is not None and limit.key in seen:
                first = seen[limit.key]
                problems.add(
                    record.file, record.line, "limit", f"a second row for {limit.address}, the first is {first.file}:{first.line}"
                )
            elif limit is not None:
                seen[limit.key] = limit
        if layer.is_scenario:
            edits += [Edit(limits[key], limit, limit.file, limit.line) for key, limit in seen.items() if key in limits]
        limits.update(seen)
        overlay = Overlay(structure, bodies, conventions.horizon.weights, units, number)
        before = len(rows)
        apply_all(overlay, changes_of(layer), rows, limits, problems)
        edits += overlay.edits
        added += len(rows) - before
    return rows, limits, added, edits
