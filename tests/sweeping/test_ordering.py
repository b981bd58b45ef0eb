"""Chains hold every point once, keep scenarios apart, and are much shorter than the order in which points were drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from planner.sweeping import ordering
from planner.sweeping.ordering import chains, unit_shares
from tests.sweeping.functions import THREE, design_of


def length(shares: np.ndarray, chain: list[int]) -> float:
    return float(np.linalg.norm(np.diff(shares[chain], axis=0), axis=1).sum())


def test_every_point_once_and_neighbours_near(tmp_path: Path) -> None:
    design = design_of('method = "sobol"\npoints = 256\n' + THREE, tmp_path)
    found = chains(design, 4)
    assert [len(chain) for chain in found] == [64] * 4
    assert sorted(point for chain in found for point in chain) == list(range(256))
    shares = unit_shares(design)
    assert sum(length(shares, chain) for chain in found) < 0.35 * length(shares, list(range(256)))


def test_many_points_are_walked_in_cells(tmp_path: Path, monkeypatch) -> None:
    design = design_of('method = "sobol"\npoints = 256\n' + THREE, tmp_path)
    monkeypatch.setattr(ordering, "_WALKED", 40)
    (found,) = chains(design, 1)
    assert sorted(found) == list(range(256))
    shares = unit_shares(design)
    assert length(shares, found) < 0.4 * length(shares, list(range(256)))


def test_a_grid_is_walked_step_by_step(tmp_path: Path) -> None:
    text = 'method = "grid"\nlevels = 5\n[[factor]]\nvary = "launch.rocket.price"\n[[factor]]\nvary = "compute.rack.capex"\n'
    design = design_of(text, tmp_path)
    (found,) = chains(design, 1)
    assert length(unit_shares(design), found) < 24 * 0.25 * 1.3  # 24 steps of a quarter each, and few that are longer


def test_scenarios_are_kept_apart_and_few_points_make_few_chains(tmp_path: Path) -> None:
    text = 'method = "scenarios"\n' + "".join(f'[[scenario]]\nname = "{n}"\n' for n in "abc")
    design = design_of(text, tmp_path)
    assert sorted(map(len, chains(design, 8))) == [1, 1, 1]
