"""What several files of tests use: the command line in this process, and a copy of the toy to break."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from planner import cli

ROOT = Path(__file__).parents[1]
TOY = str(ROOT / "instances" / "toy")


class Said:
    """What a command printed and the code with which it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run `planner` with arguments, in this process."""

    def run_command(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["planner", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = capsys.readouterr()
        code = ended.value.code
        return Said(code if isinstance(code, int) else 0, captured.out, captured.err)

    return run_command


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """A copy of the toy to break."""
    shutil.copytree(TOY, tmp_path / "toy")
    return tmp_path / "toy"
