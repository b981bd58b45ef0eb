"""Sixty mutants in every run of the tests; `make fuzz` runs thousands. The rule is that of tests/fuzz/running.py."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from planner import cli
from tests.fuzz import running
from tests.fuzz.running import INSTANCES, run_mutant
from tests.fuzz.saved_running import KINDS, run_saved, save_all

FIRST = 20_261_100


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("seed", range(FIRST, FIRST + 60, 10))
def test_mutants_end_with_a_message_and_a_code(seed: int) -> None:
    endings = [run_mutant(one, seconds=20.0, only_toy=True) for one in range(seed, seed + 10)]
    assert {ending.code for ending in endings} <= {0, 2, 3}
    assert not [ending for ending in endings if ending.wrong]


def test_a_seed_makes_the_same_mutant_again() -> None:
    one, other = run_mutant(FIRST, 20.0, only_toy=True), run_mutant(FIRST, 20.0, only_toy=True)
    assert one.what.split(" | ")[0] == other.what.split(" | ")[0] and one.code == other.code


@pytest.mark.parametrize("way", ["traceback", "hang", "unexpected", "half a run"])
def test_the_fuzzer_sees_what_breaks_the_rule(way: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken() -> None:
        while way == "hang":
            pass
        if way == "traceback":
            raise RuntimeError("not caught")
        (tmp_path / "out" / "run").mkdir(parents=True)
        print("a message", file=__import__("sys").stderr)
        raise SystemExit(1 if way == "unexpected" else 2)

    monkeypatch.setattr(cli, "main", broken)
    shutil.copytree(INSTANCES / "toy", tmp_path / "toy")
    code, out, err, late = running.run_planner(["solve"], 0.5)
    assert late if way == "hang" else running._what_is_wrong(code, out, err, tmp_path / "out")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_all(tmp_path_factory.mktemp("saved"))


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_saved_may_be_broken_too(kind: str, whole: Path) -> None:
    endings = [run_saved(FIRST + number, kind, whole, seconds=30.0) for number in range(15)]
    assert not [ending for ending in endings if ending.wrong]
    codes = {ending.code for ending in endings}
    assert codes == {2} if kind == "run" else len(codes) > 1  # of a run folder every file is held against its hash
