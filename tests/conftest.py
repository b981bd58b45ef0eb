"""What several files of tests use: the command line in this process, and a copy of the toy to break."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from planner import cli

ROOT = Path(__file__).parents[1]
TOY = str(ROOT / "instances" / "toy")

#: Files of long tests that run what others cover: to watch them for coverage too takes half as long again.
UNWATCHED = {
    f"test_{topic}.py"
    for topic in (
        "absences", "commands", "entry", "instances", "metamorphic", "metamorphic_balances", "metamorphic_prices", "numerics", "oracle",
        "seeds", "sensitivity", "stalling", "world",
    )
}  # fmt: skip


class Said:
    """What a command printed and the code with which it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[Any]:
    """Run a test of such a file, and make the fixtures that it asks for, unwatched."""
    coverage, stopped = sys.modules.get("coverage"), []
    if coverage and item.path.name in UNWATCHED:
        # A worker of pytest-xdist has two that watch: its own, and under it one begun as in the controller, which takes over.
        while (watching := coverage.Coverage.current()) is not None:
            watching.stop()
            stopped.append(watching)
    try:
        return (yield)
    finally:
        for watching in reversed(stopped):
            watching.start()


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


@pytest.fixture
def heard() -> Iterator[None]:
    """SIGINT is heard as in a terminal, also where the tests were started in the background of a shell, which has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
