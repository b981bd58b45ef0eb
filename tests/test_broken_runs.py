"""A run folder that is not whole: exit code 2, and the file and the reason, whatever a stranger has put into it."""

from __future__ import annotations

import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import planner
from planner import foreign, store
from planner.errors import PlannerError
from tests.conftest import Said
from tests.solved import solved
from tests.variants import toy as toy_variant


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store.save_plan(solved(toy_variant), tmp_path_factory.mktemp("whole") / "run")


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "run")
    return tmp_path / "run"


class Evil:
    """What, unpickled, makes a folder."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("unpickled",)


def edited(*path: str, value: Any) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        said = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        place = said
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        (folder / "summary.json").write_text(json.dumps(said), encoding="utf-8")

    return edit


def arrays(**changed: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        with np.load(folder / "solution.npz") as packed:
            found = dict(packed) | {name: change(packed[name]) for name, change in changed.items()}
        np.savez_compressed(folder / "solution.npz", **{name: array for name, array in found.items() if array is not None})

    return change


def zip_bomb(folder: Path) -> None:
    """300 kB that unpack to 300 MB."""
    with zipfile.ZipFile(folder / "solution.npz", "w", zipfile.ZIP_DEFLATED) as packed, packed.open("values.npy", "w") as stream:
        for _ in range(300):
            stream.write(bytes(1_000_000))


def claim(folder: Path) -> None:
    """A header that promises a petabyte."""
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "<f8", "fortran_order": False, "shape": (10**14,)})
    with zipfile.ZipFile(folder / "solution.npz", "w") as packed:
        packed.writestr("values.npy", stream.getvalue())


def parquet(file: str, name: str, column: Callable[[pa.Table], Any] | None) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        table = pq.read_table(folder / file)
        place = table.schema.get_field_index(name)
        changed = table.remove_column(place) if column is None else table.set_column(place, name, column(table))
        pq.write_table(changed, folder / file)

    return change


def link(file: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        shutil.move(folder / file, folder.parent / "elsewhere")
        (folder / file).symlink_to(folder.parent / "elsewhere")

    return change


def pipe(file: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / file).unlink()
        os.mkfifo(folder / file)

    return change


LEDGER, RUNNING = "ledger.parquet", "tables/compute.run.parquet"
BROKEN: dict[str, tuple[Callable[[Path], Any], str]] = {
    "no number": (edited("objective", value=float("nan")), "summary.json: objective is 'nan', expected a finite number"),
    "text for a number": (edited("solver", "iterations", value="x"), "summary.json: solver.iterations is 'x', expected a whole number"),
    "no truth value": (edited("certificate", "holds", value=1), "summary.json: certificate.holds is '1', expected true or false"),
    "more rows than a program has": (edited("rows", value=10**12), "summary.json: rows is '1000000000000', expected a smaller number"),
    "an escape": (edited("unit", value="\x1b[31mGUSD"), r"summary.json: the control character U\+001B, expected text"),
    "half a character": (edited("instance", value="\ud800"), "summary.json: half a character"),
    "brackets": (lambda folder: (folder / "summary.json").write_text("[" * 100_000), "summary.json: it is no JSON of use"),
    "a list": (lambda folder: (folder / "summary.json").write_text("[]"), "summary.json: it holds no object"),
    "a large summary": (lambda folder: (folder / "summary.json").write_bytes(b" " * 11_000_000), "summary.json: it is larger than 10 MB"),
    "a link": (link("summary.json"), "summary.json: it is a symbolic link"),
    "a linked table": (link(RUNNING), "tables/compute.run.parquet: it is a symbolic link"),
    "a linked folder": (link("tables"), "tables: it is no folder"),
    "a linked instance": (link("instance"), "instance: it is no folder"),
    "a pipe": (pipe("solution.npz"), "solution.npz: it cannot be read: it is no file"),
    "a table that is a pipe": (pipe(LEDGER), "ledger.parquet: it cannot be read: it is no file"),
    "a pickle": (arrays(values=lambda old: np.array([Evil()] * len(old), dtype=object)), "solution.npz: (values is|it cannot be unpacked)"),
    "another length": (arrays(duals=lambda old: old[:-1]), r"solution.npz: duals is float64 of the shape \(\d+,\), expected float64 of the shape \(\d+,\)"),
    "another type": (arrays(values=lambda old: old.astype("f4")), "solution.npz: values is float32"),
    "no values": (arrays(values=lambda old: None), "solution.npz: it has no values"),
    "half a basis": (arrays(rows=lambda old: None), "solution.npz: it has half a basis"),
    "no status": (arrays(rows=lambda old: old + 7), "solution.npz: a status of its basis is none"),
    "values without numbers": (arrays(values=lambda old: old * np.nan), "solution.npz: values has values that are no numbers"),
    "a zip bomb": (zip_bomb, "solution.npz: values is larger than the program"),
    "a claim": (claim, "solution.npz: values is float64 of the shape"),
    "no zip": (lambda folder: (folder / "solution.npz").write_bytes(b"PK\3\4"), "solution.npz: it cannot be unpacked"),
    "no column": (parquet(LEDGER, "site", None), "ledger.parquet: it has no column site"),
    "another kind of column": (parquet(RUNNING, "value", lambda t: pa.array(["x"] * len(t))), "tables/compute.run.parquet: its column value is large_string"),
    "a gap": (parquet(RUNNING, "site", lambda t: pa.nulls(len(t), pa.large_string())), "tables/compute.run.parquet: its column site is .* with gaps"),
    "another place": (parquet(RUNNING, "site", lambda t: pa.array(["atlantis"] * len(t), pa.large_string())), "tables/compute.run.parquet: its instance has no site 'atlantis'"),
    "an infinite value": (parquet(RUNNING, "value", lambda t: pa.array([float("inf")] * len(t))), "tables/compute.run.parquet: value has values that are no numbers"),
    "an escape in a table": (parquet(LEDGER, "item", lambda t: pa.array(["\x9b"] * len(t), pa.large_string())), r"ledger.parquet: the control character U\+009B"),
    "rows twice": (lambda folder: pq.write_table(pa.concat_tables([pq.read_table(folder / RUNNING)] * 2), folder / RUNNING), "tables/compute.run.parquet: it has two rows of the same technology"),
    "a table in the place of another": (lambda folder: shutil.copy(folder / LEDGER, folder / RUNNING), "tables/compute.run.parquet: it has no column slice"),
    "a strange table": (lambda folder: shutil.copy(folder / LEDGER, folder / "tables" / "x.parquet"), "tables/x.parquet: a plan has no such table"),
    "cut": (lambda folder: (folder / LEDGER).write_bytes((folder / LEDGER).read_bytes()[:-9]), "ledger.parquet: it is no Parquet file"),
    "no table of a quantity": (lambda folder: (folder / "tables" / "launch.flow.parquet").unlink(), "tables: it has no launch.flow.parquet"),
    "no tables": (lambda folder: [path.unlink() for path in (folder / "tables").iterdir()], "tables: it has no [a-z_.0-9]*.parquet"),
}  # fmt: skip


@pytest.mark.parametrize("way", BROKEN)
def test_a_run_that_is_not_whole_is_refused(
    way: str, folder: Path, run: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    break_it, reason = BROKEN[way]
    break_it(folder)
    monkeypatch.chdir(folder.parent)
    with pytest.raises(PlannerError, match=f"run is not a whole run folder: {reason}"):
        planner.load_plan(folder)
    said = run("explain", str(folder))
    assert said.code == 2 and "is not a whole run folder" in said.err and "Traceback" not in said.err
    assert not (folder.parent / "unpickled").exists()


def test_an_instance_that_cannot_be_read_is_named_with_its_run(folder: Path) -> None:
    (folder / "instance" / "sites.csv").write_text("site,body\n")
    with pytest.raises(
        planner.InstanceError, match=r"(?s)run/instance/.*run is not a whole run folder: its instance cannot be read$"
    ) as found:
        planner.load_plan(folder)
    assert all(problem.file.startswith(str(folder / "instance")) for problem in found.value.problems)


def test_a_long_text_that_comes_often_is_not_spread_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few bytes on the disk: a text stands there once, and rows refer to it."""
    monkeypatch.setattr(foreign, "LARGEST_TABLE", 10_000_000)
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 1_000, pa.int32()), pa.array(["x" * 90_000]))
    pq.write_table(pa.table({"item": text}), folder / LEDGER)
    assert (folder / LEDGER).stat().st_size < 200_000
    with pytest.raises(foreign.Unfit, match="its texts take more than 10 MB"):
        foreign.table(folder / LEDGER)


def test_what_is_whole_is_read_equal(folder: Path) -> None:
    assert planner.load_plan(folder).equals(solved(toy_variant))


@pytest.mark.parametrize("title", ["\u200fright \u061cto left", "[red]not red[/red]"])
def test_nothing_of_a_title_acts_on_a_terminal(title: str, toy: Path, run: Callable[..., Said]) -> None:
    settings = toy / "instance.toml"
    settings.write_text(f'title = "{title}"\n' + settings.read_text(encoding="utf-8").partition("\n")[2], encoding="utf-8")
    for command in ("check", "solve"):
        said = run(command, str(toy))
        assert said.code == 0 and all(line.isprintable() for line in said.out.split("\n"))
        assert said.out.startswith(title if title.isprintable() else "\\u200fright \\u061cto left")


@pytest.mark.parametrize("way", ["fewer", "none"])
def test_prices_that_are_not_of_the_program_are_refused(way: str, folder: Path, run: Callable[..., Said]) -> None:
    prices = folder / "prices" / "demand.parquet"
    pq.write_table(pq.read_table(prices).slice(1), prices) if way == "fewer" else prices.unlink()
    said = run("explain", str(folder), "--part", "price_stack")
    assert said.code == 2 and "prices/demand" in said.err
