"""A run folder that was changed is reported as changed, with the file, before anything of it is called certified."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import planner
from planner.checked import load_checked
from planner.checksums import SUMS, changed_files, write_sums
from planner.integrity import ChangedRun, check
from planner.reproducing import reproduce
from tests.conftest import Said

TOY = Path(__file__).parents[1] / "instances" / "toy"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    plan = planner.solve(planner.load(TOY), ranging=True)
    return planner.save_plan(plan, tmp_path_factory.mktemp("runs") / "run")


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "run"))


def facts(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    said = json.loads((folder / "summary.json").read_text())
    change(said)
    (folder / "summary.json").write_text(json.dumps(said))


def table(folder: Path, name: str, column: str, by: float) -> None:
    frame = pd.read_parquet(folder / name)
    frame.loc[0, column] += by
    frame.to_parquet(folder / name, index=False)


def solution(folder: Path, name: str, change: Callable[[Any], Any]) -> None:
    with np.load(folder / "solution.npz") as arrays:
        found = dict(arrays)
    found[name] = change(found[name])
    np.savez_compressed(folder / "solution.npz", **found)


def finance(folder: Path) -> None:
    path = folder / "instance" / "parameters" / "finance.csv"
    assert "0.07" in path.read_text()
    path.write_text(path.read_text().replace("0.07", "0.08"))


CHANGES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a table": (lambda f: table(f, "tables/power.build.parquet", "value", 1e-4), "tables/power.build.parquet does not follow from"),
    "a price": (lambda f: table(f, "prices/demand.parquet", "value", 1e-4), "prices/demand.parquet does not follow from"),
    "what assets earn": (lambda f: table(f, "economics/assets.parquet", "cost", 1e-4), "economics/assets.parquet does not follow"),
    "the ledger": (lambda f: table(f, "ledger.parquet", "discounted", 1e-4), "ledger.parquet does not follow from"),
    "values": (lambda f: solution(f, "values", lambda v: v * (1 + 1e-5)), "solution.npz is not optimal for instance/"),
    "duals": (lambda f: solution(f, "duals", lambda v: v * (1 + 1e-5)), "solution.npz is not optimal for instance/"),
    "the instance": (finance, "instance/ has the hash"),
    "the cost": (lambda f: facts(f, lambda said: said.update(objective=said["objective"] * (1 + 1e-6))), "summary.json records objective"),
    "the hash": (lambda f: facts(f, lambda said: said.update(instance_hash="0" * 64)), "and summary.json records 0000"),
    "the gap": (lambda f: facts(f, lambda said: said["certificate"]["gap"].update(scaled=1e-3)), "summary.json records certificate.gap.scaled"),
    "whether it holds": (lambda f: facts(f, lambda said: said["certificate"].update(holds=False)), "summary.json records certificate.holds False"),
}  # fmt: skip


def test_a_whole_run_is_certified(whole: Path) -> None:
    plan = load_checked(whole)
    assert plan.frames.program is not None and check(plan) is plan.frames.program
    assert plan.equals(planner.load_plan(whole))


@pytest.mark.parametrize(("change", "said"), [
    (lambda f: solution(f, "values", lambda v: v[1:]), "solution.npz: values is float64 of the shape"),
    (lambda f: facts(f, lambda said: said.update(rows=5)), "solution.npz: duals is larger than the program, which has 5 of them"),
])  # fmt: skip
def test_what_cannot_be_of_the_program_is_no_whole_run(folder: Path, change: Callable[[Path], Any], said: str) -> None:
    change(folder)
    write_sums(folder)
    with pytest.raises(planner.PlannerError, match=f"is not a whole run folder: {said}"):
        load_checked(folder)


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_found_though_its_hash_is_written_anew(folder: Path, what: str) -> None:
    change, said = CHANGES[what]
    change(folder)
    write_sums(folder)
    with pytest.raises(ChangedRun, match="was changed since it was solved") as caught:
        load_checked(folder)
    assert any(said in problem for problem in caught.value.problems), caught.value.problems
    loaded = planner.load_plan(folder)
    with pytest.raises(ChangedRun):
        loaded.explain(["binding"])
    assert not reproduce(folder).same


@pytest.mark.parametrize("file", ["tables/power.build.csv", "ledger.csv", "run.log", "instance/sites.csv", "summary.json", "tables/power.build.parquet"])
def test_every_file_that_was_touched_is_named(folder: Path, file: str) -> None:
    (folder / file).write_bytes((folder / file).read_bytes() + b"\n")
    assert changed_files(folder) == [f"{file} was changed"]
    (folder / file).unlink()
    assert changed_files(folder) == [f"{file} is missing"]
    (folder / "report.html").write_text("a page that was made later")
    assert changed_files(folder) == [f"{file} is missing"]


def test_hashes_are_those_of_sha256sum(folder: Path) -> None:
    if shutil.which("sha256sum") is None:
        pytest.skip("sha256sum is not installed")
    assert subprocess.run(["sha256sum", "--quiet", "-c", SUMS], cwd=folder, check=False).returncode == 0
    (folder / "ledger.csv").write_text("nothing")
    assert subprocess.run(["sha256sum", "--status", "-c", SUMS], cwd=folder, check=False).returncode == 1


@pytest.mark.parametrize("name", ["../run/ledger.csv", "/etc/hostname", ""])
def test_hashes_of_what_is_not_in_the_folder_are_refused(folder: Path, name: str) -> None:
    (folder / SUMS).write_text(f"{'0' * 64}  {name}\n")
    with pytest.raises(planner.PlannerError, match=f"{SUMS}:1: expected a hash"):
        load_checked(folder)


def test_a_run_without_hashes_is_checked_by_what_it_says(folder: Path) -> None:
    (folder / SUMS).unlink()
    load_checked(folder)
    CHANGES["a table"][0](folder)
    with pytest.raises(ChangedRun, match=r"power\.build\.parquet"):
        load_checked(folder)


def test_commands_say_so_and_write_nothing(folder: Path, whole: Path, run: Callable[..., Said], tmp_path: Path) -> None:
    CHANGES["a table"][0](folder)
    for command in (
        ["report", str(folder), "--out", str(tmp_path / "page.html")], ["explain", str(folder), "--part", "binding"],
        ["export", str(folder), "--to", str(tmp_path / "plan.xlsx")], ["compare", str(whole), str(folder)],
    ):  # fmt: skip
        said = run(*command)
        assert said.code == 2 and "Traceback" not in said.err and not said.out
        assert f"{folder} was changed since it was solved" in said.err and "is not certified" in said.err
        assert "tables/power.build.parquet was changed" in said.err and " rows differ, first " in said.err
    assert not (tmp_path / "page.html").exists() and not (tmp_path / "plan.xlsx").exists()


def test_reproduce_compares_values_and_duals(folder: Path) -> None:
    solution(folder, "values", lambda v: v + np.where(np.arange(len(v)) == 7, 1e-3, 0))
    solution(folder, "duals", lambda v: v + np.where(np.arange(len(v)) == 3, 1e-3, 0))
    found = {(deviation.where, deviation.entry): deviation for deviation in reproduce(folder).deviations}
    program = planner.compile(planner.build(planner.load(TOY)))
    assert set(found) == {("solution/values", program.column_names[7]), ("solution/duals", program.row_names[3])}
    assert all(deviation.recorded == pytest.approx(deviation.again + 1e-3) for deviation in found.values())
