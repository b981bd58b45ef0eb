"""Equation labels: those in a file's docstring are those beside its rules, and together they are all there are."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import planner

ALL = (
    "F1 F2 F3  C1 C2 C3 C4 C5 C6  P1 P2 P3 P4  L1 L2 L3  I1  H1 H2 H3 H4 H5  B1 B2 B3  X1  M1  D"
).split()  # fmt: skip

PACKAGE = Path(planner.__file__).parent
FILES = [*sorted((PACKAGE / "blocks").glob("*.py")), PACKAGE / "model.py", PACKAGE / "limits.py"]

_LABEL = re.compile(r"\(([A-Z]\d?)\)")
_LINE = re.compile(r"^\(([A-Z]\d?)\) ", re.MULTILINE)


def _stated(source: str) -> set[str]:
    """Labels at the beginning of a line of the module's docstring."""
    return set(_LINE.findall(ast.get_docstring(ast.parse(source)) or ""))


def _beside_rules(source: str) -> set[str]:
    """Labels in the code below the module's docstring: `doc="(F1)"`, comments and docstrings of functions."""
    first = ast.parse(source).body[0]
    return set(_LABEL.findall("\n".join(source.splitlines()[first.end_lineno :])))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_labels_of_a_docstring_stand_beside_the_rules_of_its_file(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert _stated(source) == _beside_rules(source)


def test_every_label_is_stated_and_there_is_no_other() -> None:
    stated = [label for path in FILES for label in _stated(path.read_text(encoding="utf-8"))]
    assert set(stated) == set(ALL)


def test_every_constraint_and_objective_of_a_model_bears_a_label() -> None:
    import pyomo.core as pyo

    model = planner.build(planner.load(PACKAGE.parent / "instances" / "toy"))
    for component in model.component_objects((pyo.Constraint, pyo.Objective), descend_into=True):
        assert _LABEL.fullmatch(component.doc or ""), f"{component.name} has the doc {component.doc!r}"
        assert _LABEL.fullmatch(component.doc)[1] in ALL
