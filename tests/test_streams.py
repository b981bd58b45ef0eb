"""Standard streams that are closed, full, left by their reader or of a small encoding, and Ctrl-C at any moment: no traceback, the right code."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from planner import store
from tests.conftest import ROOT, TOY
from tests.solved import solved
from tests.variants import toy

PLANNER = (sys.executable, "-m", "planner")

#: Every command that answers soon, and those that fail; `{run}` is a run folder, `{new}` a place for something new.
COMMANDS = {
    "help": (0, "--help"), "version": (0, "--version"), "bad usage": (2, "bogus"), "none": (2,),
    "solve": (0, "solve", TOY), "solve as json": (0, "solve", TOY, "--json"), "solve to a folder": (0, "solve", TOY, "--out", "{new}"),
    "check": (0, "check", TOY), "show": (0, "show", TOY), "diff": (0, "diff", TOY, TOY), "bad instance": (2, "check", f"{TOY}x"),
    "bad instance as json": (2, "check", f"{TOY}x", "--json"), "export": (0, "export", "{run}", "--to", "{new}"),
    "draw": (0, "draw", "{run}", "--out", "{new}.svg"), "explain": (0, "explain", "{run}"), "reproduce": (0, "reproduce", "{run}"),
    "compare": (0, "compare", "{run}", "{run}", "--no-attribution"), "report": (0, "report", "{run}", "--out", "{new}.html"),
    "breakeven": (0, "breakeven", TOY, "--vary", "launch.rocket.price*", "--until", "compute.in_service[moon] > 1 GW", "--accuracy", "0.5"),
    "analyse": (2, "analyse", "{run}"),
}  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store.save_plan(solved(toy), tmp_path_factory.mktemp("streams") / "run")


def arguments(name: str, run: Path, tmp_path: Path) -> tuple[int, list[str]]:
    code, *rest = COMMANDS[name]
    return int(code), [*PLANNER, *(str(part).format(run=run, new=tmp_path / "new") for part in rest)]


def in_a_shell(command: list[str], redirected: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-c", f'"$@" {redirected}', "bash", *command], capture_output=True, text=True, cwd=ROOT)


#: Commands that print much, fail, and draw on standard error: not all of them, for each takes a second.
FEW = ("help", "bad usage", "solve as json", "show", "bad instance as json", "explain")


@pytest.mark.parametrize(
    ("name", "redirected"),
    [*((name, ">&- 2>&- <&-") for name in COMMANDS), *((name, way) for name in FEW for way in (">&-", "2>&-"))],
)
def test_a_closed_stream_takes_nothing_and_stops_nothing(name: str, redirected: str, run: Path, tmp_path: Path) -> None:
    code, command = arguments(name, run, tmp_path)
    ended = in_a_shell(command, redirected)
    assert ended.returncode == code and "Traceback" not in ended.stderr
    assert redirected != ">&-" or bool(ended.stderr) == bool(code)


def test_what_is_printed_does_not_go_into_a_file(tmp_path: Path) -> None:
    """The first file that is opened would take the number of a closed stream."""
    ended = in_a_shell([*PLANNER, "solve", TOY, "--out", str(tmp_path / "run")], ">&- 2>&- <&-")
    assert ended.returncode == 0
    assert store.load_plan(tmp_path / "run").facts["status"] == "optimal"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("name", FEW)
def test_a_full_device(name: str, run: Path, tmp_path: Path) -> None:
    code, command = arguments(name, run, tmp_path)
    ended = in_a_shell(command, ">/dev/full")
    silent = name == "bad usage"  # and only on standard error
    assert ended.returncode == (code if silent else code or 1) and "Traceback" not in ended.stderr
    if not silent:
        assert "standard output cannot be written: No space left on device" in ended.stderr
    ended = in_a_shell(command, "2>/dev/full")
    assert ended.returncode == code and bool(ended.stdout) != silent


def test_a_reader_that_leaves(run: Path) -> None:
    ended = in_a_shell([*PLANNER, "show", TOY], "| true; exit ${PIPESTATUS[0]}")
    assert (ended.returncode, ended.stderr) == (1, "")


STRANGE = "名前 Übertråger → ∞ naïve"


@pytest.mark.parametrize(
    "environment", [{"PYTHONIOENCODING": "cp1252"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_an_encoding_that_lacks_the_character(environment: dict[str, str], tmp_path: Path) -> None:
    strange = tmp_path / "toy"
    shutil.copytree(TOY, strange)
    settings = strange / "instance.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f'title = "{STRANGE}"\n' + "\n".join(text.split("\n")[1:]), encoding="utf-8")
    run = str(tmp_path / "run")
    for command in (
        ["solve", str(strange), "--out", run], ["check", str(strange)], ["show", str(strange)], ["explain", run], ["reproduce", run],
        ["report", run, "--out", str(tmp_path / "page.html")], ["draw", run, "--out", str(tmp_path / "plan.svg")],
        ["export", run, "--to", str(tmp_path / "plan.iamc.csv")], ["compare", run, run, "--no-attribution"],
    ):  # fmt: skip
        ended = subprocess.run([*PLANNER, *command], capture_output=True, env={**os.environ, **environment}, cwd=ROOT)
        assert (ended.returncode, ended.stderr) == (0, b""), command
        if command[0] == "solve":
            assert b"na" in ended.stdout.splitlines()[0] and b"?" in ended.stdout.splitlines()[0]
    assert STRANGE in (tmp_path / "page.html").read_text(encoding="utf-8")


#: Ctrl-C as it comes while a module is being imported, or while a command is answering an earlier one.
AT_AN_IMPORT = """
import importlib.abc, signal, sys
wanted = sys.argv[1]

