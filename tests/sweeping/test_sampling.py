"""Samples have the marginals and the correlations that they are asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import kstest, spearmanr

from planner.errors import InstanceError
from planner.sweeping.ordering import unit_shares
from planner.sweeping.sampling import correlated, rank_matrix, sample, total
from tests.sweeping.functions import THREE, design_of


@pytest.mark.parametrize(
    ("method", "second"),
    [("latin_hypercube", False), ("sobol", False), ("saltelli", False), ("saltelli", True), ("morris", False)],
)
def test_a_sample_has_the_size_that_is_said_and_is_drawn_again_alike(method: str, second: bool) -> None:
    shares = sample(method, 16, 3, 7, 4, second)
    assert shares.shape == (total(method, 16, 3, second), 3)
    assert shares.min() >= 0 and shares.max() <= 1
    assert np.array_equal(shares, sample(method, 16, 3, 7, 4, second))
    assert not np.array_equal(shares, sample(method, 16, 3, 8, 4, second))


def test_rank_correlations_by_a_gaussian_copula() -> None:
    wanted = rank_matrix(["a", "b", "c"], {("a", "b"): 0.7, ("b", "c"): -0.4})
    shares = correlated(sample("sobol", 4096, 3, 1), wanted)
    assert np.asarray(spearmanr(shares).statistic) == pytest.approx(wanted, abs=0.01)
    assert all(kstest(column, "uniform").statistic < 0.01 for column in shares.T)


def test_correlated_factors_of_a_design(tmp_path: Path) -> None:
    text = (
        'method = "latin_hypercube"\npoints = 2000\n'
        + THREE
        + '[[correlation]]\nfactors = ["rack", "launch price"]\nrank = 0.6\n'
    )
    values = np.array([point.values for point in design_of(text, tmp_path).points])
    found = np.asarray(spearmanr(values).statistic)
    assert found[0, 1] == pytest.approx(0.6, abs=0.03) and abs(found[0, 2]) < 0.05


def test_a_shared_factor_correlates_what_it_moves(tmp_path: Path) -> None:
    """Two prices, each by a factor of its own and by one that both share, all uniform in the logarithm: half their variance."""
    ends = 'low = 0.5\nhigh = 2\nscale = "log"\n'
    text = 'method = "sobol"\npoints = 4096\n' + "".join(
        f'[[factor]]\nname = "{name}"\nvary = {vary}\n{ends}'
        for name, vary in (
            ("shared", '["launch.rocket.price", "compute.rack.capex"]'), ("one", '"launch.rocket.price*"'), ("two", '"compute.rack.capex*"'),
        )
    )  # fmt: skip
    logs = []
    for point in design_of(text, tmp_path).points:
        factors = {"launch.rocket.price": 1.0, "compute.rack.capex": 1.0}
        for address, operation, number in point.changes:
            assert operation == "*"
            factors[address] *= number
        logs.append(np.log(list(factors.values())))
    assert np.corrcoef(np.array(logs).T)[0, 1] == pytest.approx(0.5, abs=0.01)


def test_correlations_that_cannot_be(tmp_path: Path) -> None:
    pairs = "".join(
        f'[[correlation]]\nfactors = ["{a}", "{b}"]\nrank = {rank}\n'
        for a, b, rank in (
            ("rack", "launch price", 0.9),
            ("launch price", "worth of training", 0.9),
            ("rack", "worth of training", -0.9),
        )
    )
    with pytest.raises(InstanceError, match="no factors can have these correlations together"):
        design_of('method = "sobol"\npoints = 8\n' + THREE + pairs, tmp_path)


def test_the_scale_of_a_factor(tmp_path: Path) -> None:
    design = design_of('method = "sobol"\npoints = 1024\n' + THREE, tmp_path)
    values = np.array([point.values for point in design.points])
    assert np.median(values, axis=0) == pytest.approx([200, 22_500, 1.25], rel=0.01)  # sqrt(80 * 500), and two means
    assert unit_shares(design).mean(axis=0) == pytest.approx([0.5, 0.5, 0.5], abs=0.01)
