"""The capacity factors of `world` are what its script derives from its inputs, and the script does what it says."""

from __future__ import annotations

import csv
import math
import runpy
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import planner

WORLD = Path(__file__).parents[2] / "instances" / "world"
SCRIPT: dict[str, Any] = runpy.run_path(str(WORLD / "derive_profiles.py"))
REGIONS = [row for row in csv.DictReader((WORLD / "derivation" / "regions.csv").read_text(encoding="utf-8").splitlines())]


def test_the_rows_shipped_are_those_derived() -> None:
    for name, rows in SCRIPT["derive"]().items():
        above, mark, below = (WORLD / "parameters" / name).read_text(encoding="utf-8").partition(SCRIPT["MARK"])
        width = len(above.splitlines()[0].split(","))
        assert mark and list(csv.reader(below.splitlines())) == [[*row, *[""] * (width - len(row))] for row in rows]


def test_every_region_has_inputs_and_every_capacity_factor_its_mean() -> None:
    instance = planner.load(WORLD)
    available, share = instance.numbers["power.availability"], instance.numbers["time.share"]
    regions = {row["site"]: row for row in REGIONS}
    assert set(instance.technologies["pv"].sites) == regions.keys()
    assert set(instance.technologies["wind"].sites) == {site for site, row in regions.items() if row["wind"]}
    for technology in ("pv", "wind"):
        for site in instance.technologies[technology].sites:
            mean = sum(share[h] * available[technology, site, h] for h in instance.slices["earth"])
            assert mean == pytest.approx(0.75 * float(regions[site][technology]), abs=1e-3), (technology, site)


@pytest.mark.parametrize("swings", ["SEASONAL", "DAILY"])
def test_swings_add_up_to_nothing(swings: str) -> None:
    assert math.isclose(sum(SCRIPT[swings].values()), 0, abs_tol=1e-12)


def test_the_sun_at_the_zenith_and_below_the_horizon() -> None:
    sunlight: Callable[..., float] = SCRIPT["sunlight"]
    assert sunlight(0, "spring", 12) == pytest.approx(0.7)  # one thickness of air
    assert sunlight(0, "spring", 7) < sunlight(0, "spring", 9) < sunlight(0, "spring", 12)
    assert sunlight(40, "winter", 12) < sunlight(40, "spring", 12) < sunlight(40, "summer", 12)
    assert sunlight(40, "summer", 9) == pytest.approx(sunlight(40, "summer", 15))
    assert sunlight(62, "summer", 3.5) > 0 == sunlight(62, "winter", 8)
    # At an equinox the sun rises at six: at hour angle 30 degrees and latitude 60 the formula by hand.
    east, up = math.sin(math.radians(30)), math.cos(math.radians(60)) * math.cos(math.radians(30))
    assert sunlight(60, "autumn", 14) == pytest.approx(math.hypot(east, up) * 0.7 ** (up**-0.678))


def test_wind_by_hand() -> None:
    profile = SCRIPT["wind"](0.4, 0.5, 0.1)
    assert profile["winter_small_hours"] == pytest.approx(0.4 * 1.5 * 1.1)
    assert profile["summer_day"] == pytest.approx(0.4 * 0.5 * 0.9)
    assert statistics.fmean(profile.values()) == pytest.approx(0.4)


def test_half_of_the_lunar_month_is_day_and_the_sun_moves_on() -> None:
    daylight: Callable[..., dict[str, float]] = SCRIPT["daylight"]
    here, east = daylight(0, 1.0), daylight(30, 1.0)
    assert [*here.values()] == [1.0] * 12 + [0.0] * 12
    assert [*east.values()] == [1.0] * 10 + [0.0] * 12 + [1.0] * 2  # two slices of 29.5 h earlier
    assert statistics.fmean(daylight(-57, 1.0).values()) == pytest.approx(0.5, abs=1e-9)


@pytest.mark.parametrize(("share", "until"), [(0.14, 24), (0.229, 12)])
def test_a_pole_is_dark_for_one_spell(share: float, until: float) -> None:
    profile = SCRIPT["peak_of_light"](share, until)
    assert statistics.fmean(profile.values()) == pytest.approx(1 - share)
    dark = [n for n, value in enumerate(profile.values()) if value < 1]
    assert dark == list(range(dark[0], dark[-1] + 1)) and dark[-1] == until - 1


def test_what_stands_above_the_mark_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "parameters").mkdir()
    for name in ("power.csv", "compute.csv", "helium3.csv"):
        (tmp_path / "parameters" / name).write_text(
            "item,at,parameter,unit,value,low,high,source,note,2026\nmine\n" + SCRIPT["MARK"] + "old\n"
        )
    monkeypatch.setitem(
        SCRIPT["main"].__globals__, "derive", lambda: {"power.csv": [["pv"] * 9], "compute.csv": [], "helium3.csv": []}
    )
    monkeypatch.setitem(SCRIPT["main"].__globals__, "FOLDER", tmp_path)
    SCRIPT["main"]()
    text = (tmp_path / "parameters" / "power.csv").read_text()
    assert text.splitlines()[1:] == ["mine", SCRIPT["MARK"].strip(), "pv," * 9]
