"""Samples of the unit cube: low-discrepancy and stratified ones by scipy, those of Saltelli and Morris by SALib.

Sources: Sobol' 1967 with Owen's scrambling; McKay, Beckman and Conover 1979; Saltelli 2010; Morris 1991. What has a rank
correlation is given it by a Gaussian copula.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.errors import PlannerError

Sample = NDArray[np.float64]

#: The methods that draw points of a cube, and what `points` counts in each.
SAMPLED = {
    "latin_hypercube": "points", "sobol": "points, a power of two", "saltelli": "base points, a power of two",
    "morris": "trajectories",
}  # fmt: skip

#: The methods whose points are those of a Sobol sequence, which fills a cube evenly only by powers of two.
BY_POWERS = ("sobol", "saltelli")


def total(method: str, points: int, factors: int, second_order: bool) -> int:
    """How many plans a sample makes."""
    if method == "saltelli":
        return points * (2 * factors + 2 if second_order else factors + 2)
    return points * (factors + 1) if method == "morris" else points


def sample(method: str, points: int, factors: int, seed: int, levels: int = 4, second_order: bool = False) -> Sample:
    """The shares of a sample, a row a point and a column a factor, each between 0 and 1.

    The points of a Sobol sequence fill the cube evenly only by powers of two. Raises PlannerError where SALib is missing.
    """
    from scipy.stats import qmc

    if method == "latin_hypercube":
        return np.asarray(qmc.LatinHypercube(factors, rng=seed).random(points))
    if method == "sobol":
        return np.asarray(qmc.Sobol(factors, rng=seed).random(points))
    problem = unit_problem([f"x{i}" for i in range(factors)])
    if method == "saltelli":
        module = salib("SALib.sample.sobol")
        return np.asarray(module.sample(problem, points, calc_second_order=second_order, seed=seed))
    module = salib("SALib.sample.morris")
    return np.asarray(module.sample(problem, points, num_levels=levels, seed=seed))


def salib(name: str) -> ModuleType:
    """A module of SALib; raises PlannerError where it is not installed."""
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError as error:
        needed = "samples and indices of Saltelli and Morris need SALib"
        raise PlannerError(f"{needed}: pip install 'compute-planner[sweep]'") from error


def unit_problem(names: Sequence[str]) -> dict[str, Any]:
    """What SALib is told of factors: their names, and that each runs from 0 to 1."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def correlated(shares: Sample, ranks: Sample) -> Sample:
    """A sample with the rank correlations (Spearman) of a matrix that is positive definite, by a Gaussian copula.

    A rank correlation rho is that of normal variables with the correlation 2 sin(pi rho / 6) (Pearson 1907).
    """
    from scipy.special import ndtr, ndtri

    root = np.linalg.cholesky(normal_correlations(ranks))
    inner = np.clip(shares, 1e-12, 1 - 1e-12)
    return np.asarray(ndtr(ndtri(inner) @ root.T))


def normal_correlations(ranks: Sample) -> Sample:
    """The correlations of the normal variables that have these rank correlations."""
    found = 2 * np.sin(np.pi * ranks / 6)
    np.fill_diagonal(found, 1.0)
    return np.asarray(found)


def rank_matrix(names: Sequence[str], pairs: Mapping[tuple[str, str], float]) -> Sample:
    """The matrix of rank correlations between factors; those that no pair names are independent."""
    found = np.eye(len(names))
    for (one, other), rank in pairs.items():
        i, j = names.index(one), names.index(other)
        found[i, j] = found[j, i] = rank
    return found


def grid(levels: Sequence[Sequence[float]]) -> list[tuple[float, ...]]:
    """Every combination of the levels of the factors, the last factor fastest."""
    return list(itertools.product(*levels))
