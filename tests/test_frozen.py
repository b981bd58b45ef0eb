"""No result changes without a word: every shipped instance has the hash, and costs, what was written down."""

from __future__ import annotations

from pathlib import Path

import pytest

import planner
from tests import freeze


def _hash_problem(case: str, hash_: str) -> str:
    was = freeze.frozen().get(case, {}).get("hash")
    return "" if hash_ == was else f"the instance {case} means something else than what was frozen (hash {was} -> {hash_}). {freeze.HOW}"


def _cost_problem(case: str, objective: float) -> str:
    was = freeze.frozen().get(case, {}).get("objective")
    same = was is not None and abs(objective - was) <= 1e-9 * abs(was)
    return "" if same else f"the least cost of {case} is {objective!r} and was frozen as {was!r}. {freeze.HOW}"


def test_every_shipped_instance_is_frozen() -> None:
    assert list(freeze.frozen()) == list(freeze.CASES), freeze.HOW


@pytest.mark.parametrize("case", freeze.CASES)
def test_hash(case: str) -> None:
    problem = _hash_problem(case, freeze.load(case).hash)
    assert not problem, problem


@pytest.mark.parametrize("case", freeze.CASES)
def test_objective(case: str) -> None:
    instance = freeze.load(case)
    if _hash_problem(case, instance.hash):
        pytest.skip("another instance than the one that was frozen")
    problem = _cost_problem(case, planner.solve(instance).objective)
    assert not problem, problem


def test_a_change_is_seen_and_says_what_to_do() -> None:
    toy = freeze.load("toy")
    frozen = freeze.frozen()["toy"]["objective"]
    for problem in (
        _hash_problem("toy", toy.replace({"power.gas.capex": ("*", 1.001)}).hash), _cost_problem("toy", frozen * (1 + 2e-9)), _cost_problem("new", 1.0),
    ):  # fmt: skip
        assert "'Changes results' in CHANGELOG.md" in problem and "python -m tests.freeze" in problem
    assert not _cost_problem("toy", frozen * (1 + 5e-10))


def test_the_changelog_has_the_heading() -> None:
    assert "### Changes results" in (Path(freeze.ROOT) / "CHANGELOG.md").read_text()
