"""One mutant: made from its seed, given to the command line in this process, and held to the rule.

The rule: it ends in time with code 0, 2 or 3; other than 0 with a message; it shows no traceback, prints no control
character, and leaves a whole run folder, or a folder that says why there is no plan, or nothing.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
import shutil
import signal
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import planner
from planner import cli
from tests.fuzz.mutate import mutate
from tests.fuzz.texts import SCENARIOS, SETTINGS

INSTANCES = Path(__file__).parents[2] / "instances"

#: Instances that stand on another, which they need beside them.
EXTENDED = {"mandate": "accelerated", "thousand_terawatts": "accelerated"}

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")
_FORMULA = re.compile(r"[=+@\t\r]|-(?!\d)")


class Hang(BaseException):
    """The mutant took too long."""


@dataclass(frozen=True)
class Ending:
    """How a mutant ended: its seed, what it was, the code, and what is wrong with that (nothing: empty)."""

    seed: int
    what: str
    code: int
    wrong: str


def run_mutant(seed: int, seconds: float, only_toy: bool = False) -> Ending:
    """Make the mutant of a seed, run it, and say how it ended."""
    chance = random.Random(seed)
    name = "toy" if only_toy or chance.random() < 0.85 else chance.choice(("baseline", *EXTENDED.values(), *EXTENDED))
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch) / "instances"
        shutil.copytree(INSTANCES, place, ignore=shutil.ignore_patterns(*_others(name)))
        what = f"{name}: {mutate(place / name, chance)}"
        arguments = _arguments(place / name, Path(scratch) / "out" / "run", chance)
        code, out, err, late = run_planner(arguments, seconds)
        wrong = "took too long" if late else _what_is_wrong(code, out, err, Path(scratch) / "out")
        make_removable(place)
    return Ending(seed, f"{what} | {' '.join(arguments)[:200]!r}", code, wrong)


def _others(name: str) -> list[str]:
    """The instances that one need not have beside it."""
    kept = (name, EXTENDED[name]) if name in EXTENDED else (name,)
    return [folder.name for folder in INSTANCES.iterdir() if folder.name not in kept]


def _arguments(folder: Path, out: Path, chance: random.Random) -> list[str]:
    commands = ["solve", "solve", "solve", "check", "show"] if folder.name == "toy" else ["check"]
    command = chance.choice(commands)
    arguments = [command, str(folder)]
    scenarios = folder / "scenarios"
    if scenarios.is_dir() or chance.random() < 0.03:
        arguments += ["--scenario", "fuzz" if (scenarios / "fuzz.toml").exists() else chance.choice(SCENARIOS)]
    if chance.random() < 0.15:
        arguments += ["--set", chance.choice(SETTINGS)]
    if command == "solve":
        arguments += ["--out", str(out), "--time-limit", "20"]
    return arguments


def run_planner(arguments: list[str], seconds: float) -> tuple[int, str, str, bool]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise Hang

    out, err, argv = io.StringIO(), io.StringIO(), sys.argv
    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    code, late = -1, False
    try:
        sys.argv = ["planner", *arguments]
        with redirect_stdout(out), redirect_stderr(err):
            cli.main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
    except Hang:
        late = True
    except BaseException as error:
        err.write(f"Traceback: {type(error).__name__} came through: {error}")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        sys.argv = argv
    return code, out.getvalue(), err.getvalue(), late


def wrong_with(code: int, out: str, err: str, codes: tuple[int, ...]) -> str:
    """What is wrong with how a command ended and what it printed."""
    if code not in codes or "Traceback" in err:
        return f"ended with code {code}: {err[-600:]}"
    if code not in (0, 5) and not err.strip():
        return "ended without a message"
    if control := _CONTROL.search(out + err):
        return f"printed the control character {control[0]!r}: {(out + err)[max(control.start() - 80, 0) : control.end() + 80]!r}"
    if len(err) > 2_000_000:
        return f"printed {len(err):,} characters"
    return ""


def _what_is_wrong(code: int, out: str, err: str, written: Path) -> str:
    if wrong := wrong_with(code, out, err, (0, 2, 3)):
        return wrong
    left = list(written.iterdir()) if written.is_dir() else []
    if code == 3 and [path.name for path in left] == ["run"]:
        return _wrong_with_diagnosis(left[0])
    if code and left:
        return f"left {[path.name for path in left]} behind"
    if not code and left:
        return _wrong_withrun_planner(left)
    return ""


def _wrong_with_diagnosis(run: Path) -> str:
    """Where there is no plan, a folder may say why; it must not look like a run."""
    said = [json.loads(path.read_text(encoding="utf-8")) for path in run.glob("*.json")]
    looks_whole = (run / "tables").exists() or any(facts.get("status") == "optimal" for facts in said)
    return f"left {sorted(path.name for path in run.iterdir())} of a run without a plan" if looks_whole or not said else ""


def _wrong_withrun_planner(left: list[Path]) -> str:
    if [path.name for path in left] != ["run"]:
        return f"left {[path.name for path in left]} behind"
    plan = planner.load_plan(left[0])
    if plan.facts["instance_hash"] != plan.instance.hash:
        return "the copy of the instance has another hash"
    for path in left[0].rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.reader(stream):
                found = [cell for cell in row if _FORMULA.match(cell)]
                if found:
                    return f"{path.name} holds a formula: {found[0][:60]!r}"
    return ""


def make_removable(place: Path) -> None:
    for path in place.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o700 if path.is_dir() else 0o600)
