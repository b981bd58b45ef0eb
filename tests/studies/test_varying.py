"""Laws are read as they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

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
