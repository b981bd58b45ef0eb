"""A store that is not whole: the file and the reason are named, and what is lost is answered again."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import planner
from planner.errors import PlannerError
from planner.sweeping.store import Store
from tests.sweeping.designs import toy, write

MERGED, POINT = "merged/000000.parquet", "points/0000002.parquet"


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with points 0, 1 and 3 in one file and point 2 in its own."""
    folder = tmp_path_factory.mktemp("store")
    planner.sweep(toy(), write(folder, 4), folder / "out", workers=1)
    store = Store.open(folder / "out")
    (row,) = store._read([folder / "out" / MERGED]).slice(2, 1).to_pylist()
    store.forget({2})
    store.add(row)
    return folder


@pytest.fixture
def store(swept: Path, tmp_path: Path) -> Path:
    shutil.copytree(swept / "out", tmp_path / "out")
    shutil.copy(swept / "design.toml", tmp_path)
    return tmp_path / "out"


def replaced_by_a_link(path: Path) -> None:
    shutil.move(path, path.parents[2] / "elsewhere")
    path.symlink_to(path.parents[2] / "elsewhere")


def replaced_by_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def changed(name: str, value: Any) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        table = pq.read_table(path)
        column = pa.array([value] * len(table))
        place = table.schema.get_field_index(name)
        pq.write_table(table.append_column(name, column) if place < 0 else table.set_column(place, name, column), path)

    return change


def bomb(path: Path) -> None:
    """Few bytes that unpack to gigabytes: a long text, often."""
    rows = 8
    reason = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["x" * 200_000]))
    pq.write_table(pa.table({"point": list(range(rows)), "status": ["failed"] * rows, "reason": reason}), path)


BROKEN: dict[str, tuple[Callable[[Path], Any], str]] = {
    "cut": (lambda path: path.write_bytes(path.read_bytes()[:-100]), "no Parquet file"),
    "empty": (lambda path: path.write_bytes(b""), "no Parquet file"),
    "noise": (lambda path: path.write_bytes(os.urandom(5_000)), "no Parquet file"),
    "link": (replaced_by_a_link, "a symbolic link"),
    "pipe": (replaced_by_a_pipe, "it is no file"),
    "another point": (changed("point", 9), "a point 9"),
    "no such status": (changed("status", "splendid"), "a status 'splendid'"),
    "text for a number": (changed("objective", "x"), "its column objective is large_string, expected double"),
    "an escape": (changed("reason", "\x1b[31m"), "the control character U\\+001B"),
    "another column": (changed("strange", 1.0), "a column strange"),
    "a long text": (bomb, "a text of more than 100,000 characters"),
}  # fmt: skip


@pytest.mark.parametrize("file", [MERGED, POINT])
@pytest.mark.parametrize("way", BROKEN)
def test_a_file_of_points_that_is_not_whole_is_named(way: str, file: str, store: Path) -> None:
    break_it, reason = BROKEN[way]
    break_it(store / file)
    for read in (planner.load_sweep, lambda place: planner.sweep(toy(), place.parent / "design.toml", place, resume=True)):
        with pytest.raises(PlannerError, match=f"out holds no whole sweep: {file}: .*{reason}.*; sweep --resume --retry answers"):
            read(store)


@pytest.mark.parametrize(("file", "way"), [(MERGED, "cut"), (POINT, "noise"), (POINT, "pipe"), (MERGED, "link")])
def test_what_is_lost_is_answered_again(file: str, way: str, store: Path) -> None:
    before = planner.load_sweep(store).results
    BROKEN[way][0](store / file)
    again = planner.sweep(toy(), store.parent / "design.toml", store, workers=1, resume=True, retry=True)
    assert again.counts == {"optimal": 4}
    kept = [2] if file == MERGED else [0, 1, 3]
    pd.testing.assert_frame_equal(again.results.iloc[kept], before.iloc[kept], check_dtype=False)  # the seconds too
    assert again.results["objective"].to_list() == pytest.approx(before["objective"].to_list(), rel=1e-9)
    if way == "link":
        assert (store.parent / "elsewhere").exists()


def edited(file: str, *path: Any, value: Any) -> Callable[[Path], None]:
    def edit(store: Path) -> None:
        said = json.loads((store / file).read_text(encoding="utf-8"))
        place = said
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        (store / file).write_text(json.dumps(said), encoding="utf-8")

    return edit


@pytest.mark.parametrize(
    ("break_it", "reason"),
    [
        (edited("sweep.json", "time_limit", value="x"), "sweep.json: time_limit is 'x', expected a number"),
        (edited("sweep.json", "unit", value="\u202egnp"), "sweep.json: the control character U\\+202E"),
        (edited("design.json", "points", 1, "number", value=7), "design.json: its points are not numbered from 0"),
        (edited("design.json", "points", 1, "values", value=[1.0]), "design.json: point 1 has 1 values"),
        (edited("design.json", "points", 1, "changes", value=[["launch.rocket.price", "/", 1.0]]), "design.json: point 1 changes"),
        (edited("design.json", "factors", 0, "varied", "low", value=5.0), "design.json: the range of 'launch price' runs from 5 to 3"),
        (edited("design.json", "factors", 0, "varied", "laws", value=[{"address": 3}]), "design.json: factors.0.varied.laws.0.address is '3', expected text"),
        (edited("design.json", "factors", 0, "name", value="status"), "design.json: 'status' is the name of two columns"),
        (edited("design.json", "method", value="guess"), "design.json: method is 'guess', which it cannot be"),
        (lambda store: (store / "design.json").write_text("[" * 100_000), "design.json: it is no JSON of use: brackets"),
        (lambda store: (store / "sweep.json").write_text("{"), "sweep.json: it is no JSON"),
        (lambda store: shutil.rmtree(store / "merged"), "merged: No such file"),
        (lambda store: (store / "points" / "x.parquet").write_bytes(b""), "points/x.parquet: it is called as no file of points is"),
    ],
)  # fmt: skip
def test_what_was_asked_is_checked(break_it: Callable[[Path], None], reason: str, store: Path) -> None:
    break_it(store)
    with pytest.raises(PlannerError, match=f"out holds no (whole )?sweep: {reason}"):
        planner.load_sweep(store)


def test_another_design_in_its_place_is_no_sweep_to_go_on_with(store: Path) -> None:
    edited("design.json", "points", 1, "values", value=[1.0, 1.0])(store)
    with pytest.raises(PlannerError, match="holds another sweep: it cannot go on\nits design was"):
        planner.sweep(toy(), store.parent / "design.toml", store, resume=True)


def test_what_lies_behind_a_link_is_not_swept_out(store: Path, tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    kept = tmp_path / "theirs" / ".x.part"
    kept.touch()
    (store / "more").symlink_to(tmp_path / "theirs")
    planner.sweep(toy(), store.parent / "design.toml", store, workers=1, resume=True)
    assert kept.exists()


def test_a_file_without_a_point_is_no_fault(store: Path) -> None:
    pq.write_table(pq.read_table(store / MERGED).slice(0, 0), store / MERGED)
    again = planner.sweep(toy(), store.parent / "design.toml", store, workers=1, resume=True, retry=True)
    assert again.counts == {"optimal": 4}
