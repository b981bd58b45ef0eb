"""Laws are read as they are written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import planner
from planner.errors import AddressError
from planner.studies.varying import parse_varied
from tests.studies.merit_order import merit_order


@pytest.mark.parametrize(
    ("text", "operation", "base", "slope"),
    [
        ("=12*t", "=", 0, 12), ("*=1.42857*t", "*", 0, 1.42857), ("*=3.33333-3.33333*t", "*", 3.33333, -3.33333), ("=t", "=", 0, 1),
        ("=-t", "=", 0, -1), ("+=1e-3*t", "+", 0, 1e-3), ("=2e+3-12.5t", "=", 2000, -12.5), ("=1 + 0.25 * t", "=", 1, 0.25), ("=25", "=", 25, 0),
    ],
)  # fmt: skip
def test_a_law(tmp_path: Path, text: str, operation: str, base: float, slope: float) -> None:
    varied = parse_varied(merit_order(tmp_path), f"power.plant.capex{text}", 0, 1)
    (law,) = varied.laws
    assert (law.address, law.operation, law.base, law.slope) == ("power.plant.capex", operation, base, slope)
    assert law.at(0.5) == (operation, pytest.approx(base + slope / 2))


@pytest.mark.parametrize("text", ["=", "=2*x", "=1+", "=1.5.2*t", "=1+2", "==t", "=t*2", "=3 4*t"])
def test_what_is_no_law(tmp_path: Path, text: str) -> None:
    with pytest.raises(AddressError, match="is no law"):
        parse_varied(merit_order(tmp_path), f"power.plant.capex{text}", 0, 1)


@pytest.mark.parametrize(("low", "high"), [(2.2, 2.8), (2.5, 3.2), (3, 3.9)])
def test_a_range_without_two_whole_numbers_is_none(tmp_path: Path, low: float, high: float) -> None:
    """Rounded inwards, the first would turn round and the others would be one point."""
    said = f"the range of power.plant.lifetime runs from {low:g} to {high:g}, expected two whole numbers in it at least"
    with pytest.raises(AddressError, match=re.escape(said)):
        parse_varied(merit_order(tmp_path), "power.plant.lifetime", low, high)
    with pytest.raises(AddressError, match=re.escape(said)):
        planner.breakeven(merit_order(tmp_path / "a"), "power.plant.lifetime", "power.output[first] > 0", low, high)
    axes = (f"power.plant.lifetime={low}..{high}:3", "power.plant.variable_cost=0.1..2")
    for x, y in (axes, axes[::-1]):
        with pytest.raises(AddressError, match=re.escape(said)):
            planner.frontier(merit_order(tmp_path / "b"), x, y, "power.output[first] > 0")


def test_a_range_of_whole_numbers_is_rounded_inwards(tmp_path: Path) -> None:
    varied = parse_varied(merit_order(tmp_path), "power.plant.lifetime", 2.2, 4.1)
    assert (varied.low, varied.high, varied.whole) == (3, 4, True)
