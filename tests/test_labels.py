"""Equation labels: those in a file's docstring are those beside its rules, and together they are all there are."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pyomo.environ as pyo
import pytest

import planner

PACKAGE = Path(planner.__file__).parent
PAGE = PACKAGE.parent / "docs" / "formulation.md"
FILES = [*sorted((PACKAGE / "blocks").glob("*.py")), PACKAGE / "model.py", PACKAGE / "limits.py", PACKAGE / "objective.py"]

_LABEL = re.compile(r"\(([A-Z]\d?)\)")
_LINE = re.compile(r"^\(([A-Z]\d?)\) ", re.MULTILINE)


def _stated(source: str) -> set[str]:
    """Labels at the beginning of a line of the module's docstring."""
    return set(_LINE.findall(ast.get_docstring(ast.parse(source)) or ""))


def _sections() -> list[tuple[str, set[str]]]:
    """The heading of each section of the page, and the labels of its equations."""
    parts = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return [(part.splitlines()[0], set(re.findall(r"^    \(([A-Z]\d?)\) ", part, re.MULTILINE))) for part in parts]


def _beside_rules(source: str) -> set[str]:
    """Labels in the code below the module's docstring: `doc="(F1)"`, comments and docstrings of functions."""
    first = ast.parse(source).body[0]
    return set(_LABEL.findall("\n".join(source.splitlines()[first.end_lineno :])))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_labels_of_a_docstring_stand_beside_the_rules_of_its_file(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert _stated(source) == _beside_rules(source)


def test_the_equations_of_the_page_are_those_of_the_code() -> None:
    stated = {label for path in FILES for label in _stated(path.read_text(encoding="utf-8"))}
    assert stated == {label for _, labels in _sections() for label in labels}
    assert {"F1", "F2", "F3", "C6", "P4", "L3", "I1", "H5", "B3", "X1", "M1", "D"} <= stated and len(stated) == 37


def test_a_section_of_the_page_names_the_files_of_its_equations() -> None:
    for heading, labels in _sections():
        named = [PACKAGE / name for name in re.findall(r"`([\w/]+\.py)`", heading)]
        stated = {label for path in named for label in _stated(path.read_text(encoding="utf-8"))}
        assert labels <= stated, f"{heading}: {labels - stated} stand elsewhere"


def test_every_constraint_and_objective_of_a_model_bears_a_label() -> None:
    labels = {label for _, found in _sections() for label in found}
    model = planner.build(planner.load(PACKAGE.parent / "instances" / "toy"))
    for component in model.component_objects((pyo.Constraint, pyo.Objective), descend_into=True):
        assert _LABEL.fullmatch(component.doc or ""), f"{component.name} has the doc {component.doc!r}"
        assert _LABEL.fullmatch(component.doc)[1] in labels
