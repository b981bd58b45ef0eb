"""Laying the rows of structure tables over one another."""

from __future__ import annotations

from planner.instance.csv_files import Record
from planner.instance.layers import Layer
from planner.instance.numerals import is_number, number, written
from planner.instance.problems import Problems
from planner.instance.tables import STRUCTURE


def merged_table(layers: list[Layer], table: str, problems: Problems) -> list[Record]:
    """The rows of a structure table, sorted by their keys; a row replaces the row of a lower layer with its key.

    Slices alone keep their order, each in the place of the row that it replaces: it is the order in which they follow one
    another. A layer that names every slice of a body puts them in its own order, with new ones between them. A survival curve
    replaces the whole curve of the technology. Two rows with one key in one layer are a problem.
    """
    merged: dict[tuple[str, ...], Record] = {}
    for layer in layers:
        own: dict[tuple[str, ...], Record] = {}
        for record in layer.tables.get(table, ()):
            key = tuple(_meant(column, record[column]) for column in STRUCTURE[table].key)
            if key in own:
                first = own[key]
                problems.add(
                    record.file,
                    record.line,
                    STRUCTURE[table].key[0],
                    f"a second row for '{' '.join(key)}', the first is {first.file}:{first.line}",
                )
            else:
                own[key] = record
        if table == "survival":
            redrawn = {key[0] for key in own}
            merged = {key: record for key, record in merged.items() if key[0] not in redrawn}
        elif table == "slices":
            kept = {record["body"] for key, record in merged.items() if key not in own}
            merged = {key: record for key, record in merged.items() if record["body"] in kept}
        merged.update(own)
    return [merged[key] for key in (merged if table == "slices" else sorted(merged, key=_in_order))]


def _meant(column: str, cell: str) -> str:
    """A cell of a key as what it means: an age or a year may be written in several ways."""
    return written(number(cell)) if column in ("age", "year") and is_number(cell) else cell


def _in_order(key: tuple[str, ...]) -> tuple[str, ...]:
    """A key to sort by, in which whole numbers sort as numbers."""
    return tuple(cell.zfill(20) if cell.isdigit() else cell for cell in key)
