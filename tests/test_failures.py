"""How a command fails: the text on standard error, with --json one object on standard output as well, and the exit code."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import planner
from planner import errors
from planner.endings import exit_code
from tests import variants
from tests.conftest import ROOT, TOY, Said

Run = Callable[..., Said]
FAILURE = {"status", "exit_code", "message", "problems"}


def failure(said: Said, status: str, code: int) -> dict[str, Any]:
    """The one object on standard output of a command that failed."""
    assert said.code == code and said.err and "Traceback" not in said.err
    assert said.out.count("\n") == 1
    facts: dict[str, Any] = json.loads(said.out)
    assert facts.keys() >= FAILURE
    assert (facts["status"], facts["exit_code"]) == (status, code)
    return facts


@pytest.mark.parametrize("command", ["solve", "check", "show"])
def test_a_bad_instance(command: str, run: Run, toy: Path) -> None:
    power = toy / "parameters" / "power.csv"
    power.write_text(
        power.read_text()
        .replace("solar,plains,capex,USD/kW", "solar,plains,capex,USD/kw")
        .replace("gas,,lifetime,yr", "gas,,lifetime,h")
    )
    limits = toy / "limits.csv"
    limits.write_text(limits.read_text().replace("GW,5.5", "GW,five"))
    said = run(command, str(toy), "--json")
    facts = failure(said, "bad_instance", 2)
    listed = [f"{p['file']}:{p['line']}:{p['column']}: {p['message']}" for p in facts["problems"]]
    assert len(listed) >= 2 and said.err.splitlines()[:-1] == listed
    assert facts["message"] == said.err.splitlines()[-1] and re.fullmatch(r"\d problems found", facts["message"])
    assert run(command, str(toy)).out == ""


@pytest.mark.parametrize("command", ["solve", "check", "show"])
def test_changes_that_mean_nothing(command: str, run: Run) -> None:
    said = run(command, TOY, "--set", "power.gas.capx=5", "--set", "compute.rack.capex=0,5", "--json")
    facts = failure(said, "bad_address", 2)
    assert [(p["file"], p["line"], p["column"]) for p in facts["problems"]] == [("--set", 1, 1), ("--set", 2, 1)]
    assert "expected a decimal point" in facts["problems"][1]["message"] and "decimal point" in said.err


def test_bad_scenario(run: Run) -> None:
    facts = failure(run("check", TOY, "--scenario", "x", "--json"), "bad_instance", 2)
    assert facts["problems"] == [
        {"file": "--scenario", "line": 1, "column": 1, "message": "toy has no scenario 'x' (there is none)"}
    ]


def _floor(toy: Path, unit: str = "50") -> Path:
    with (toy / "limits.csv").open("a") as limits:
        limits.write(f"lunar_base,compute.in_service,,moon,year,lower,GW,{unit},,,assumption: test,,2036,,,\n")
    return toy


def test_infeasible(run: Run, toy: Path, tmp_path: Path) -> None:
    said = run("solve", str(_floor(toy)), "--out", str(tmp_path / "run"), "--json")
    facts = failure(said, "infeasible", 3)
    assert facts["message"] == "no plan meets every demand and limit" and facts["diagnosis"]["alone"]
    assert facts["problems"] == [] and facts["instance"] == "toy" and facts["rows"] > 0
    assert json.loads((tmp_path / "run" / "diagnosis.json").read_text()) == facts


@pytest.mark.parametrize("command", ["solve", "check"])
def test_infeasible_at_first_sight(command: str, run: Run, toy: Path) -> None:
    with (toy / "limits.csv").open("a") as limits:
        limits.write("racks_standing,compute.installed,rack,plains,year,upper,GW,2,,,assumption: test,,,,,\n")
    said = run(command, str(toy), "--json")
    facts = failure(said, "infeasible", 3)
    (problem,) = facts["problems"]
    assert (problem["file"], problem["line"], problem["column"]) == ("limits.csv", 5, 1)
    assert problem["message"].startswith("racks_standing allows 2 of compute.installed") and problem["message"] in said.err
    assert facts["diagnosis"]["findings"][0]["hopeless"] is True


def test_unbounded(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.cli.load_instance", lambda *given, **more: variants.earning())  # none that is read is unbounded
    facts = failure(run("solve", TOY, "--json"), "unbounded", 3)
    assert facts["diagnosis"]["gains"]


def test_capital_that_would_earn_is_refused(run: Run, toy: Path) -> None:
    settings = toy / "instance.toml"
    settings.write_text(settings.read_text().replace("sinking_fund", "straight_line"))
    facts = failure(run("solve", str(toy), "--set", "finance.discount_rate=-0.3", "--json"), "bad_instance", 2)
    assert all(problem["file"] == "--set" for problem in facts["problems"])
    assert "expected a rate of at least 0, or sinking_fund or none as end_of_horizon" in facts["problems"][0]["message"]


def test_stopped(run: Run) -> None:
    facts = failure(run("solve", str(ROOT / "instances" / "accelerated"), "--time-limit", "0.01", "--json"), "stopped", 4)
    assert facts["known"]["reason"] == "time limit" and facts["problems"] == []


def test_interrupted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*given: Any, **more: Any) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("planner.cli.load_instance", interrupted)
    for command in ("solve", "check"):
        failure(run(command, TOY, "--json"), "stopped", 4)


@pytest.mark.parametrize("wrong", [errors.NotCertified("off"), errors.SolverError("ended")])
def test_no_answer(wrong: errors.SolverError, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*given: Any, **more: Any) -> None:
        raise wrong

    monkeypatch.setattr("planner.pipeline.solve_compiled", fail)
    status = "not_certified" if isinstance(wrong, errors.NotCertified) else "failed"
    facts = failure(run("solve", TOY, "--json"), status, 4)
    assert facts["message"] == str(wrong) and facts["instance_hash"] == planner.load(TOY).hash


@pytest.mark.parametrize("arguments", [
    ("solve", "--json"), ("check", TOY, "--bogus", "--json"), ("solve", TOY, "--threads", "0", "--json"), ("reproduce", "no/such/run", "--json"),
    ("solve", TOY, "--out", TOY, "--json"), ("show", TOY, "power.nothing.capex", "--json"),
])  # fmt: skip
def test_bad_usage(arguments: tuple[str, ...], run: Run) -> None:
    status = "bad_address" if "power.nothing.capex" in arguments else "bad_usage"
    assert failure(run(*arguments), status, 2)["message"]


def test_unexpected(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*given: Any, **more: Any) -> None:
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr("planner.cli.load_instance", fail)
    assert "ZeroDivisionError" in failure(run("check", TOY, "--json"), "unexpected", 1)["message"]


def test_success_says_its_status_too(run: Run) -> None:
    assert json.loads(run("check", TOY, "--json").out)["status"] == "ok"
    assert json.loads(run("solve", TOY, "--json").out)["status"] == "optimal"


def test_every_error_has_a_code() -> None:
    found = {
        kind: exit_code(kind("x"))
        for kind in (errors.Infeasible, errors.Unbounded, errors.SolverLimit, errors.NotCertified, errors.UnitError)
    }
    assert list(found.values()) == [3, 3, 4, 4, 2]


def test_version(run: Run) -> None:
    said = run("--version")
    assert (said.code, said.out, said.err) == (0, f"planner {planner.__version__}\n", "")
    assert "Plan where compute is placed" in run("--help").out


def test_the_solvers_thread_has_one_name() -> None:
    named = [path.name for path in (ROOT / "planner").rglob("*.py") if '"planner-solver"' in path.read_text()]
    assert len(named) == 1, named


@pytest.mark.parametrize("name", ["/proc/none/run", "/dev/null/run"])
def test_a_place_that_cannot_be_written_is_refused_before_any_work(name: str, run: Run) -> None:
    said = run("solve", TOY, "--out", name, "--json")
    assert said.code == 2 and f"{name} cannot be written" in said.err and "seconds" not in said.out


def test_why_there_is_no_plan_is_said_though_it_cannot_be_saved(
    run: Run, toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: Any) -> None:
        raise errors.PlannerError("the disk is full")

    monkeypatch.setattr("planner.terminal.save_ending", full)
    said = run("solve", str(_floor(toy)), "--out", str(tmp_path / "run"), "--json")
    assert failure(said, "infeasible", 3)["diagnosis"]["alone"]
    assert "the disk is full" in said.err and "no plan meets every demand and limit" in said.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("arguments", [("show", TOY), ("solve", TOY, "--json"), ("check", f"{TOY}x", "--json")])
def test_what_cannot_be_said_is_no_success(arguments: tuple[str, ...]) -> None:
    """Standard output on a full disk, buffered or not."""
    for unbuffered in ("", "1"):
        environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
        with open("/dev/full", "w") as full:
            said = subprocess.run(
                [sys.executable, "-m", "planner", *arguments], stdout=full, stderr=subprocess.PIPE, text=True, env=environment
            )
        assert said.returncode == (2 if "check" in arguments else 1) and "Traceback" not in said.stderr


def test_more_threads_than_there_are_cores_are_none(run: Run) -> None:
    assert run("solve", TOY, "--threads", "100000", "--quiet").code == 0
