"""Run folders: a plan written to disk, whole or not at all, and read back equal.

summary.json   tables/, prices/, economics/ (*.parquet and *.csv)   ledger.parquet and .csv   instance/   solution.npz   run.log
SHA256SUMS
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planner import foreign
from planner.checksums import write_sums
from planner.errors import InstanceError, PlannerError
from planner.folders import OWN_TABLES, whole_folder
from planner.foreign import Unfit
from planner.highs import Basis, Optimum
from planner.instance import Instance, load
from planner.plan import Frames, Plan
from planner.run_facts import check_facts
from planner.run_tables import read_tables

#: Bytes of summary.json, and the last number by which HiGHS calls the status of a basis.
_LARGEST_SUMMARY, _LAST_STATUS = 10_000_000, 4


def save_plan(plan: Plan, folder: str | Path, log: str = "") -> Path:
    """Write a plan as a run folder and return its path.

    Everything is written beside the folder and moved into place at the end, so that a run that dies leaves no half of
    one. Raises PlannerError where the folder exists already or cannot be written.
    """
    began = time.perf_counter()
    with whole_folder(Path(folder)) as scratch:
        _write_tables(scratch / "tables", plan.tables)
        _write_tables(scratch / "prices", plan.prices)
        _write_tables(scratch / "economics", plan.economics)
        plan.ledger.to_parquet(scratch / "ledger.parquet", index=False)
        _write_csv(plan.ledger, scratch / "ledger.csv")
        plan.instance.write(scratch / "instance")
        _write_solution(scratch / "solution.npz", plan.optimum)
        (scratch / "run.log").write_text(log, encoding="utf-8")
        facts = {**plan.facts, "seconds": {**plan.facts["seconds"], "write": time.perf_counter() - began}, "out": str(folder)}
        _write_json(scratch / "summary.json", facts)
        write_sums(scratch)
    return Path(folder)


def save_stopped(facts: Mapping[str, Any], instance: Instance, folder: str | Path, log: str = "") -> Path:
    """Write what is known of a run that was stopped: `summary.json`, the resolved instance and the log, and no tables."""
    with whole_folder(Path(folder)) as scratch:
        instance.write(scratch / "instance")
        (scratch / "run.log").write_text(log, encoding="utf-8")
        _write_json(scratch / "summary.json", facts)
    return Path(folder)


def save_diagnosis(facts: Mapping[str, Any], instance: Instance, folder: str | Path) -> Path:
    """Write why there is no plan: `diagnosis.json`, and the resolved instance."""
    with whole_folder(Path(folder)) as scratch:
        instance.write(scratch / "instance")
        _write_json(scratch / "diagnosis.json", facts)
    return Path(folder)


def save_tables(tables: Mapping[str, pd.DataFrame], folder: str | Path) -> Path:
    """Write tables as CSV files of their names to a folder of their own and return its path; raises as `save_plan` does."""
    with whole_folder(Path(folder), OWN_TABLES) as scratch:
        for name, table in tables.items():
            _write_csv(table, scratch / f"{name}.csv")
    return Path(folder)


def _write_json(path: Path, facts: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def load_plan(folder: str | Path) -> Plan:
    """The plan of a run folder, equal to the one that was saved.

    The folder may come from a stranger: it is read as `planner.foreign` says. Raises PlannerError where it holds no whole run,
    with the file and the reason.
    """
    source = Path(folder)
    summary = source / "summary.json"
    needed = ("summary.json", "tables", "prices", "economics", "ledger.parquet", "instance", "solution.npz")
    missing = [name for name in needed if not (source / name).exists()]
    if missing:
        raise PlannerError(_no_run(source, missing))
    try:
        facts = foreign.json_object(summary, _LARGEST_SUMMARY)
        check_facts(facts)
        optimum = _read_solution(source / "solution.npz", facts)
        instance = _read_instance(source)
        frames = Frames.made(**read_tables(source, instance))
    except (OSError, Unfit) as error:
        raise PlannerError(f"{source} is not a whole run folder: {error}") from error
    return Plan(instance, frames, facts, optimum)


def _read_instance(source: Path) -> Instance:
    """The copy of the instance. Raises Unfit where it is a link, and InstanceError with the folder of each of its files."""
    foreign.entries(source / "instance")
    try:
        return load(source / "instance")
    except InstanceError as error:
        problems = [replace(problem, file=f"{source / 'instance' / problem.file}") for problem in error.problems]
        raise InstanceError(problems, f"{source} is not a whole run folder: its instance cannot be read") from None


def _no_run(source: Path, missing: list[str]) -> str:
    """Why a path is no run to read: it is no folder, its run found no plan, or something is missing in it."""
    if (source / "diagnosis.json").exists():
        return f"{source} is a run without a plan: its diagnosis.json says why"
    if not source.exists():
        return f"{source} is not a whole run folder: there is no such folder"
    if not source.is_dir():
        return f"{source} is not a whole run folder: it is a file"
    return f"{source} is not a whole run folder: it has no {', '.join(missing)}"


def _write_tables(folder: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    folder.mkdir()
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
        _write_csv(table, folder / f"{name}.csv")


def _write_solution(path: Path, optimum: Optimum) -> None:
    """Values, duals and basis, in the order of the program's columns and rows."""
    basis = {} if optimum.basis is None else {"columns": optimum.basis.columns, "rows": optimum.basis.rows}
    np.savez_compressed(path, values=optimum.values, duals=optimum.duals, **basis)


def _read_solution(path: Path, facts: Mapping[str, Any]) -> Optimum:
    solver = facts["solver"]
    lengths = {"values": ("<f8", facts["columns"]), "duals": ("<f8", facts["rows"])}
    statuses = {"columns": ("i1", facts["columns"]), "rows": ("i1", facts["rows"])}
    found = foreign.arrays(path, {**lengths, **statuses})
    if missing := [name for name in lengths if name not in found]:
        raise Unfit(f"{path.name}: it has no {missing[0]}")
    if (basis := [name for name in statuses if name in found]) and len(basis) < len(statuses):
        raise Unfit(f"{path.name}: it has half a basis")
    if any(((found[name] < 0) | (found[name] > _LAST_STATUS)).any() for name in basis):
        raise Unfit(f"{path.name}: a status of its basis is none that a solver gives")
    return Optimum(
        found["values"], found["duals"], facts["objective"], solver["method"], solver["version"], solver["iterations"],
        facts["seconds"]["solve"], Basis(found["columns"], found["rows"]) if basis else None,
    )  # fmt: skip


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    import pyarrow
    import pyarrow.csv

    options = pyarrow.csv.WriteOptions(quoting_style="needed")
    pyarrow.csv.write_csv(pyarrow.Table.from_pandas(table, preserve_index=False), path, options)
