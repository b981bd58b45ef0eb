"""No result changes without a word: every shipped instance has the hash, and costs, what was written down."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import freeze


def test_every_shipped_instance_is_frozen() -> None:
    assert list(freeze.frozen()) == list(freeze.CASES), freeze.HOW


@pytest.mark.parametrize("case", freeze.CASES)
def test_hash(case: str) -> None:
    problem = freeze.hash_problem(case, freeze.load(case).hash)
    assert not problem, problem


def test_a_change_is_seen_and_says_what_to_do() -> None:
    toy = freeze.load("toy")
    frozen = freeze.frozen()["toy"]["objective"]
    for problem in (
        freeze.hash_problem("toy", toy.replace({"power.gas.capex": ("*", 1.001)}).hash), freeze.cost_problem("toy", frozen * (1 + 2e-9)), freeze.cost_problem("new", 1.0),
    ):  # fmt: skip
        assert "'Changes results' in CHANGELOG.md" in problem and "python -m tests.freeze" in problem
    assert not freeze.cost_problem("toy", frozen * (1 + 5e-10))


def test_the_changelog_has_the_heading() -> None:
    assert "### Changes results" in (Path(freeze.ROOT) / "CHANGELOG.md").read_text()
