"""The command line: what it prints, where, its exit codes, and that nothing is written when nothing should be."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import planner
from tests.conftest import ROOT, TOY, Said
from tests.instance.broken import CASES
from tests.instance.small import FILES


def test_solve_says_the_answer(run: Callable[..., Said]) -> None:
    said = run("solve", TOY)
    assert said.code == 0
    assert "optimal and certified" in said.out
    assert "Compute first stands on moon in" in said.out
    assert "What binds:" in said.out
    assert said.err == ""


def test_json_is_one_object_with_the_promised_keys(run: Callable[..., Said], tmp_path: Path) -> None:
    said = run("solve", TOY, "--json", "--out", str(tmp_path / "run"))
    found = json.loads(said.out)
    assert said.code == 0 and said.out.count("\n") == 1
    assert {
        "status",
        "objective",
        "unit",
        "instance",
        "instance_hash",
        "rows",
        "columns",
        "nonzeros",
        "seconds",
        "solver",
        "certificate",
        "out",
    } <= found.keys()
    assert {"read", "build", "compile", "solve", "certify", "write"} <= found["seconds"].keys()
    assert {"name", "version", "method", "iterations"} <= found["solver"].keys()
    assert found["status"] == "optimal" and found["certificate"]["holds"] is True
    kept = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert {key: kept[key] for key in kept if key != "seconds"} == {key: found[key] for key in found if key != "seconds"}


def test_run_folder_explains_itself(run: Callable[..., Said], tmp_path: Path) -> None:
    assert run("solve", TOY, "--quiet", "--out", str(tmp_path / "run")).out == ""
    folder = tmp_path / "run"
    assert {path.name for path in folder.iterdir()} == {
        "summary.json",
        "tables",
        "prices",
        "economics",
        "ledger.csv",
        "ledger.parquet",
        "instance",
        "solution.npz",
        "run.log",
        "SHA256SUMS",
    }
    assert (folder / "tables" / "compute.in_service.csv").is_file() and (
        folder / "tables" / "compute.in_service.parquet"
    ).is_file()
    assert "HiGHS" in (folder / "run.log").read_text()
    assert planner.load(folder / "instance").hash == planner.load(TOY).hash
    assert planner.load_plan(folder).placement.loc[2030, "earth"] > 0
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_existing_folder_is_refused_before_any_work(run: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    said = run("solve", TOY, "--out", str(tmp_path / "run"))
    assert said.code == 2 and "exists already" in said.err
    assert list((tmp_path / "run").iterdir()) == []


def test_set_scenario_and_replace_are_the_same(run: Callable[..., Said], toy: Path) -> None:
    (toy / "scenarios").mkdir(exist_ok=True)
    (toy / "scenarios" / "dear.toml").write_text(
        'title = "Dear"\n[scale]\n"compute.demand" = 1.1\n'.replace("compute.demand", _demand(toy))
    )
    by_scenario = json.loads(run("solve", str(toy), "--scenario", "dear", "--json").out)
    by_set = json.loads(run("solve", str(toy), "--set", f"{_demand(toy)}*=1.1", "--json").out)
    by_replace = planner.solve(planner.load(toy).replace({_demand(toy): ("*", 1.1)}))
    assert by_scenario["instance_hash"] == by_set["instance_hash"] == by_replace.instance.hash
    assert by_scenario["objective"] == by_set["objective"] == by_replace.objective
    assert by_set["objective"] > json.loads(run("solve", TOY, "--json").out)["objective"]


def _demand(folder: Path) -> str:
    return next(row.address for row in planner.load(folder).rows if row.parameter == "demand")


@pytest.mark.parametrize("arguments", [
    ("solve",), ("solve", TOY, "--solver", "magic"), ("solve", TOY, "--threads", "0"), ("solve", TOY, "--bogus"), ("fly", TOY),
    ("solve", TOY, "--set", "compute.demnd*=2"), ("solve", TOY, "--set", "nonsense"), ("solve", TOY, "--scenario", "none"),
    ("solve", "no/such/folder"), ("show", TOY, "power.nothing.capex"), ("export", TOY), ("export", TOY, "--write-model", "x.txt"),
])  # fmt: skip
def test_bad_usage(run: Callable[..., Said], arguments: tuple[str, ...]) -> None:
    said = run(*arguments)
    assert said.code == 2
    assert said.err and said.out == "" and "Traceback" not in said.err


@pytest.mark.parametrize("name", CASES)
def test_broken_instance_writes_nothing_and_shows_no_traceback(run: Callable[..., Said], tmp_path: Path, name: str) -> None:
    file, old, new, _, message = CASES[name]
    for path, text in {**FILES, file: FILES[file].replace(old, new, 1)}.items():
        (tmp_path / "small" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "small" / path).write_text(text)
    said = run("solve", str(tmp_path / "small"), "--out", str(tmp_path / "run"), "--write-model", str(tmp_path / "model.mps"))
    assert said.code == 2 and said.out == ""
    assert message in said.err and "Traceback" not in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


def test_infeasible_and_stopped_have_their_codes(run: Callable[..., Said], tmp_path: Path) -> None:
    limits = (ROOT / "instances" / "toy" / "limits.csv").read_text().splitlines()[0]
    assert limits.startswith("limit,")
    said = run(
        "solve", TOY, "--set", "limits.earth_ceiling.upper=0", "--set", "limits.co2_cap.upper=0", "--out", str(tmp_path / "run")
    )
    assert said.code in (0, 3)
    stopped = run("solve", str(ROOT / "instances" / "accelerated"), "--time-limit", "0.01", "--out", str(tmp_path / "stopped"))
    assert stopped.code == 4 and "time limit" in stopped.err
    assert not (tmp_path / "stopped" / "tables").exists()


def test_check_show_and_export(run: Callable[..., Said], tmp_path: Path) -> None:
    assert "no problem found" in run("check", TOY).out
    facts = json.loads(run("check", TOY, "--json").out)
    assert facts["rows_read"] == facts["rows_used"] > 100
    assert "installed capacity" in run("show", TOY).out
    shown = json.loads(run("show", TOY, _demand(Path(TOY)), "--json").out)
    assert shown[0]["address"] == _demand(Path(TOY)) and shown[0]["source"]
    assert "compute.in_service" in run("show", TOY, "--quantities").out
    assert "written to" in run("export", TOY, "--write-model", str(tmp_path / "toy.lp")).out
    assert "power_balance(" in (tmp_path / "toy.lp").read_text()


def test_rows_that_changes_make_are_counted_as_read_and_said_apart(run: Callable[..., Said]) -> None:
    plain = json.loads(run("check", TOY, "--json").out)
    new = ("--set", "power.gas.fixed_cost=10 USD/(kW*yr)", "--set", "power.gas.capex*=1.1")
    facts = json.loads(run("check", TOY, *new, "--json").out)
    assert facts["rows_read"] == facts["rows_used"] == plain["rows_read"] + 1
    assert (plain["rows_made"], facts["rows_made"]) == (0, 1)
    assert (
        f"{facts['rows_read']} rows read (1 of them made by changes), {facts['rows_read']} used;" in run("check", TOY, *new).out
    )
    assert f"{plain['rows_read']} rows read, {plain['rows_read']} used;" in run("check", TOY).out


def test_changes_are_echoed_with_unit_and_range(run: Callable[..., Said]) -> None:
    ceiling, price = ("--set", "limits.earth_ceiling.upper=1500 GW"), ("--set", "launch.*.price*=0.1")
    lines = [
        "limits.earth_ceiling.upper: 5.5 GW -> 1500 GW (--set)",
        "launch.rocket.price: 190 USD/kg -> 19 USD/kg, outside its range 80 to 500 USD/kg (--set)",
    ]
    said = run("solve", TOY, *ceiling, *price)
    assert [line for line in said.err.splitlines() if "->" in line][:2] == [f"changed: {line}" for line in lines]
    assert "Changed for this run:" in said.out and all(f"  {line}" in said.out for line in lines)
    assert "Changed for this run" not in run("solve", TOY).out
    assert all(f"changed: {line}" in run("check", TOY, *ceiling, *price).err for line in lines)
    quiet = run("check", TOY, *ceiling, *price, "--quiet")
    assert quiet.err == quiet.out == ""
    for command in ("check", "solve"):
        said = run(command, TOY, *ceiling, *price, "--json")
        changed = json.loads(said.out)["changed"]
        assert said.err == "" and [edit["text"] for edit in changed][:2] == lines
        assert [edit["outside"] for edit in changed][:2] == [False, True]


def test_a_number_that_two_options_set_is_refused(run: Callable[..., Said]) -> None:
    said = run("check", TOY, "--set", "compute.chat.demand=3", "--set", "compute.chat.demand[]=4")
    assert (
        said.code == 2 and "'compute.chat.demand[]=4' sets the same as 'compute.chat.demand=3', expected one of them" in said.err
    )
    assert run("check", TOY, "--set", "power.*.capex*=2", "--set", "power.gas.capex*=2").code == 0


def test_a_likely_slip_is_a_warning_of_check_and_solve(run: Callable[..., Said], toy: Path, tmp_path: Path) -> None:
    power = toy / "parameters" / "power.csv"
    lines = power.read_text().splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("gas,"))
    cells = dict.fromkeys(lines[0].split(","), "")
    cells |= {"item": "gas", "parameter": "availability", "unit": "1", "value": "0", "source": "assumption: a slip"}
    power.write_text("\n".join([*lines[:at], ",".join(cells.values()), *lines[at:]]) + "\n")
    warning = f"parameters/power.csv:{at + 1}: gas can never be used at plains: its availability is 0 in every slice"
    said = run("check", str(toy))
    assert f"warning: {warning}" in said.err and "no problem found, 1 warning." in said.out
    assert json.loads(run("check", str(toy), "--json").out)["warnings"] == [warning]
    said = run("solve", str(toy), "--out", str(tmp_path / "run"))
    assert f"warning: {warning}" in said.err
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["warnings"] == [warning]
    assert run("report", str(tmp_path / "run")).code == 0
    assert "Warnings about the instance" in (page := (tmp_path / "run" / "report.html").read_text()) and warning in page


def test_module_runs_as_a_program() -> None:
    said = subprocess.run([sys.executable, "-m", "planner", "check", TOY, "--json"], capture_output=True, text=True, check=True)
    assert json.loads(said.stdout)["columns"] > 0


def test_what_is_no_run_is_told_by_what_it_is(run: Callable[..., Said], tmp_path: Path) -> None:
    nope = tmp_path / "nope"
    for command in ("explain", "report"):
        said = run(command, str(nope))
        assert said.code == 2 and f"{nope} is not a whole run folder: there is no such folder" in said.err and not said.out
        assert "summary.json" not in said.err
    (tmp_path / "file").write_text("")
    assert "it is a file" in run("explain", str(tmp_path / "file")).err
    (tmp_path / "empty").mkdir()
    assert "it has no summary.json, tables" in run("explain", str(tmp_path / "empty")).err


def test_a_run_without_a_plan_is_told_as_such(run: Callable[..., Said], tmp_path: Path) -> None:
    folder = tmp_path / "run"
    (folder / "instance").mkdir(parents=True)
    (folder / "diagnosis.json").write_text("{}")
    for command in ("explain", "report"):
        said = run(command, str(folder))
        assert said.code == 2 and f"{folder} is a run without a plan: its diagnosis.json says why" in said.err and not said.out


def test_tables_are_not_written_over_what_is_there(run: Callable[..., Said], tmp_path: Path) -> None:
    said = run("explain", str(tmp_path / "run"), "--out", str(tmp_path))
    assert said.code == 2 and f"{tmp_path} exists already; tables are written to a folder of their own" in said.err


def test_the_logging_of_pyomo_is_left_as_it_was(run: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> None:
    logger = logging.getLogger("pyomo")
    before, during = logger.level, []

    def watched(*_: object) -> None:
        during.append(logger.isEnabledFor(logging.ERROR))
        raise planner.PlannerError("no such instance")

    monkeypatch.setattr("planner.cli.load_instance", watched)
    assert run("check", TOY).code == 2
    assert during == [False] and logger.level == before and logger.isEnabledFor(logging.ERROR)
