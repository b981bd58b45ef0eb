"""What `planner show` shows: an instance's parameters, and the quantities of the model."""

from __future__ import annotations

import difflib
from dataclasses import asdict
from typing import Any

from planner.declarations import QUANTITIES
from planner.errors import AddressError
from planner.instance import Instance, LimitRow, ParameterRow
from planner.instance.problems import nearest
from planner.instance.rows import place_in_words


def parameters_shown(instance: Instance, address: str | None = None) -> tuple[list[dict[str, Any]], str]:
    """The rows at an address (all parameters and limits where none is given), as records and as text.

    An address without a place, or with one that has no row of its own, shows every place. Raises AddressError, with the
    nearest address or place, where there is none.
    """
    records = [*map(_record, instance.rows), *map(_record, instance.limit_rows)]
    base = str(address).split("@")[0]
    # The row as written; else all places of the item; else everything below a prefix such as `power.gas`.
    tries = [
        [record for record in records if address is None or record["address"] == base],
        [record for record in records if record["address"].split("[")[0] == base.split("[")[0]],
        [record for record in records if record["address"].startswith(f"{base}.")],
    ]
    found = next((some for some in tries if some), [])
    unknown = _unknown_place(instance, base)
    if unknown:
        raise AddressError(f"no row of {instance.name} has the address {address}: {unknown}")
    if not found:
        near = difflib.get_close_matches(str(address), [record["address"] for record in records], 1, 0.3)
        hint = f"; the nearest is {near[0]}" if near else ""
        raise AddressError(f"no row of {instance.name} has the address {address}{hint}")
    return found, "\n".join(_text(record) for record in found)


def _unknown_place(instance: Instance, address: str) -> str:
    """What is wrong with the place of an address, or nothing."""
    places = [*instance.sites, *instance.bodies, *instance.structure.body_of_slice]
    named = address.partition("[")[2].rstrip("]").split("/")
    wrong = next((place for place in named if place and place not in places), "")
    return f"unknown place '{wrong}'{nearest(wrong, places)}" if wrong else ""


def _record(row: ParameterRow | LimitRow) -> dict[str, Any]:
    meaning = row.meaning if isinstance(row, ParameterRow) else f"{row.bound} limit on {row.quantity}, {row.over}"
    return {
        "address": row.address, "meaning": meaning, "unit": row.unit, "value": row.value, "years": dict(row.years),
        "low": None if row.low is None else str(row.low), "high": None if row.high is None else str(row.high),
        "status": row.status, "source": row.source, "note": row.note, "file": row.file, "line": row.line,
        "changed_by": row.changed_by,
    }  # fmt: skip


def _text(record: dict[str, Any]) -> str:
    years = ", ".join(f"{year}: {value:g}" for year, value in record["years"].items())
    span = " to ".join(end for end in (record["low"], record["high"]) if end is not None)
    lines = [
        f"{record['address']} = {years or format(record['value'], 'g')} {record['unit']}" + (f"  (range {span})" if span else ""),
        f"    {record['meaning']}",
        f"    {_status_and_source(record)}",
        *([f"    {record['note']}"] if record["note"] else []),
        f"    {place_in_words(record['file'], record['line'], record['changed_by'])}",
    ]
    return "\n".join(lines)


def _status_and_source(record: dict[str, Any]) -> str:
    status, source = record["status"], record["source"]
    return source if source.lower().startswith(status) else f"{status}: {source}"


def quantities_shown() -> tuple[list[dict[str, Any]], str]:
    """Every quantity that a limit may bound, as records and as text."""
    wide = max(len(name) for name in QUANTITIES)
    lines = [f"{q.name:{wide}}  {q.unit:10}  by {', '.join(q.index)}: {q.meaning}" for q in QUANTITIES.values()]
    return [asdict(q) for q in QUANTITIES.values()], "\n".join(lines)
