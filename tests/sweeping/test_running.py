"""Sweeps: what solving one by one finds; every point ends with a result; what is finished stays, and is not done again."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import planner
from planner.sweeping import processes, tasks
from planner.sweeping.measures import parse_measure
from planner.sweeping.points import instance_at
from planner.sweeping.store import Store
from tests.sweeping.designs import TOY, facts, toy, write

TIMES = ["seconds", "seconds_compile", "seconds_solve", "seconds_certify", "seconds_cold"]


def outcomes(sweep: planner.Sweep) -> pd.DataFrame:
    return sweep.results.drop(columns=TIMES)


def test_a_sweep_finds_what_solving_each_point_finds(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    found = planner.sweep(
        toy(), write(tmp_path), tmp_path / "out", workers=2, check_every=4, watch=lambda *so_far: told.append(so_far)
    )
    assert found.counts == {"optimal": 8} and told[-1] == (8, 8)
    assert found.results["cold_objective"].notna().sum() == 2
    for point, row in zip(found.design.points, found.results.itertuples(), strict=True):
        instance = instance_at({(): toy()}, point)
        plan = planner.solve(instance)
        assert row.objective == pytest.approx(plan.objective, rel=1e-9)
        assert row.instance_hash == instance.hash
        assert row.gap <= 1e-7
    for name in found.design.quantities:
        assert parse_measure(name, toy()).name in found.results


def test_results_hang_on_neither_workers_nor_interruptions(tmp_path: Path) -> None:
    design = planner.read_design(write(tmp_path, 16), toy())
    whole = planner.sweep(toy(), design, tmp_path / "whole", workers=1)
    again = planner.sweep(toy(), design, tmp_path / "again", workers=2)
    pd.testing.assert_frame_equal(outcomes(whole), outcomes(again))


def test_what_has_no_plan_is_a_result_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "list.toml"
    path.write_text(
        'method = "scenarios"\nquantities = ["compute.in_service@2036"]\n'
        '[[scenario]]\nname = "as it is"\n'
        '[[scenario]]\nname = "more than Earth holds"\n[scenario.set]\n"limits.floor.lower" = 6\n',
        encoding="utf-8",
    )
    found = planner.sweep(with_a_floor(tmp_path), path, tmp_path / "out", workers=1)
    assert list(found.results["status"]) == ["optimal", "infeasible"]
    assert "floor" in found.results["reason"][1] and "earth_ceiling" in found.results["reason"][1]
    assert found.counts == {"optimal": 1, "infeasible": 1} and "1 infeasible: " in str(found)


def with_a_floor(folder: Path) -> planner.Instance:
    """The toy with a floor of 0 GW on Earth, where 5.5 GW is the most."""
    shutil.copytree(TOY, folder / "floor")
    with (folder / "floor" / "limits.csv").open("a", encoding="utf-8") as file:
        file.write("floor,compute.in_service,,earth,year,lower,GW,0,,,assumption: for a test,,,,,\n")
    return planner.load(folder / "floor")


def test_crashes_and_hangs_are_bounded_recorded_and_the_others_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "COMMAND", ("-m", "tests.sweeping.faulty_child", str(tmp_path)))
    monkeypatch.setattr(tasks, "PATIENCE", (1.0, 4.0))
    found = planner.sweep(toy(), write(tmp_path), tmp_path / "out", workers=2, time_limit=1.0)
    status = dict(zip(found.results["point"], found.results["status"], strict=True))
    assert {number for number, said in status.items() if said == "hung"} == {3}
    assert {number for number, said in status.items() if said == "crashed"} == {5}
    assert sum(said == "optimal" for said in status.values()) == 6
    by_point = found.results.set_index("point")
    assert "signal 11" in by_point["reason"][5] and "no answer in 6 s" in by_point["reason"][3]
    assert by_point["attempts"][5] == 2 and by_point["attempts"][7] == 2
    monkeypatch.undo()
    mended = planner.sweep(toy(), write(tmp_path), tmp_path / "out", workers=2, time_limit=1.0, resume=True, retry=True)
    assert mended.counts == {"optimal": 8}
    kept, before = (r.results[~r.results["point"].isin([3, 5])].reset_index(drop=True) for r in (mended, found))
    pd.testing.assert_frame_equal(kept, before, check_dtype=False)


def test_a_sweep_goes_on_with_exactly_what_is_missing(tmp_path: Path) -> None:
    found = planner.sweep(toy(), write(tmp_path), tmp_path / "out", workers=1)
    store = Store.open(tmp_path / "out")
    store.forget({2, 6})
    assert store.finished() == {0, 1, 3, 4, 5, 7}
    store.add({"point": 2, "status": "optimal", "scenarios": []})  # one that lies as a file of its own, as after a kill
    told: list[tuple[int, int]] = []
    watch = lambda *so_far: told.append(so_far)
    again = planner.sweep(toy(), write(tmp_path), tmp_path / "out", workers=1, resume=True, watch=watch)
    assert max(finished for finished, _ in told) == 8 and told[0] == (7, 8)
    store.forget({2})
    again = planner.sweep(toy(), write(tmp_path), tmp_path / "out", workers=1, resume=True)
    same = [0, 1, 3, 4, 5, 7]
    pd.testing.assert_frame_equal(found.results.iloc[same], again.results.iloc[same])  # the seconds too: nothing was repeated
    assert again.results["objective"].to_list() == pytest.approx(found.results["objective"].to_list(), rel=1e-9)


def test_a_store_is_of_one_sweep(tmp_path: Path) -> None:
    planner.sweep(toy(), write(tmp_path, 2), tmp_path / "out", workers=1)
    with pytest.raises(planner.PlannerError, match="holds a sweep already"):
        planner.sweep(toy(), write(tmp_path, 2), tmp_path / "out")
    with pytest.raises(planner.PlannerError, match=r"its design was [0-9a-f]{12}\.\.\., and is [0-9a-f]{12}\.\.\.$"):
        planner.sweep(toy(), write(tmp_path, 4), tmp_path / "out", resume=True)
    dearer = toy().replace({"launch.rocket.price": ("*", 2)})
    with pytest.raises(planner.PlannerError, match="its instance_hash was"):
        planner.sweep(dearer, write(tmp_path, 2), tmp_path / "out", resume=True)
    with Store.open(tmp_path / "out").locked(), pytest.raises(planner.PlannerError, match="another process"):
        planner.sweep(toy(), write(tmp_path, 2), tmp_path / "out", resume=True)
    with pytest.raises(planner.PlannerError, match=r"holds no sweep: sweep.json: No such file or directory$"):
        planner.load_sweep(tmp_path)


class Far(Executor):
    """An executor whose tasks see no store, as on a machine with disks of its own."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(replace(args[0], folder="/nowhere")))
        return future


