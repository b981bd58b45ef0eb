"""One mutant of a run folder, a store or a design, given to a command that reads it, and held to the rule of tests/fuzz/running.py.

A run that differs from what was recorded may end with 5, one that has no plan any more with 3.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from unittest.mock import patch

import planner
from tests.fuzz.mutate import break_it
from tests.fuzz.running import INSTANCES, Ending, make_removable, run_planner, wrong_with
from tests.fuzz.saved import DESIGN_WAYS, RUN_WAYS, STORE_WAYS

TOY = INSTANCES / "toy"

#: What is broken, how, and by which commands it is read; `{broken}` is it, `{whole}` the same unbroken, `{new}` a place beside.
KINDS = {
    "run": (RUN_WAYS, (
        "export {broken} --to {new}", "export {broken} --to {new}.xlsx", "explain {broken}", "explain {broken} --json", "draw {broken} --out {new}.svg",
        "report {broken} --out {new}.html", "compare {whole} {broken} --no-attribution", "compare {broken} {whole} --no-attribution --json", "reproduce {broken} --json",
    )),
    "store": (STORE_WAYS, (
        "analyse {broken}", "analyse {broken} --json", "analyse {broken} --quantity objective",
        f"sweep {TOY} --design {{design}} --out {{broken}} --resume", f"sweep {TOY} --design {{design}} --out {{broken}} --resume --retry --quiet",
    )),
    "design": (DESIGN_WAYS, (f"sweep {TOY} --design {{broken}}/design.toml --out {{new}}", f"sweep {TOY} --design {{broken}}/design.toml --out {{new}} --json")),
}  # fmt: skip


def save_all(folder: Path) -> Path:
    """A run folder, a store and a design of the toy, whole, to be broken."""
    toy = planner.load(TOY)
    planner.save_plan(planner.solve(toy, ranging=True), folder / "run")
    (folder / "design").mkdir()
    design = shutil.copy(TOY / "designs" / "launch.toml", folder / "design" / "design.toml")
    planner.sweep(toy, design, folder / "store", workers=1)
    return folder


def run_saved(seed: int, kind: str, whole: Path, seconds: float) -> Ending:
    """Make the mutant of a seed, run a command over it, and say how it ended."""
    chance = random.Random(seed)
    ways, commands = KINDS[kind]
    with tempfile.TemporaryDirectory() as scratch:
        broken = Path(scratch) / "broken" / kind
        shutil.copytree(whole / kind, broken)
        what = f"{kind}: {break_it(broken, chance, ways)}"
        places = {
            "broken": broken,
            "whole": whole / kind,
            "new": Path(scratch) / "out" / "new",
            "design": whole / "design" / "design.toml",
        }
        arguments = [part.format(**places) for part in chance.choice(commands).split()]
        (Path(scratch) / "out").mkdir()
        with _no_solves() if arguments[0] == "sweep" else nullcontext():
            code, out, err, late = run_planner(arguments, seconds)
        wrong = "took too long" if late else wrong_with(code, out, err, (0, 2, 3, 5))
        make_removable(Path(scratch))
    return Ending(seed, f"{what} | {' '.join(arguments)[:200]!r}", code, wrong)


@contextmanager
def _no_solves() -> Iterator[None]:
    """A sweep reads, checks and writes everything, and answers no point: of a million it would take days."""
    with (
        patch("planner.sweeping.running._fill", lambda *given: None),
        patch("planner.sweeping.running.started_early", lambda number: nullcontext()),
        patch("planner.sweeping.processes.started_early", lambda number: nullcontext()),
    ):
        yield
