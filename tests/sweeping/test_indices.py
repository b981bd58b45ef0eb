"""Indices of functions whose indices are known in closed form, through the same code as those of plans."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata

from planner.errors import PlannerError
from planner.sweeping import indices
from planner.sweeping.analysis import analyse_sweep
from planner.sweeping.indices import morris_effects, rank_regression, sobol_indices
from planner.sweeping.ordering import unit_shares
from planner.sweeping.points import Design
from tests.sweeping.functions import THREE, design_of, results_of

NAMES = ["launch price", "rack", "worth of training"]


def ishigami(shares: np.ndarray) -> np.ndarray:
    """Ishigami and Homma 1990, with a = 7 and b = 0.1 on the cube from -pi to pi."""
    x = -np.pi + 2 * np.pi * shares
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def values(table: pd.DataFrame, measure: str, column: str = "value") -> list[float]:
    rows = table[table["measure"] == measure]
    assert list(rows["factor"]) == NAMES
    return list(rows[column])


def test_sobol_indices_of_ishigami(tmp_path: Path) -> None:
    design = design_of('method = "saltelli"\npoints = 2048\n' + THREE, tmp_path)
    assert len(design.points) == 2048 * (3 + 2)
    found = sobol_indices(design, ishigami(unit_shares(design)))
    variance = 7**2 / 8 + 0.1 * np.pi**4 / 5 + 0.1**2 * np.pi**8 / 18 + 1 / 2
    first = [(1 + 0.1 * np.pi**4 / 5) ** 2 / 2 / variance, 7**2 / 8 / variance, 0.0]
    together = 0.1**2 * np.pi**8 * (1 / 18 - 1 / 50) / variance
    total = [first[0] + together, first[1], together]
    for measure, exact in (("first", first), ("total", total)):
        assert values(found, measure) == pytest.approx(exact, abs=0.02)
        low, high = values(found, measure, "low"), values(found, measure, "high")
        assert all(a <= e <= b for a, e, b in zip(low, exact, high, strict=True))


def test_pairs_of_factors(tmp_path: Path) -> None:
    design = design_of('method = "saltelli"\npoints = 1024\nsecond_order = true\n' + THREE, tmp_path)
    assert len(design.points) == 1024 * (2 * 3 + 2)
    shares = unit_shares(design) - 0.5
    found = sobol_indices(design, shares[:, 0] * shares[:, 2]).set_index("factor")
    pairs = found[found["measure"] == "second"]["value"]
    assert pairs["launch price x worth of training"] == pytest.approx(1, abs=0.05)  # a product of centred factors: nothing alone
    assert pairs["launch price x rack"] == pytest.approx(0, abs=0.05)


def test_morris_effects_of_a_linear_function(tmp_path: Path) -> None:
    design = design_of('method = "morris"\npoints = 6\n' + THREE, tmp_path)
    found = morris_effects(design, unit_shares(design) @ [5.0, -2.0, 0.0] + 1)
    assert values(found, "mu*") == pytest.approx([5, 2, 0])
    assert values(found, "mu") == pytest.approx([5, -2, 0])
    assert values(found, "sigma") == pytest.approx([0, 0, 0], abs=1e-12)


def test_morris_leaves_out_trajectories_that_are_not_whole(tmp_path: Path) -> None:
    design = design_of('method = "morris"\npoints = 5\n' + THREE, tmp_path)
    numbers = unit_shares(design) @ [5.0, -2.0, 1.0]
    numbers[1] = np.nan
    assert values(morris_effects(design, numbers), "mu*") == pytest.approx([5, 2, 1])
    numbers[5] = np.nan
    with pytest.raises(PlannerError, match="too few points for Morris effects: 3 of 5 trajectories have a number at every point"):
        morris_effects(design, numbers)


def one_factor(head: str, tmp_path: Path) -> Design:
    return design_of(head + "\n" + THREE.split("[[factor]]")[0] + "[[factor]]" + THREE.split("[[factor]]")[1], tmp_path)


def test_two_points_have_no_sobol_indices(tmp_path: Path) -> None:
    """The only factor has all of the variance; of two base points SALib makes shares far above 1 that exclude it."""
    design = one_factor('method = "saltelli"\npoints = 2', tmp_path)
    numbers = unit_shares(design)[:, 0]
    with pytest.raises(PlannerError, match="too few points for Sobol indices: 2 base points, expected at least 16"):
        sobol_indices(design, numbers)
    found = analyse_sweep(design, results_of(design, lambda shares: shares[:, 0]))
    assert found.sobol.empty and found.regression.empty and "Sobol index" not in str(found)
    assert "objective: too few points for Sobol indices: 2 base points" in str(found)
    assert "objective: too few points for a regression: 6 with a number, expected at least 10." in str(found)
    assert "too few points for a median: 6 with a number" in str(found) and "four fifths" not in str(found)
    assert found.summary[["p10", "median", "p90"]].isna().all(axis=None) and found.summary["least"].notna().all()


def test_a_share_that_no_factor_can_have_is_not_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the number of points: an interval that lies outside of 0 to 1 says by itself that they are too few."""
    design = one_factor('method = "saltelli"\npoints = 2', tmp_path)
    monkeypatch.setattr(indices, "FEWEST_BASE", 2)
    with pytest.raises(PlannerError, match=r"too few points .* index of launch price is \d\.\d+ \(1\.\d+ to .*between 0 and 1"):
        sobol_indices(design, unit_shares(design)[:, 0])


