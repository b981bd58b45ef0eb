"""Trees find the question that was put into the numbers, say it in words, and say how far to trust them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from planner.errors import PlannerError
from planner.sweeping.analysis import analyse_sweep
from planner.sweeping.deciding import decide
from planner.sweeping.ordering import unit_shares
from tests.sweeping.functions import THREE, design_of, results_of

HEAD = 'method = "sobol"\npoints = 512\nquantities = ["launch.payload@2036", "first year of launch.payload > 1 t/yr"]\n'


def test_a_step_is_found_where_it_is(tmp_path: Path) -> None:
    design = design_of(HEAD + THREE, tmp_path)
    price, rack, _ = np.array([point.values for point in design.points]).T
    found = decide(design, "steps", np.where(price <= 200, np.where(rack <= 20_000, 9.0, 5.0), 1.0))
    assert found.first == "launch price" and found.first_at == pytest.approx(200, rel=0.01)
    assert found.agreed == 1 and found.foretold > 0.95 and found.guessed is None
    assert list(found.boxes["mean"]) == [9, 5, 1]
    assert list(found.boxes["box"]) == [
        "launch price up to 200 USD/kg and rack up to 20000 USD/kW", "launch price up to 200 USD/kg and rack above 20000 USD/kW",
        "launch price above 200 USD/kg",
    ]  # fmt: skip
    assert list(found.boxes["points"]) == [
        ((price <= 200) & (rack <= 20_000)).sum(),
        ((price <= 200) & (rack > 20_000)).sum(),
        (price > 200).sum(),
    ]


def test_what_happens_is_told_as_a_share(tmp_path: Path) -> None:
    design = design_of(HEAD + THREE, tmp_path)
    worth = unit_shares(design)[:, 2]
    found = decide(design, "it comes", (worth > 0.75).astype(float), happens=True)
    assert found.first == "worth of training" and found.guessed == pytest.approx(0.75, abs=0.01) and found.foretold > 0.98
    assert list(found.boxes["mean"]) == [1, 0]


def test_noise_is_not_foretold(tmp_path: Path) -> None:
    design = design_of(HEAD + THREE, tmp_path)
    noise = np.random.default_rng(3).normal(size=512)
    try:
        found = decide(design, "noise", noise)
    except PlannerError as error:
        assert "no question parts the points" in str(error)
    else:
        assert found.foretold < 0.05


def test_too_few_points_or_nothing_to_part(tmp_path: Path) -> None:
    design = design_of(HEAD.replace("512", "32") + THREE, tmp_path)
    with pytest.raises(PlannerError, match="too few for a tree"):
        decide(design, "few", np.arange(32.0))
    design = design_of(HEAD + THREE, tmp_path)
    with pytest.raises(PlannerError, match="same at every point"):
        decide(design, "flat", np.ones(512))
    design = design_of(HEAD.replace("512", "64") + THREE, tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("planner.sweeping.deciding.block_size", lambda design: 64)
        with pytest.raises(PlannerError, match="drawn together"):
            decide(design, "one block", np.arange(64.0))


def test_a_year_that_never_comes_and_points_without_a_plan(tmp_path: Path) -> None:
    design = design_of(HEAD + THREE, tmp_path)
    price, rack, worth = unit_shares(design).T
    results = results_of(design, lambda shares: shares[:, 0])
    year = "first year of launch.payload > 1 t/yr"
    results[year] = np.where(rack < 0.5, 2030 + np.floor(6 * price), np.nan)
    results.loc[worth > 0.8, "status"] = "infeasible"
    found = analyse_sweep(design, results)
    said = str(found)
    assert [decision.outcome for decision in found.decisions] == [
        "there is a plan", "launch.payload@2036", f"there is a {year}", year, "objective"
    ]  # fmt: skip
    assert [decision.first for decision in found.decisions] == [
        "worth of training",
        "launch price",
        "rack",
        "launch price",
        "launch price",
    ]
    infeasible = int((worth > 0.8).sum())
    assert f"{infeasible} of 512 points have no plan ({infeasible} infeasible)" in said
    never = int(((rack >= 0.5) & (worth <= 0.8)).sum())
    assert f"never in {never} of {512 - infeasible} plans" in said
    assert found.summary.set_index("quantity").at[year, "never"] == never
    assert "rack decides first, at 22500 USD/kW" in said


def test_results_of_another_design(tmp_path: Path) -> None:
    design = design_of(HEAD + THREE, tmp_path)
    results = results_of(design, lambda shares: shares[:, 0])
    with pytest.raises(PlannerError, match="a point 900 that the design has not"):
        analyse_sweep(design, results.assign(point=results["point"].replace(3, 900)))
    with pytest.raises(PlannerError, match="a point twice"):
        analyse_sweep(design, pd.concat([results, results.head(1)]))
    with pytest.raises(PlannerError, match="no column objective"):
        analyse_sweep(design, results.drop(columns="objective"))
    with pytest.raises(PlannerError, match="no point has a plan"):
        analyse_sweep(design, results.assign(status="infeasible"))
