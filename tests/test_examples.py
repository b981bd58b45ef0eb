"""Every Python example of README and docs runs as it is written, in an interpreter of its own.

What those of docs/thresholds.md and docs/is-it-a-plan.md print is held against the pages in `test_pages.py`.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.fresh import run_fresh

_PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
_EXAMPLES = [
    (page.name, code)
    for page in _PAGES
    for code in re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
]

#: Pages whose examples `test_pages.py` runs, and what takes a scheduler that listens elsewhere.
_ELSEWHERE, _SCHEDULER = ("thresholds.md", "is-it-a-plan.md"), 'Client("tcp://'
_OWN = [(name, code) for name, code in _EXAMPLES if name not in _ELSEWHERE and _SCHEDULER not in code]


@pytest.mark.parametrize(("page", "code"), _OWN, ids=[page for page, _ in _OWN])
def test_an_example_runs_as_it_is_written(page: str, code: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "instances" / "toy", tmp_path / "instances" / "toy")
    run_fresh(code, tmp_path)


def test_every_page_with_examples_is_run() -> None:
    assert {page for page, _ in _OWN} >= {"README.md", "explain.md", "report.md", "sessions.md", "sweeps.md"}
    (scheduled,) = [code for _, code in _EXAMPLES if _SCHEDULER in code]
    compile(scheduled, "sweeps.md", "exec")


def test_modules_are_found_by_attribute_without_being_imported_before(tmp_path: Path) -> None:
    """`planner.highs` right after `import planner`, which brings in nothing of it; a name that is nothing is an error as ever."""
    code = """
import sys, planner
assert not {"planner.highs", "highspy", "pandas", "numpy", "pyomo"} & set(sys.modules), sorted(sys.modules)
program = planner.compile(planner.build(planner.load("instances/toy")))
print(round(planner.highs.solve_program(program).objective, 2), hasattr(planner, "hihgs"), hasattr(planner, "__wrapped__"))
"""
    (line,) = run_fresh(code, ROOT)
    cost, *others = line.split()
    assert float(cost) > 0 and others == ["False", "False"]
