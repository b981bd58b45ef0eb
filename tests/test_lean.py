"""What planning imports, and what it need not: every package costs each run its share of a second and of memory."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("first", ["planner.digest, planner.pipeline, planner.store", "planner.units", "planner.lp"])
def test_planning_imports_no_statistics(first: str) -> None:
    script = (
        f"import sys, {first}, planner; planner.solve; sys.exit(sum(m in sys.modules for m in ('scipy.stats', 'scipy.optimize')))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
