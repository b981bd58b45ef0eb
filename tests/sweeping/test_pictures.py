"""The pictures of a sweep hold the numbers of its tables, and are drawn in both themes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from planner.charts import as_svg
from planner.sweeping.analysis import analyse_sweep
from tests.sweeping.functions import THREE, analysed, design_of, results_of

#: The pictures that only designs by a method have.
OWN = {"saltelli": ["sobol"], "morris": ["morris"], "sobol": []}


@pytest.mark.parametrize("method", ["saltelli", "morris", "sobol"])
def test_every_picture_is_drawn(method: str, tmp_path: Path) -> None:
    analysis = analysed(method, tmp_path)
    found = analysis.pictures()
    assert {name.split("_")[0] for name in found} == {"distribution", "regression", "decides", *OWN[method]}
    svg = as_svg(found["regression_objective"])
    assert all(f">{factor.name}<" in svg for factor in analysis.design.factors)
    years = as_svg(found["distribution_first_year_of_launch_payload_1_t_yr"], dark=True)
    assert ">never<" in years and ">2033<" in years
    assert ">launch price up to" in as_svg(found["decides_launch_payload_2036"])
    paths = analysis.save_pictures(tmp_path / "pictures")
    assert sorted(path.stem for path in paths) == sorted(found) and all(path.stat().st_size > 1000 for path in paths)


def test_a_number_that_is_the_same_everywhere_is_one_bar(tmp_path: Path) -> None:
    design = design_of('method = "sobol"\npoints = 8\nquantities = "launch.payload@2036"\n' + THREE, tmp_path)
    analysis = analyse_sweep(design, results_of(design, lambda shares: np.full(len(shares), 5.0)))
    assert set(analysis.pictures()) == {"distribution_launch_payload_2036", "distribution_objective"}
    assert "no factor moves it" in str(analysis)
    as_svg(analysis.pictures()["distribution_objective"])