def test_few_draws_have_no_regression(tmp_path: Path) -> None:
    design = design_of('method = "morris"\npoints = 3\n' + THREE, tmp_path)
    with pytest.raises(PlannerError, match="come from 3 independent draws, expected at least 4"):
        rank_regression(design, unit_shares(design)[:, 0])


@pytest.mark.parametrize(
    "head", ['method = "sobol"\npoints = 128', 'method = "saltelli"\npoints = 32', 'method = "morris"\npoints = 40']
)
def test_regression_of_ranks(head: str, tmp_path: Path) -> None:
    design = design_of(head + "\n" + THREE, tmp_path)
    found, explained = rank_regression(design, np.exp(unit_shares(design)[:, 1]) * -3)
    assert list(found["value"]) == pytest.approx([0, -1, 0], abs=1e-9) and explained == pytest.approx(1)
    found, explained = rank_regression(design, unit_shares(design) @ [2.0, 1.0, 0.0])
    coefficients = found.set_index("factor")["value"]
    assert coefficients["launch price"] / coefficients["rack"] == pytest.approx(2, rel=0.2) and explained > 0.95
    assert (found["low"] <= found["value"]).all() and (found["value"] <= found["high"]).all()
    found, explained = rank_regression(design, (unit_shares(design)[:, 0] - 0.5) ** 2)
    assert explained < 0.2  # not in one direction: the fit says that it says nothing


def test_coefficients_of_resamples_are_those_of_the_points_written_out() -> None:
    random = np.random.default_rng(3)
    columns = np.column_stack([random.random(30), random.integers(0, 4, 30), np.full(30, 0.3), random.random(30)])
    times = np.vstack([np.ones(30), np.bincount(random.integers(0, 30, 30), minlength=30), np.eye(30)[7] * 30])
    coefficients, explained = indices._standardised(columns, times)
    for row in range(2):
        ranks = rankdata(np.repeat(columns, times[row].astype(int), axis=0), axis=0)
        ranks -= ranks.mean(axis=0)
        ranks /= np.where(ranks.std(axis=0) > 0, ranks.std(axis=0), 1.0)
        fitted = np.linalg.lstsq(ranks[:, :3], ranks[:, 3], rcond=None)[0]
        assert coefficients[row] == pytest.approx(fitted, abs=1e-12) and abs(fitted[0]) > 0.01 and abs(fitted[1]) > 0.01
        assert explained[row] == pytest.approx(1 - ((ranks[:, 3] - ranks[:, :3] @ fitted) ** 2).mean())
    assert np.isnan(coefficients[2]).all() and np.isnan(explained[2])  # one point thirty times says nothing


def test_resamples_in_parts_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    design = design_of('method = "sobol"\npoints = 32\n' + THREE, tmp_path)
    numbers = unit_shares(design) @ [2.0, 1.0, 0.0]
    at_once = rank_regression(design, numbers)[0]
    monkeypatch.setattr(indices, "_TOGETHER", 32 * 4 * 7)
    pd.testing.assert_frame_equal(rank_regression(design, numbers)[0], at_once)


def test_a_gap_leaves_no_sobol_indices_and_says_so(tmp_path: Path) -> None:
    design = design_of('method = "saltelli"\npoints = 16\nquantities = "launch.payload@2036"\n' + THREE, tmp_path)
    results = results_of(design, lambda shares: shares[:, 0])
    results.loc[7, ["status", "objective", "launch.payload@2036"]] = ["infeasible", np.nan, np.nan]
    found = analyse_sweep(design, results.drop(index=9))
    assert found.sobol.empty and not found.regression.empty
    assert "2 of 80 points have no plan (1 infeasible, 1 not planned yet)" in str(found)
    assert "objective: 2 of 80 points have no number, and Sobol indices are means over all of the cube" in str(found)


@pytest.mark.parametrize("find", [sobol_indices, morris_effects])
def test_an_index_needs_its_own_design(find, tmp_path: Path) -> None:
    design = design_of('method = "sobol"\npoints = 8\n' + THREE, tmp_path)
    with pytest.raises(PlannerError, match="need a design by"):
        find(design, np.arange(8.0))


def test_what_never_moves_has_no_indices(tmp_path: Path) -> None:
    design = design_of('method = "saltelli"\npoints = 8\n' + THREE, tmp_path)
    for find in (sobol_indices, rank_regression):
        with pytest.raises(PlannerError, match="same at every point"):
            find(design, np.ones(40))
