"""Cells hold every point once and keep scenarios apart; each point hangs on an earlier one, much nearer than those drawn before it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import pdist, squareform

from planner.sweeping.ordering import LARGEST, Step, cells, unit_shares
from tests.sweeping.functions import THREE, design_of


def lengths(shares: np.ndarray, steps: list[Step]) -> np.ndarray:
    """How far each step is, the first ones from the middle of the cube."""
    starts = np.array([shares[step.parent] if step.parent is not None else np.full(shares.shape[1], 0.5) for step in steps])
    return np.linalg.norm(shares[[step.point for step in steps]] - starts, axis=1)


def test_every_point_once_from_an_earlier_one_of_its_cell(tmp_path: Path) -> None:
    design = design_of('method = "sobol"\npoints = 256\n' + THREE, tmp_path)
    found = cells(design, 4)
    assert [len(cell) for cell in found] == [64] * 4
    assert sorted(step.point for cell in found for step in cell) == list(range(256))
    for cell in found:
        earlier: set[int | None] = {None}
        for step in cell:
            assert step.parent in earlier
            earlier.add(step.point)
    assert cells(design, 1) == found and LARGEST == 64  # no fewer: the most that a cell holds


def test_a_cell_is_a_least_spanning_tree(tmp_path: Path) -> None:
    design = design_of('method = "sobol"\npoints = 32\n' + THREE, tmp_path)
    (cell,) = cells(design, 1)
    shares = unit_shares(design)
    whole = minimum_spanning_tree(squareform(pdist(np.vstack([np.full((1, 3), 0.5), shares]))))  # scipy's, with the middle
    assert lengths(shares, cell).sum() == pytest.approx(whole.sum(), rel=1e-12)
    assert lengths(shares, cell).sum() < 0.6 * np.linalg.norm(np.diff(shares, axis=0), axis=1).sum()


def test_cells_are_near_and_of_one_size(tmp_path: Path) -> None:
    design = design_of('method = "sobol"\npoints = 256\n' + THREE, tmp_path)
    found = cells(design, 7)
    assert sorted(map(len, found)) == [36] * 3 + [37] * 4
    shares = unit_shares(design)
    spread = np.mean([np.ptp(shares[[step.point for step in cell]], axis=0).prod() for cell in found])
    assert spread < 0.2  # of the cube's volume; a seventh if they were boxes


def test_a_grid_is_taken_step_by_step(tmp_path: Path) -> None:
    text = 'method = "grid"\nlevels = 5\n[[factor]]\nvary = "launch.rocket.price"\n[[factor]]\nvary = "compute.rack.capex"\n'
    design = design_of(text, tmp_path)
    (cell,) = cells(design, 1)
    assert lengths(unit_shares(design), cell)[1:] == pytest.approx(0.25)


def test_what_is_near(tmp_path: Path) -> None:
    """Steps of a tenth of a range are near, those of a quarter are not; where nothing has a range, nothing is known to be near."""
    for levels, near in ((11, True), (5, False)):
        design = design_of(f'method = "grid"\nlevels = {levels}\n[[factor]]\nvary = "compute.rack.capex"\n', tmp_path)
        (cell,) = cells(design, 1)
        assert [step.near for step in cell] == [step.parent is not None and near for step in cell]
    listed = "".join(f'[[scenario]]\nname = "{n}"\n[scenario.scale]\n"compute.rack.capex" = 1.{n}\n' for n in range(3))
    design = design_of(f'method = "scenarios"\n{listed}', tmp_path)
    assert not any(step.near for cell in cells(design, 1) for step in cell)


def test_only_what_is_missing(tmp_path: Path) -> None:
    design = design_of('method = "sobol"\npoints = 16\n' + THREE, tmp_path)
    steps = [step for cell in cells(design, 2, {1, 4, 9, 12}) for step in cell]
    assert sorted(step.point for step in steps) == [1, 4, 9, 12]
    assert {step.parent for step in steps} <= {None, 1, 4, 9, 12}


def test_scenarios_are_kept_apart_and_few_points_make_few_cells(tmp_path: Path) -> None:
    text = 'method = "scenarios"\n' + "".join(f'[[scenario]]\nname = "{n}"\n' for n in "abc")
    design = design_of(text, tmp_path)
    assert sorted(map(len, cells(design, 8))) == [1, 1, 1]
