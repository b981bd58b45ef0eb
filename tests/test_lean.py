"""What planning imports, and what it need not: every package costs each run its share of a second and of memory."""

from __future__ import annotations

import subprocess
import sys

import pytest

import planner


@pytest.mark.parametrize("first", ["planner.digest, planner.pipeline, planner.store", "planner.units", "planner.lp"])
def test_planning_imports_no_statistics(first: str) -> None:
    script = (
        f"import sys, {first}, planner; planner.solve; sys.exit(sum(m in sys.modules for m in ('scipy.stats', 'scipy.optimize')))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


@pytest.mark.parametrize(
    ("first", "without"),
    [
        ("planner.digest, planner.pipeline, planner.store", ("pyomo.environ",)),
        ("planner.folders, planner.pipeline, planner.coarse_to_fine", ("pandas",)),
        ("planner.sweeping.answering", ("pyomo.environ", "pandas")),
    ],
)
def test_planning_imports_of_pyomo_what_a_model_is_made_of_and_no_tables_before_a_solve(
    first: str, without: tuple[str, ...]
) -> None:
    script = f"import sys, {first}; sys.exit(sum(m in sys.modules for m in {without!r}))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_model_goes_to_pyomos_own_solvers_where_they_are_imported_later() -> None:
    script = (
        "import planner; model = planner.build(planner.load('instances/toy')); import pyomo.environ as pyo; "
        "found = pyo.SolverFactory('highs').solve(model); pyo.assert_optimal_termination(found); print(pyo.value(model.cost))"
    )
    said = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    assert float(said) == pytest.approx(planner.solve(planner.load("instances/toy")).objective, rel=1e-7)