def test_rows_come_back_where_the_store_cannot_be_reached(tmp_path: Path) -> None:
    near = planner.sweep(toy(), write(tmp_path), tmp_path / "near", workers=1)
    far = planner.sweep(toy(), write(tmp_path), tmp_path / "far", workers=1, executor=Far())
    pd.testing.assert_frame_equal(outcomes(near), outcomes(far))


def test_any_executor_of_the_standard_interface_will_do(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2) as pool:
        found = planner.sweep(toy(), write(tmp_path, 4), tmp_path / "out", executor=pool, workers=2)
    assert found.counts == {"optimal": 4}


def test_an_executor_that_breaks_leaves_what_is_finished(tmp_path: Path) -> None:
    with ProcessPoolExecutor(1) as pool:
        pool.submit(os.getpid).result()
        for process in list(pool._processes.values()):  # what a killed worker does to the standard pool
            process.kill()
        with pytest.raises(planner.SolverLimit, match=r"of 4 points are finished and kept in .*; --resume goes on"):
            planner.sweep(toy(), write(tmp_path, 4), tmp_path / "out", executor=pool)
    assert planner.sweep(toy(), write(tmp_path, 4), tmp_path / "out", resume=True).counts == {"optimal": 4}


def test_merged_results_are_the_same_and_a_kill_between_leaves_none_twice(tmp_path: Path) -> None:
    design = planner.read_design(write(tmp_path, 16), toy())
    store = Store.create(tmp_path / "out", design, toy(), facts(design))
    rows = [{"point": n, "status": "optimal", "objective": n / 3, "launch price": 1.0 + n, "scenarios": []} for n in range(16)]
    for row in rows[:10]:
        store.add(row)
    before = store.results()
    kept = {path.name: path.read_bytes() for path in (tmp_path / "out" / "points").iterdir()}
    store.merge({0, 1, 2, 3})
    assert store.unmerged() == 6 and store.finished() == set(range(10))
    pd.testing.assert_frame_equal(store.results(), before)
    for name in list(kept)[:2]:  # as if it had been killed before these were removed
        (tmp_path / "out" / "points" / name).write_bytes(kept[name])
    pd.testing.assert_frame_equal(store.results(), before)
    for row in rows[10:]:
        store.add(row)
    store.merge()
    assert store.unmerged() == 0 and list(store.results()["objective"]) == [n / 3 for n in range(16)]


