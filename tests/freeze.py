"""`python -m tests.freeze`: write down anew what every shipped instance costs, after a change that is meant to change it."""

from __future__ import annotations

import json
import tomllib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import planner
from planner.pipeline import compile_instance

ROOT = Path(__file__).parents[1]
FILE = Path(__file__).with_name("frozen_objectives.toml")

#: Every instance that is shipped, each with the scenarios that are solved with it.
CASES: dict[str, tuple[str, ...]] = {
    folder.name if not scenario else f"{folder.name}+{scenario}": (scenario,) if scenario else ()
    for folder in sorted((ROOT / "instances").iterdir()) if (folder / "instance.toml").is_file()
    for scenario in ("", *sorted(path.stem for path in folder.glob("scenarios/*.toml")))
}  # fmt: skip

#: Those that take too long to be solved by tests: read and compiled there, and their size is frozen in place of their cost.
LARGE = ("world",)
SOLVED = tuple(case for case in CASES if case not in LARGE)

HOW = (
    "If this is meant: write what changes and why under 'Changes results' in CHANGELOG.md, then run `python -m tests.freeze` and commit both. "
    "If it is not meant, something has changed the results without a word."
)


def load(case: str) -> planner.Instance:
    """The instance of a case, with its scenario."""
    return planner.load(ROOT / "instances" / case.partition("+")[0], CASES[case])


def measure(case: str) -> dict[str, Any]:
    """The hash and the objective of a case, or the size of one that is not solved."""
    instance = load(case)
    if case in LARGE:
        rows, columns = compile_instance(instance).matrix.shape
        return {"hash": instance.hash, "rows": rows, "columns": columns}
    return {"hash": instance.hash, "objective": planner.solve(instance).objective}


def frozen() -> dict[str, dict[str, Any]]:
    """What was written down."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def hash_problem(case: str, hash_: str) -> str:
    """What is to be said where the hash of a case is another than the frozen one; nothing where it is the same."""
    was = frozen().get(case, {}).get("hash")
    return "" if hash_ == was else f"the instance {case} means something else than what was frozen (hash {was} -> {hash_}). {HOW}"


def cost_problem(case: str, objective: float) -> str:
    """What is to be said where the least cost of a case is another than the frozen one; nothing where it is the same."""
    was = frozen().get(case, {}).get("objective")
    same = was is not None and abs(objective - was) <= 1e-9 * abs(was)
    return "" if same else f"the least cost of {case} is {objective!r} and was frozen as {was!r}. {HOW}"


def main() -> None:
    """Solve everything and write it down; say what is new."""
    before = frozen() if FILE.is_file() else {}
    with ProcessPoolExecutor(2) as pool:
        found = dict(zip(CASES, pool.map(measure, CASES), strict=True))
    lines = ["# Written by `python -m tests.freeze`. A change here needs its reason under 'Changes results' in CHANGELOG.md."]
    for case, now in found.items():
        lines += ["", f'["{case}"]', *(f"{key} = {json.dumps(value)}" for key, value in now.items())]
        was = before.get(case)
        print(f"{case}: " + ("the same" if was == now else f"{was} -> {now}"))
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
