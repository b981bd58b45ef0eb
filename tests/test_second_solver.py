"""A second opinion: the exported program, read and solved by a different program, has the same objective."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import planner
from planner.highs import solve_program, write_model

ROOT = Path(__file__).parents[1]


def glop_objective(path: Path) -> float:
    """What GLOP, the simplex code of OR-tools, makes of a program in an MPS file."""
    said = subprocess.run([sys.executable, str(ROOT / "tests" / "glop.py"), str(path)], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    return float(said.stdout)


@pytest.mark.parametrize(("name", "scenarios"), [("toy", ()), ("baseline", ()), ("accelerated", ()), ("accelerated", ("orbit",)), ("thousand_terawatts", ())])
def test_glop_agrees(name: str, scenarios: tuple[str, ...], tmp_path: Path) -> None:
    program = planner.compile(planner.build(planner.load(ROOT / "instances" / name, scenarios=scenarios)))
    write_model(program, tmp_path / "model.mps")
    assert glop_objective(tmp_path / "model.mps") == pytest.approx(solve_program(program).objective, rel=1e-7)