def test_a_number_that_is_not_there_is_an_error_with_the_nearest(tmp_path: Path, run: Any) -> None:
    planner.sweep(toy(), write(tmp_path, 2), tmp_path / "out", workers=1)
    said = run("analyse", str(tmp_path / "out"), "--quantity", "objectiv", "--quantity", "objective")
    assert said.code == 2 and "has no column 'objectiv'" in said.err and "did you mean 'objective'?" in said.err
    assert not (tmp_path / "out" / "analysis").exists()
    assert run("analyse", str(tmp_path / "out"), "--quantity", "objective").code == 0


class Lost(Executor):
    """An executor that ends many tasks at a time and then loses one, with an error of its own, as Dask does."""

    def __init__(self, error: BaseException | None) -> None:
        self.error, self.asked = error, 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.asked += 1
        future: Future[Any] = Future()
        if self.asked < 4:
            future.set_result(fn(replace(args[0], folder="/nowhere")))
        elif self.error is None:
            future.cancel()
            future.set_running_or_notify_cancel()
        else:
            future.set_exception(self.error)
        return future


@pytest.mark.parametrize(
    ("error", "said"),
    [(TimeoutError("the worker died too often"), "TimeoutError: the worker died too often"), (None, "CancelledError")],
)
def test_what_others_finished_is_kept_where_a_task_is_lost(error: BaseException | None, said: str, tmp_path: Path) -> None:
    design = planner.read_design(write(tmp_path), toy())
    with pytest.raises(planner.SolverLimit, match=rf"the executor failed \({said}.*: 3 of 8 points are finished and kept"):
        planner.sweep(toy(), design, tmp_path / "out", workers=1, executor=Lost(error))
    assert len(planner.load_sweep(tmp_path / "out").results) == 3
    assert planner.sweep(toy(), design, tmp_path / "out", workers=1, resume=True).counts == {"optimal": 8}


def test_an_executor_that_takes_no_more_is_told_as_such(tmp_path: Path) -> None:
    pool = ProcessPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(planner.SolverLimit, match=r"the executor failed .*shutdown.*0 of 8 points are finished and kept"):
        planner.sweep(toy(), write(tmp_path), tmp_path / "out", executor=pool)


def test_a_store_is_read_while_another_process_merges_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    design = planner.read_design(write(tmp_path, 16), toy())
    store = Store.create(tmp_path / "out", design, toy(), facts(design))
    for number in range(8):
        store.add({"point": number, "status": "optimal", "scenarios": []})
    reader, listed, merged = Store.open(tmp_path / "out"), [], Store._merged

    def merged_meanwhile(self: Store) -> list[Path]:
        found = merged(self)
        if self is reader and not listed:
            listed.append(True)
            store.merge()  # after what is merged was listed, and before it is read
        return found

    monkeypatch.setattr(Store, "_merged", merged_meanwhile)
    assert list(reader.results()["point"]) == list(range(8)) and listed
    listed.clear()
    store.add({"point": 8, "status": "optimal", "scenarios": []})
    assert reader.finished() == set(range(9)) and listed


