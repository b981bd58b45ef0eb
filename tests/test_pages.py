"""The pages on thresholds and diagnoses: every command of theirs runs, and prints what they say.

Those of docs/thresholds.md run as they stand, numbers and all. Those of docs/is-it-a-plan.md would take minutes: they run on the same
instances with a horizon of seven model years and to a coarse accuracy, and what they print must be what the page says up to the
numbers: the same side of a threshold is true, the same thing has none, the same source comes first.
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import planner
from tests import variants
from tests.conftest import ROOT, Said
from tests.fresh import run_fresh

THRESHOLDS, ANSWER, DIAGNOSIS = (ROOT / "docs" / name for name in ("thresholds.md", "is-it-a-plan.md", "diagnosis.md"))
_COMMAND = re.compile(r"^    \$ ((?:.*\\\n)*.*)\n((?:    (?!\$).*\n)*)", re.MULTILINE)
_PYTHON = re.compile(r"```python\n(.*?)```\n\n((?:    [^\n]*\n)*)", re.DOTALL)
_NUMBER = re.compile(r"-?(?<![\w.])\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?")
_HORIZON = "[horizon]\nyears = [2026, 2036, 2046, 2051, 2061, 2071, 2076]\nlast = 2085\n"


def shown(page: Path, form: re.Pattern[str] = _COMMAND) -> list[tuple[str, list[str]]]:
    """What a page runs, and the lines that it shows under it."""
    found = form.findall(page.read_text())
    return [(what.replace("\\\n", " "), [line[4:] for line in lines.splitlines()]) for what, lines in found]


def words(line: str) -> str:
    """A line without its numbers, the sizes of its units, and the shares after the first."""
    return re.sub(r"\b[kMGT]W\b", "W", _NUMBER.sub("#", line.split("%")[0]))


def numbers(line: str) -> list[float]:
    return [float(number.replace(",", "")) for number in _NUMBER.findall(line)]


def same(line: str, other: str) -> bool:
    return words(line) == words(other) and numbers(line) == pytest.approx(numbers(other), rel=0.01, abs=1e-6)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the instances, their horizons cut to seven model years."""
    folder = tmp_path_factory.mktemp("small")
    shutil.copytree(ROOT / "instances", folder / "instances")
    for path in ("baseline/instance.toml", "accelerated/instance.toml", "accelerated/scenarios/coarse.toml"):
        file = folder / "instances" / path
        file.write_text(re.sub(r"\[horizon\]\n.*?(?=\n\[|\Z)", _HORIZON, file.read_text(), flags=re.DOTALL))
    shutil.copy(folder / "instances/accelerated/scenarios/coarse.toml", folder / "instances/thousand_terawatts/scenarios/")
    return folder


@pytest.mark.parametrize(("command", "lines"), shown(THRESHOLDS))
def test_a_command_on_the_toy_prints_what_the_page_shows(
    run: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, command: str, lines: list[str]
) -> None:
    monkeypatch.chdir(ROOT)
    said = run(*shlex.split(command)[1:])
    assert said.code == 0 and lines
    for line in lines:
        assert any(same(line, other) for other in said.out.splitlines() if line.split()[:1] == other.split()[:1]), line


@pytest.mark.parametrize(("command", "lines"), shown(ANSWER))
def test_a_command_of_the_answer_says_the_same_at_small_size(
    run: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, small: Path, command: str, lines: list[str]
) -> None:
    monkeypatch.chdir(small)
    arguments = shlex.split(command)[1:]
    if arguments[0] in ("breakeven", "frontier"):
        arguments = [*(re.sub(r":\d+$", ":2", argument) for argument in arguments), "--accuracy", "0.3"]
    said = run(*arguments)
    assert said.code == 0 and lines, said.err
    here, there = {words(line) for line in lines}, {words(line) for line in said.out.splitlines()}
    if arguments[0] == "frontier":
        assert {line for line in there if line.startswith("  x =")} <= here
    else:
        assert here <= there


def test_python_prints_what_the_pages_show(small: Path) -> None:
    (code, lines), (worth, line), (supply, table) = *shown(THRESHOLDS, _PYTHON), *shown(ANSWER, _PYTHON)
    for block, expected in ((code, lines), (supply, table)):
        assert expected and all(same(a, b) for a, b in zip(expected, run_fresh(block, ROOT), strict=True))
    assert {words(part) for part in line} <= {words(part) for part in run_fresh(worth, small)}


def test_the_page_of_diagnoses_shows_what_is_said(run: Callable[..., Said], toy: Path) -> None:
    """An infeasible instance and an unbounded one, word for word."""
    pages = re.findall(r"(?m)^((?:    (?:planner: |[^\n]*:\n|  - )[^\n]*\n?)+)", DIAGNOSIS.read_text())
    infeasible, unbounded = (block.replace("\n    ", "\n").strip() for block in pages if "planner: " in block)
    table = toy / "parameters" / "compute.csv"
    priced = [line for line in table.read_text().splitlines(keepends=True) if not line.startswith("chat_all,,value,")]

    def said(change: str) -> str:
        """What is said, without the echo of the change."""
        echo, _, rest = run("solve", str(toy), "--set", change).err.strip().partition("\n")
        assert echo.startswith(f"changed: {change.partition('=')[0]}: ")
        return rest

    with pytest.raises(planner.Unbounded) as earning:
        planner.solve(variants.earning())
    assert f"planner: {earning.value}" == unbounded
    table.write_text("".join(priced))
    assert said("limits.co2_cap.upper@2036=0.05") == infeasible
