"""What `planner show` shows: an instance's parameters, and the quantities of the model."""

from __future__ import annotations

import difflib
import re
from dataclasses import asdict, replace
from typing import Any

from planner.declarations import QUANTITIES
from planner.errors import AddressError
from planner.instance import Instance, LimitRow, ParameterRow
from planner.instance.addresses import Address, declared, expected_years, matching, parse_address, years_of
from planner.instance.domains import Place, index_of, places_of
from planner.instance.problems import nearest
from planner.instance.rows import place_in_words
from planner.instance.series import by_model_year
from planner.parameters import Parameter


def parameters_shown(instance: Instance, address: str | None = None) -> tuple[list[dict[str, Any]], str]:
    """What an address names (all parameters and limits where none is given), as records and as text.

    An address names rows as it does where it changes them: without a place those of every place, with `[]` the row for
    everywhere; `@year` gives the number in that year. What no row gives is shown with its default. The beginning of an
    address, such as `power.gas`, shows every row below it. Raises AddressError, with the nearest address, place or model year,
    where there is none.
    """
    if address is None:
        found = [*map(_record, instance.rows), *map(_record, instance.limit_rows)]
    else:
        found = _found(instance, address)
    return found, "\n".join(_text(record) for record in found)


def _found(instance: Instance, text: str) -> list[dict[str, Any]]:
    """The records of what an address names."""
    rows: list[ParameterRow | LimitRow] = [*instance.rows, *instance.limit_rows]
    unknown = _unknown_place(instance, text.split("@")[0])
    if unknown:
        raise AddressError(f"no row of {instance.name} has the address {text}: {unknown}")
    found = _named(instance, parse_address(text, [row.address for row in rows])) if "." in text else []
    if not found and re.fullmatch(r"\w+(\.\w+)?", text):
        found = [_record(row) for row in rows if row.address.startswith(f"{text}.")]
    if not found:
        near = difflib.get_close_matches(text, [row.address for row in rows], 1, 0.3)
        hint = f"; the nearest is {near[0]}" if near else ""
        raise AddressError(f"no row of {instance.name} has the address {text}{hint}")
    return found


def _named(instance: Instance, address: Address) -> list[dict[str, Any]]:
    """The rows that an address names, then the default where it names numbers that no row gives; none where it names nothing."""
    if address.block == "limits":
        key = (address.item, address.parameter)
        return [_in_year(row, address, instance) for row in instance.limit_rows if row.key == key and address.at is None]
    rows = matching(address, instance.rows)
    try:
        parameter = declared(replace(address, year=None), instance.structure, tuple(instance.bodies))
    except AddressError:
        return []
    by_default = _by_default(instance, address, parameter)
    if rows or by_default:  # else nothing is there of which the year could be wrong
        declared(address, instance.structure, tuple(instance.bodies))
        _check_year(address, instance.years, instance)
    return [*(_in_year(row, address, instance) for row in rows), *by_default]


def _in_year(row: ParameterRow | LimitRow, address: Address, instance: Instance) -> dict[str, Any]:
    """The record of a row, with its number in the year of an address that has one."""
    record = _record(row)
    if address.year is None:
        return record
    _check_year(address, years_of(row, instance.years), instance)
    (value,) = by_model_year(row, 1.0, {address.year: instance.weights[address.year]})
    return {**record, "address": f"{row.address}@{address.year}", "value": value, "years": {}}


def _check_year(address: Address, years: tuple[int, ...], instance: Instance) -> None:
    """Raise AddressError where the year of an address, if it has one, is not one of the model years of what it names."""
    if address.year is not None and address.year not in years:
        wrong = f"there is no number in {address.year}" if address.year in instance.years else f"{address.year} is no model year"
        raise AddressError(f"'{address}': {wrong}, {expected_years(address.year, years)}")


def _by_default(instance: Instance, address: Address, parameter: Parameter) -> list[dict[str, Any]]:
    """The record of a default, if it is what any number that the address names stands at."""
    from planner.diagnosis.sources import Sources  # nothing else here needs what comes with it

    if parameter.default is None:
        return []
    sources = Sources(instance)
    places = [
        place
        for place in places_of(parameter, instance.structure, tuple(instance.bodies))
        if address.item in ("", place.item) and _is_at(place, address.at)
    ]
    without = [place for place in places if sources.row(parameter.key, *index_of(parameter, place)) is None]
    if not without:
        return []
    source = "default: no row states it" if without == places else "default: where no row states another number"
    record = {
        "address": str(address), "meaning": parameter.meaning, "unit": parameter.unit, "value": parameter.default,
        "years": {}, "low": None, "high": None, "status": "default", "source": source, "note": "", "file": "", "line": None,
        "changed_by": "",
    }  # fmt: skip
    return [record]


def _is_at(place: Place, at: str | None) -> bool:
    """True where what stands in `at`, if anything, holds at a place."""
    return not at or at in (place.site, place.body, place.slice, f"{place.site}/{place.slice}")


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
        *([f"    {place_in_words(record['file'], record['line'], record['changed_by'])}"] if record["file"] else []),
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