def test_a_store_that_cannot_be_locked_is_told_as_such(tmp_path: Path) -> None:
    planner.sweep(toy(), write(tmp_path, 2), tmp_path / "out", workers=1)
    (tmp_path / "out" / "lock").unlink()
    (tmp_path / "out" / "lock").mkdir()
    with pytest.raises(planner.PlannerError, match="lock cannot be written: Is a directory"):
        planner.sweep(toy(), write(tmp_path, 2), tmp_path / "out", resume=True)


def test_a_sweep_with_gaps_is_analysed(tmp_path: Path, run: Any) -> None:
    """Points that are not planned yet, and one whose process died, of which little is known."""
    planner.sweep(toy(), write(tmp_path, 16), tmp_path / "out", workers=2)
    store = Store.open(tmp_path / "out")
    store.forget({3, 4})
    store.add({"point": 4, "status": "crashed", "reason": "a test", "scenarios": []})
    said = run("analyse", str(tmp_path / "out"))
    assert said.code == 0 and "2 of 16 points have no plan" in said.out
    table = pd.read_csv(tmp_path / "out" / "analysis" / "results.csv").set_index("point")
    assert len(table) == 16 and table.loc[[3, 4], "changes"].isna().all() and table["changes"].notna().sum() == 14


def test_what_is_no_number_is_not_analysed(tmp_path: Path, run: Any) -> None:
    planner.sweep(toy(), write(tmp_path, 2), tmp_path / "out", workers=1)
    said = run("analyse", str(tmp_path / "out"), "--quantity", "status")
    assert said.code == 2 and "has no column 'status' of numbers, expected one of" in said.err
    with pytest.raises(planner.PlannerError, match="method: no column of numbers"):
        planner.load_sweep(tmp_path / "out").analyse(("method",))


def test_a_factor_that_moves_nothing_at_a_point_leaves_it_its_plan(tmp_path: Path) -> None:
    """A workload that tolerates a tenth of a second more is served at the same sites."""
    path = tmp_path / "design.toml"
    path.write_text(
        'method = "grid"\nquantities = ["compute.in_service[moon]@2036"]\n'
        '[[factor]]\nvary = "compute.chat.max_delay"\nvalues = [0.5, 0.6, 1.5]\n',
        encoding="utf-8",
    )
    base = toy()
    found = planner.sweep(base, path, tmp_path / "out", workers=1, check_every=1)
    assert found.counts == {"optimal": 3}
    assert found.results["objective"].to_list() == pytest.approx(found.results["cold_objective"].to_list(), rel=1e-9)
    assert any(len(idle) for idle in found.results["idle"])


def test_reasons_are_grouped_by_what_their_first_line_says() -> None:
    """The rest of a reason is of its point alone: which limits meet there, and by how much."""
    infeasible = [f"no plan meets every demand and limit\n  floor and ceiling are {n} GW apart" for n in range(24)]
    reasons = ["HiGHS gave up", *infeasible, None, *(f"cause {n}" for n in range(5)), "HiGHS gave up"]
    status = ["failed", *["infeasible"] * 24, "crashed", *["invalid"] * 5, "failed"]
    results = pd.DataFrame({"point": range(len(status)), "status": status, "reason": reasons})
    told = str(planner.Sweep(Path("out"), SimpleNamespace(points=status), results, {})).splitlines()[1:]
    assert told == [
        "24 infeasible: no plan meets every demand and limit",
        "2 failed: HiGHS gave up",
        "1 crashed: no reason was given",
        "1 invalid: cause 0",
        "1 invalid: cause 1",
        "... and 3 more reasons, in the column `reason`",
    ]
