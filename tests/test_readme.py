"""README: what it says of the command line is what the command line says. Its examples run in `test_examples.py`."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from planner import cli
from tests.conftest import ROOT, Said

README = (ROOT / "README.md").read_text()


def usage_in_readme() -> dict[str, set[str]]:
    """The options that README's list gives each command."""
    listed = README[README.index("    planner solve INSTANCE") : README.index("Exit codes:")]
    parts = re.split(r"^    planner ", listed, flags=re.MULTILINE)[1:]
    found: dict[str, set[str]] = {}
    for part in parts:
        found.setdefault(part.split()[0], set()).update(re.findall(r"--[a-z-]+", part))
    return found


def test_readme_lists_every_command_and_no_other(run: Callable[..., Said]) -> None:
    commands = {command.name or command.callback.__name__ for command in cli.app.registered_commands if command.callback}
    assert commands == usage_in_readme().keys() - {"--version"}
    assert usage_in_readme()["--version"] == set(re.findall(r"--[a-z-]+", run("--help").out)) - {"--help"}


@pytest.mark.parametrize(
    "command", [command.name or command.callback.__name__ for command in cli.app.registered_commands if command.callback]
)
def test_readme_lists_every_option_and_no_other(command: str, run: Callable[..., Said]) -> None:
    said = run(command, "--help")
    options = set(re.findall(r"^  (--[a-z-]+)", said.out, re.MULTILINE)) - {"--help"}
    assert usage_in_readme()[command] == options


def test_every_file_that_readme_names_is_there() -> None:
    for name in re.findall(r"\]\(([a-z][^)#]*)\)", README):
        assert (ROOT / name).exists(), name


def test_make_targets_of_readme_exist() -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"(?:^    |`)make ([a-z]+)", README, re.MULTILINE)) <= set(targets)
