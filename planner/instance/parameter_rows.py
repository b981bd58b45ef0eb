"""Rows of parameters/: each names a parameter, an item and a place that exist."""

from __future__ import annotations

import difflib
from typing import Any

from planner.declarations import PARAMETERS
from planner.instance.csv_files import Record
from planner.instance.problems import Problems, namely, nearest, one_of
from planner.instance.row_reading import RowReader
from planner.instance.rows import Bound, ParameterRow
from planner.instance.sizes import LONGEST_NAME
from planner.instance.structure import Structure
from planner.instance.tables import TECHNOLOGY_BLOCKS
from planner.parameters import Parameter, with_unit

#: The tables that say what may stand in `at`.
HOMES_OF_PLACES = ("sites", "slices", "bodies")

#: How far above its greatest value an end of a range may be: room for a factor that was rounded.
_ROUNDED = 1e-9

_KINDS = ("technology", "workload", "tier", "route", "deposit", "market", "slice", "good")


def parameters_of(block: str) -> dict[str, Parameter]:
    """The parameters of a block by name."""
    return {parameter.name: parameter for parameter in PARAMETERS.values() if parameter.block == block}


def read_parameter_row(
    record: Record, block: str, structure: Structure, bodies: tuple[str, ...], reader: RowReader
) -> ParameterRow | None:
    """The row, or None where it names nothing that exists; both with problems."""
    problems = reader.problems
    declared = parameters_of(block).get(record["parameter"])
    if declared is None:
        known = parameters_of(block)
        what = f"unknown parameter '{record['parameter']}'" if record["parameter"] else "no parameter"
        problems.add(
            record.file,
            record.line,
            "parameter",
            f"{what}{nearest(record['parameter'], known)}{one_of(known)}",
        )
        problems.refused |= {
            (block, name) for name in difflib.get_close_matches(record["parameter"][:LONGEST_NAME], known, 1, 0.6)
        }
        return None
    item = item_problem(declared, record["item"], structure)
    if item and not (is_unknown(record["item"], structure, block) and problems.echo(*homes_of(declared.item_kind))):
        problems.add(record.file, record.line, "item", item)
        problems.unknown = True
    at = place_problem(declared, record["at"], structure, bodies)
    if at and not problems.echo(*HOMES_OF_PLACES):
        problems.add(record.file, record.line, "at", at)
        problems.unknown = True
    numbers = reader.numbers(record, declared.unit, declared.by_year)
    if item or at:
        problems.refused.add((block, declared.name))
        return None
    if not numbers["broken"]:
        _check_ends(record, declared, numbers, reader)
    return ParameterRow(block=block, item=record["item"], at=record["at"], parameter=declared.name, **numbers)


def _check_ends(record: Record, declared: Parameter, numbers: dict[str, Any], reader: RowReader) -> None:
    """Add a problem for an end of a range that the parameter cannot be; a wrong number itself is found elsewhere."""
    factor = reader.units.factor(record["unit"], declared.unit)
    values = [value for _, value in numbers["years"]] or [numbers["value"]]
    if not all(_may_be(declared, value * factor) for value in values):
        return
    for column in ("low", "high"):
        bound: Bound | None = numbers[column]
        ends = [] if bound is None else [bound.of(value) for value in values]
        end = next((end for end in ends if not _may_be(declared, end * factor)), None)
        if end is not None:
            found = f"the {column} end of the range is {with_unit(f'{end:.9g}', record['unit'])}"
            problem = f"{found}, and {declared.key} is {declared.range_in(record['unit'], factor)}"
            reader.problems.add(record.file, record.line, column, problem)


def _may_be(declared: Parameter, value: float) -> bool:
    """Whether a number, but for rounding, is within the bounds of a parameter; whether it is whole is not asked."""
    above = value > declared.lower if declared.open_below else value >= declared.lower
    return above and value <= declared.upper * (1 + _ROUNDED)


def homes_of(kind: str | None) -> tuple[str, ...]:
    """The tables that say what items of a kind there are; a workload without tiers of its own is one."""
    return {None: (), "technology": ("technologies",), "tier": ("tiers", "workloads")}.get(kind, (f"{kind}s",))


def is_unknown(item: str, structure: Structure, block: str) -> bool:
    """True where no item of any kind bears the name, or its block is none."""
    if item in structure.technologies and structure.technologies[item].block not in TECHNOLOGY_BLOCKS:
        return True
    return item not in structure.technologies and not any(item in structure.items(kind, block) for kind in _KINDS)


def item_problem(parameter: Parameter, item: str, structure: Structure) -> str:
    """What is wrong with the item of an address, or nothing."""
    kind = parameter.item_kind
    if not item:
        return ""
    if kind is None:
        return f"'{item}' where {parameter.key} has no item, expected an empty cell"
    known = structure.items(kind, parameter.block)
    if item in known:
        return ""
    for other in _KINDS:
        if item in (structure.technologies if other == "technology" else structure.items(other, parameter.block)):
            of = f" of block {structure.technologies[item].block}" if other == "technology" else ""
            wanted = f"{kind} of block {parameter.block}" if kind == other else kind
            return f"'{item}' is a {other}{of}, expected a {wanted} for {parameter.key}{namely(known)}"
    return f"unknown {kind} '{item}'{nearest(item, known)}{one_of(known)}"


def place_problem(parameter: Parameter, at: str, structure: Structure, bodies: tuple[str, ...]) -> str:
    """What is wrong with the place of an address, or nothing."""
    known = known_places(parameter, structure, bodies)
    by_slice = "slice" in parameter.index and parameter.item_kind != "slice"
    if not at or at in known:
        return ""
    if not known:
        return f"'{at}' where {parameter.key} is the same everywhere, expected an empty cell"
    if "/" in at and by_slice:
        site, _, slice_ = at.partition("/")
        if site in structure.sites and slice_ in structure.body_of_slice:
            return ""
        part, names = (site, tuple(structure.sites)) if site not in structure.sites else (slice_, tuple(structure.body_of_slice))
        return f"unknown {'site' if part is site else 'slice'} '{part}'{nearest(part, names)} in '{at}'"
    kinds = ["site", "body"] if "site" in parameter.index else ["body"]
    kinds += ["slice"] if by_slice else []
    named = " or ".join([", ".join(kinds[:-1]), kinds[-1]] if len(kinds) > 1 else kinds)
    return f"unknown {named} '{at}'{nearest(at, known)}{one_of(known)}"


def known_places(parameter: Parameter, structure: Structure, bodies: tuple[str, ...]) -> tuple[str, ...]:
    """What may stand in `at`, beside `site/slice`."""
    places: tuple[str, ...] = ()
    if "site" in parameter.index:
        places += (*structure.sites, *bodies)
    if "body" in parameter.index:
        places += bodies
    if "slice" in parameter.index and parameter.item_kind != "slice":
        places += tuple(structure.body_of_slice)
    return places


def add_parameter_rows(rows: dict[tuple[str, str, str, str], ParameterRow], own: list[ParameterRow], problems: Problems) -> None:
    """Lay the rows of a layer over `rows`; two rows with one address in one layer are a problem."""
    seen: dict[tuple[str, str, str, str], ParameterRow] = {}
    for row in own:
        if row.key in seen:
            first = seen[row.key]
            problems.add(row.file, row.line, "item", f"a second row for {row.address}, the first is {first.file}:{first.line}")
        else:
            seen[row.key] = row
    rows.update(seen)
