"""README: its examples run, and what it says of the command line is what the command line says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_python_examples_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})


def test_every_option_of_readme_exists_and_none_is_missing() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "planner", "solve", "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={"COLUMNS": "200", "PYTHONPATH": str(ROOT), "PATH": ""},
    )
    usage = README[README.index("planner solve INSTANCE") : README.index("planner check INSTANCE")]
    assert set(re.findall(r"--[a-z-]+", usage)) == set(re.findall(r"--[a-z-]+", said.stdout)) - {"--help"}


def test_every_file_that_readme_names_is_there() -> None:
    for name in re.findall(r"\]\(([a-z][^)#]*)\)", README):
        assert (ROOT / name).exists(), name


def test_make_targets_of_readme_exist() -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"(?:^    |`)make ([a-z]+)", README, re.MULTILINE)) <= set(targets)
