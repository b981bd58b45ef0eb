"""Laying the rows of structure tables over one another."""

from __future__ import annotations

from planner.instance.csv_files import Record
from planner.instance.layers import Layer
from planner.instance.problems import Problems
from planner.instance.tables import STRUCTURE


def merged_table(layers: list[Layer], table: str, problems: Problems) -> list[Record]:
    """The rows of a structure table; a row replaces the row of a lower layer with its key, in that row's place.

    A survival curve replaces the whole curve of the technology. Two rows with one key in one layer are a problem.
    """
    merged: dict[tuple[str, ...], Record] = {}
    for layer in layers:
        own: dict[tuple[str, ...], Record] = {}
        for record in layer.tables.get(table, ()):
            key = tuple(record[column] for column in STRUCTURE[table].key)
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
        merged.update(own)
    return list(merged.values())
