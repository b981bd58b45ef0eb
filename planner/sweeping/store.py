"""The store of a sweep: a folder to which every finished point is added, whole or not at all.

    sweep.json            what was asked: design, instance, options (one object, written first)
    design.json           its factors and points
    instance/             the instance that is swept, resolved
    points/N.parquet      a finished point: one row
    merged/N.parquet      many finished points in one file, from which a large sweep loads in seconds
    analysis/             tables, sentences and pictures, once it was analysed
    lock                  held by the process that fills the store

A file is written under a name of its own, forced to the disk and renamed, so that a kill, a crash or a full disk leaves every
finished point readable and none half. The process that fills a store holds a lock on it, which ends with the process.

A store may come from a stranger, or from a disk that lost something: it is read as `planner.foreign` says. A file of points that
is not whole is named, and goes where the points are to be answered again (`--resume --retry`).
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from planner import foreign
from planner.errors import PlannerError
from planner.foreign import Unfit
from planner.instance import Instance
from planner.sweeping.asked import LARGEST_FACTS, check_design, check_facts, check_said
from planner.sweeping.design_files import as_dict, from_dict
from planner.sweeping.points import Design

#: How often a store is read anew that another process merges meanwhile.
_READINGS = 5

_R = TypeVar("_R")

#: A file of many points may hold one more than once, where a merge was killed; no more often than this.
_TIMES = 10

#: How a finished point may have ended.
STATUSES = ("optimal", "infeasible", "unbounded", "stopped", "failed", "invalid", "hung", "crashed")

#: How the files of single points and of many are called, without their ending.
_NAMES = {"points": re.compile(r"\d{7,12}"), "merged": re.compile(r"\d{6,12}")}

#: A finished point, by column.
Row = Mapping[str, Any]

#: The columns that every result has beside the factors and quantities of its design, and what they are made of.
COLUMNS: dict[str, pa.DataType] = {
    "point": pa.int64(), "name": pa.string(), "scenarios": pa.list_(pa.string()), "changes": pa.list_(pa.string()),
    "status": pa.string(), "reason": pa.string(), "idle": pa.list_(pa.string()), "objective": pa.float64(),
    "instance_hash": pa.string(),
    "method": pa.string(), "iterations": pa.int64(), "gap": pa.float64(), "primal_infeasibility": pa.float64(),
    "dual_infeasibility": pa.float64(), "complementarity": pa.float64(), "cold_objective": pa.float64(),
    "built": pa.bool_(), "attempts": pa.int64(), "seconds": pa.float64(), "seconds_compile": pa.float64(),
    "seconds_solve": pa.float64(), "seconds_certify": pa.float64(), "seconds_cold": pa.float64(),
}  # fmt: skip


class Store:
    """The folder of a sweep, `folder`, and what it says was asked, `facts`."""

    def __init__(self, folder: Path, design: Design, facts: Mapping[str, Any]) -> None:
        self.folder, self.design, self.facts = folder, design, facts
        named = {name: pa.float64() for name in (*(f.name for f in design.factors), *design.quantities)}
        self.schema = pa.schema({**COLUMNS, **named})

    @classmethod
    def create(cls, folder: Path, design: Design, instance: Instance, facts: Mapping[str, Any]) -> Store:
        """A new store. Raises PlannerError where the folder exists already or cannot be written."""
        from planner.folders import whole_folder

        with whole_folder(folder) as scratch:
            (scratch / "points").mkdir()
            (scratch / "merged").mkdir()
            instance.write(scratch / "instance")
            (scratch / "design.json").write_text(json.dumps(as_dict(design)) + "\n", encoding="utf-8")
            (scratch / "sweep.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
        return cls(folder, design, facts)

    @classmethod
    def open(cls, folder: Path) -> Store:
        """A store that is there. Raises PlannerError where the folder holds no whole sweep."""
        try:
            facts = foreign.json_object(folder / "sweep.json", LARGEST_FACTS)
            check_facts(facts)
            said = foreign.json_object(folder / "design.json")
            check_said(said)
            design = from_dict(said)
            check_design(design, tuple(COLUMNS))
            for name in _NAMES:
                foreign.entries(folder / name)
        except OSError as error:
            raise PlannerError(f"{folder} holds no sweep: {Path(error.filename or folder).name}: {error.strerror}") from None
        except Unfit as error:
            raise PlannerError(f"{folder} holds no whole sweep: {error}") from None
        return cls(folder, design, facts)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Meanwhile no other process fills the store. Raises PlannerError where one does so already, or it cannot be written."""
        lock = self.folder / "lock"
        try:
            handle = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644)
        except OSError as error:
            raise PlannerError(f"{lock} cannot be written: {error.strerror}") from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(handle)
            if isinstance(error, BlockingIOError):
                raise PlannerError(f"{self.folder} is being filled by another process, expected to be the only one") from None
            raise PlannerError(f"{lock} cannot be locked: {error.strerror}") from None
        try:
            yield
        finally:
            os.close(handle)

    def finished(self) -> set[int]:
        """The numbers of the points that are in the store."""

        def read(singles: list[Path], merged: list[Path]) -> set[int]:
            tables = (self._whole(path)["point"].to_pylist() for path in merged)
            return {number for numbers in tables for number in numbers} | {int(path.stem) for path in singles}

        return self._read_whatever(read)

    def has(self, number: int) -> bool:
        """Whether a point is in the store, for one that has not been merged."""
        return self._single(number).exists()

    def unmerged(self) -> int:
        """How many points are files of their own."""
        return len(self._singles())

    def add(self, row: Row) -> None:
        """Add a finished point, whole or not at all. Raises PlannerError where it cannot be written."""
        write_whole(self._single(row["point"]), self._table([row]))

    def add_many(self, rows: Sequence[Row]) -> None:
        """Add finished points in one file; for the one process that fills the store. Raises as `add`."""
        write_whole(self._next_merged(), self._table(rows))

    def merge(self, numbers: set[int] | None = None) -> None:
        """Put all points, or some that are files of their own, into one file; a kill leaves some in both, which load once."""
        # By name, and not as listed: a folder on another machine may be listed as it was some time ago.
        paths = [*self._singles(), *self._merged()] if numbers is None else [self._single(number) for number in sorted(numbers)]
        if len(paths) < 2:
            return
        write_whole(self._next_merged(), self._read(paths))
        for path in paths:
            path.unlink()

    def forget(self, numbers: set[int]) -> None:
        """Take points out of the store, to be answered again."""
        for number in numbers:
            self._single(number).unlink(missing_ok=True)
        for path in self._merged():
            table = self._read([path])
            kept = table.filter(pa.array([number not in numbers for number in table["point"].to_pylist()], pa.bool_()))
            if len(kept) < len(table):
                write_whole(path, kept)

    def results(self) -> pd.DataFrame:
        """A row a finished point, by number: factors, status, objective, quantities, certificate, seconds."""
        frame = self._read_whatever(lambda singles, merged: self._read([*merged, *singles])).to_pandas()
        return frame.drop_duplicates("point").sort_values("point", ignore_index=True)

    def sweep_out(self) -> None:
        """Remove what writing left behind where it was killed."""
        for folder in map(self.folder.joinpath, _NAMES):
            for path in folder.glob(".*.part"):
                path.unlink(missing_ok=True)

    def broken(self) -> dict[Path, str]:
        """The files of points that are not whole, each with the reason."""
        found = {}
        for path in [*self._merged(), *self._singles()]:
            try:
                self._checked(path)
            except Unfit as error:
                found[path] = str(error)
        return found

    def drop_broken(self) -> None:
        """Remove the files of points that are not whole: their points are missing then, and answered again."""
        for path in self.broken():
            try:
                path.unlink()
            except OSError as error:
                raise PlannerError(f"{path} is not whole and cannot be removed: {error.strerror}") from None

    def _read_whatever(self, read: Callable[[list[Path], list[Path]], _R]) -> _R:
        """What is read from the files of single points and of many, also while another process merges them."""
        for left in reversed(range(_READINGS)):
            singles = self._singles()  # listed first: a point that moves meanwhile is then in both lists
            try:
                return read(singles, self._merged())
            except FileNotFoundError as error:
                if not left:
                    raise PlannerError(f"{self.folder} changes faster than it can be read: {error}") from None
        raise AssertionError("the last reading returns or raises")

    def _table(self, rows: Sequence[Row]) -> pa.Table:
        filled = [{name: row.get(name) for name in self.schema.names} for row in rows]
        return pa.Table.from_pylist(filled, self.schema)

    def _read(self, paths: Sequence[Path]) -> pa.Table:
        tables = [self._table([]), *(self._whole(path) for path in paths)]
        return pa.concat_tables(tables, promote_options="default")  # stores of earlier versions have fewer columns

    def _whole(self, path: Path) -> pa.Table:
        try:
            return self._checked(path)
        except Unfit as error:
            again = "sweep --resume --retry answers its points again"
            raise PlannerError(f"{self.folder} holds no whole sweep: {path.parent.name}/{error}; {again}") from None

    def _checked(self, path: Path) -> pa.Table:
        """The finished points of a file. Raises Unfit where they are none of this store's."""
        if not _NAMES[path.parent.name].fullmatch(path.stem):
            raise Unfit(f"{path.name}: it is called as no file of points is")
        found = foreign.table(path, _TIMES * len(self.design.points) + 1_000)
        columns = {
            name: self._cast(path.name, name, column) for name, column in zip(found.column_names, found.columns, strict=True)
        }
        found = pa.table(columns)
        foreign.fits(path.name, found, {"point": pa.types.is_int64, "status": pa.types.is_string})
        points, statuses = found["point"].to_pylist(), set(found["status"].to_pylist())
        if strange := [number for number in points if not 0 <= number < len(self.design.points)]:
            raise Unfit(f"{path.name}: it has a point {strange[0]}, which the design has not")
        if path.parent.name == "points" and points != [int(path.stem)]:
            raise Unfit(f"{path.name}: it is not that of point {int(path.stem)} alone")
        if strange_one := statuses.difference(STATUSES):
            raise Unfit(f"{path.name}: it has a status '{min(strange_one)}'")
        return found

    def _cast(self, file: str, name: str, column: Any) -> Any:
        place = self.schema.get_field_index(name)
        if place < 0:
            raise Unfit(f"{file}: it has a column {name}, which no point has")
        expected = self.schema.field(place).type
        if column.type != foreign.read_as(expected) and not pa.types.is_null(column.type):
            raise Unfit(f"{file}: its column {name} is {column.type}, expected {expected}")
        return column.cast(expected)

    def _next_merged(self) -> Path:
        number = 1 + max((int(path.stem) for path in self._merged() if path.stem.isdecimal()), default=-1)
        return self.folder / "merged" / f"{number:06d}.parquet"

    def _single(self, number: int) -> Path:
        return self.folder / "points" / f"{number:07d}.parquet"

    def _singles(self) -> list[Path]:
        return _parquet_files(self.folder / "points")

    def _merged(self) -> list[Path]:
        return _parquet_files(self.folder / "merged")


def _parquet_files(folder: Path) -> list[Path]:
    try:
        return [path for path in foreign.entries(folder) if path.suffix == ".parquet" and path.name[0] != "."]
    except Unfit as error:
        raise PlannerError(f"{folder.parent} holds no whole sweep: {error}") from None


def write_whole(path: Path, table: pa.Table) -> None:
    """Write a table to a file that appears whole or not at all, also where the machine stops. Raises PlannerError."""
    try:
        part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
        try:
            with part.open("xb") as file:
                pq.write_table(table, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise PlannerError(f"{path} cannot be written: {error.strerror or error}") from error