class Interrupting(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == wanted:
            sys.meta_path.remove(self)
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
"""
RUN = """
from planner.__main__ import run
sys.argv = ["planner", *sys.argv[2:]]
run()
"""


def interrupted(before: str, *arguments: str) -> tuple[int, str, str]:
    ended = subprocess.run([sys.executable, "-c", before + RUN, *arguments], capture_output=True, text=True, cwd=ROOT)
    return ended.returncode, ended.stdout, ended.stderr


@pytest.mark.parametrize("module", ["planner.cli", "typer", "planner.options", "planner.instance", "pydantic", "pint", "pandas"])
def test_an_interrupt_while_something_is_imported(module: str) -> None:
    code, out, err = interrupted(AT_AN_IMPORT, module, "solve", TOY, "--json")
    assert code == 4 and err.startswith("planner: interrupted") and err.count("\n") == 1
    assert json.loads(out)["status"] == "stopped" and out.count("\n") == 1


TWICE = """
import signal, sys
import planner.cli, planner.instance

def interrupted(*given, **more):
    signal.raise_signal(signal.SIGINT)

planner.instance.load = planner.cli.say_failure = interrupted
"""


def test_an_interrupt_while_another_is_answered() -> None:
    code, out, err = interrupted(TWICE, "", "check", TOY)
    assert (code, out, err) == (4, "", "")


AT_THE_END = """
import signal, sys
import planner.cli

def done():
    print("said")
    signal.raise_signal(signal.SIGINT)

planner.cli.main = done
"""


def test_an_interrupt_when_all_is_done() -> None:
    """It ends the command without a word; there is nothing left to save."""
    code, _, err = interrupted(AT_THE_END, "")
    assert (code, err) == (4, "")


IMPORTER = """
import signal, sys
import planner.cli

def imported(*given, **more):
    try:
        signal.raise_signal(signal.SIGINT)
    except BaseException:
        raise ImportError("numpy could not be imported")

planner.cli.load_instance = imported
"""


def test_another_error_that_an_interrupt_was_made_into() -> None:
    code, _, err = interrupted(IMPORTER, "", "check", TOY)
    assert (code, err) == (4, "planner: interrupted\n")
