"""What is installed: the distribution `compute-planner`, which brings the package and the command `planner`."""

from __future__ import annotations

import re
import tomllib

import pytest

import planner
from tests.conftest import ROOT

yaml = pytest.importorskip("yaml")

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NAME = PROJECT["project"]["name"]


def test_the_distribution_has_a_name_of_its_own_and_the_command_keeps_its_name() -> None:
    assert NAME == "compute-planner"
    assert list(PROJECT["project"]["scripts"]) == ["planner"]


def test_every_hint_installs_this_distribution() -> None:
    """`planner` on PyPI is another package: no message, page or extra may name it, nor an extra that is not there."""
    extras = set(PROJECT["project"]["optional-dependencies"])
    files = [*(ROOT / "planner").rglob("*.py"), *(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "pyproject.toml"]
    named = [
        (file.name, *found) for file in files for found in re.findall(r"([\w-]*planner)\[([\w,]+)\]", file.read_text("utf-8"))
    ]
    assert len(named) >= 8
    for file, distribution, wanted in named:
        assert distribution == NAME and set(wanted.split(",")) <= extras, (file, distribution, wanted)
    for file in files:
        assert not re.search(r"pip install '?planner\b", file.read_text("utf-8")), file


def test_versions_agree() -> None:
    assert PROJECT["project"]["version"] == planner.__version__ == yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"]


def test_the_citation_is_valid() -> None:
    """The keys that the Citation File Format 1.2.0 requires, and no other than those that it knows."""
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["cff-version"] == "1.2.0" and cited["license"] == PROJECT["project"]["license"] == "MIT"
    assert {"message", "title", "authors"} <= cited.keys()
    assert cited.keys() <= {"cff-version", "message", "title", "authors", "type", "abstract", "version", "license", "keywords"}
    assert cited["type"] == "software" and all(author["name"] for author in cited["authors"])


def test_the_license_and_the_marker_of_types_are_shipped() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert licence.startswith("MIT License") and re.search(r"^Copyright \(c\) \d{4} The planner authors$", licence, re.MULTILINE)
    assert PROJECT["project"]["license-files"] == ["LICENSE"]
    assert "py.typed" in PROJECT["tool"]["setuptools"]["package-data"]["planner"] and (ROOT / "planner" / "py.typed").is_file()
