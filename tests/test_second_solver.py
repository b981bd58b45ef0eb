"""A second opinion: the exported program, read and solved by a different program, has the same objective."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import planner
from planner.highs import solve_program, write_model

ROOT = Path(__file__).parents[1]


def clp_objective(path: Path) -> float:
    """What CLP, the simplex code of COIN-OR, makes of a program in an MPS file; in a process of its own."""
    script = "import sys; from cylp.cy import CyClpSimplex; s = CyClpSimplex(); s.logLevel = 0; s.readMps(sys.argv[1]); print(s.initialSolve(), repr(s.objectiveValue))"
    said = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    status, objective = said.stdout.splitlines()[-1].split()
    assert status == "optimal"
    return float(objective)


@pytest.mark.parametrize(("name", "scenarios"), [("toy", ()), ("baseline", ()), ("accelerated", ()), ("accelerated", ("orbit",)), ("thousand_terawatts", ())])
def test_clp_agrees(name: str, scenarios: tuple[str, ...], tmp_path: Path) -> None:
    program = planner.compile(planner.build(planner.load(ROOT / "instances" / name, scenarios=scenarios)))
    write_model(program, tmp_path / "model.mps")
    assert clp_objective(tmp_path / "model.mps") == pytest.approx(solve_program(program).objective, rel=1e-7)
