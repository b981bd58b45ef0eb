"""The numerics report: ranges by constraint, and the address behind an extreme."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import planner
from planner.conditioning import Range, numerics_report
from planner.lp import LinearProgram
from planner.pipeline import compile_instance

ROOT = Path(__file__).parents[1]


def test_ranges_are_those_of_the_program() -> None:
    instance = planner.load(ROOT / "instances" / "baseline")
    program = compile_instance(instance)
    report = {found.what: found for found in numerics_report(instance)}
    coefficients = [found for what, found in report.items() if what.startswith("coefficients")]
    assert min(found.smallest for found in coefficients) == np.abs(program.matrix.data).min()
    assert max(found.largest for found in coefficients) == np.abs(program.matrix.data).max()
    assert report["costs"].largest == np.abs(program.cost).max()
    assert not any(found.advice for found in coefficients)


def _size(program: LinearProgram, what: str, place: str) -> float:
    """The number of a program at a place, looked up by name."""
    column, _, row = place.rpartition(" in ")
    if what.startswith("coefficients"):
        return float(abs(program.matrix[program.row_names.index(row), program.column_names.index(column)]))
    names, values = {
        "costs": (program.column_names, program.cost),
        "lower bounds of rows": (program.row_names, program.row_lower),
        "upper bounds of rows": (program.row_names, program.row_upper),
        "upper bounds of columns": (program.column_names, program.col_upper),
    }[what]
    return float(abs(values[names.index(place)]))


def _ends(report: list[Range]) -> list[tuple[str, float, str, str]]:
    low = [(found.what, found.smallest, found.smallest_at, found.smallest_address) for found in report]
    return low + [(found.what, found.largest, found.largest_at, found.largest_address) for found in report]


def test_the_number_at_every_address_moves_the_extreme() -> None:
    instance = planner.load(ROOT / "instances" / "toy")
    ends = _ends(numerics_report(instance))
    addresses = {address for *_, address in ends if address and not address.startswith("time.")}  # shares add up to one
    assert len(addresses) > 25
    for address in addresses:
        whole = address if "[" in address or address.startswith("limits.") else f"{address}[]"
        moved = compile_instance(instance.replace({whole: ("*", 1.01)}))
        for what, size, place, behind in ends:
            if behind == address:
                assert _size(moved, what, place) != pytest.approx(size, rel=1e-6), (address, place)


def test_what_no_number_enters_has_no_address() -> None:
    report = {found.what: found for found in numerics_report(planner.load(ROOT / "instances" / "toy"))}
    met = report["coefficients of compute.demand_met"]
    assert (met.smallest, met.largest, met.smallest_address, met.largest_address) == (1.0, 1.0, "", "")


@pytest.mark.parametrize(("change", "value", "what", "question"), [
    ("power.fusion.helium3_use[]", ("*", 1e-6), "coefficients of helium3_balance", "is it meant, or is it nought?"),
    ("launch.direct.burden[]", ("*", 1e5), "coefficients of launch.lift_limit", "is its unit right?"),
    ("compute.rack.capex[]", ("*", 1e7), "costs", "is its unit right?"),
    ("limits.earth_ceiling.upper", "1e8 GW", "upper bounds of rows", "is its unit right?"),
    ("helium3.labs.size[]", ("*", 1e-5), "upper bounds of columns", "is it meant, or is it nought?"),
])  # fmt: skip
def test_the_parameter_behind_an_extreme_is_named(change: str, value: str | tuple[str, float], what: str, question: str) -> None:
    report = numerics_report(planner.load(ROOT / "instances" / "toy").replace({change: value}))
    found = next(found for found in report if found.what == what)
    address = change.removesuffix("[]")
    assert address in (found.smallest_address, found.largest_address)
    assert f"look at {address} (" in found.advice and "changed by replace" in found.advice and found.advice.endswith(question)
