"""Ctrl-C, SIGTERM and limits of time: exit code 4 soon after, what is known is saved and said, nothing half-written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import planner
from planner.coarse_to_fine import _Solves
from planner.diagnosis import diagnose_infeasible
from planner.highs import solve_program
from planner.running import stopped_early
from tests.diagnosis.seeds import base

ROOT = Path(__file__).parents[1]
ACCELERATED = str(ROOT / "instances" / "accelerated")
TOY = str(ROOT / "instances" / "toy")

#: Seconds after which `accelerated` is being solved also on a machine at work; it takes ten.
FAR = 3.0


def started(*arguments: str) -> subprocess.Popen[str]:
    """A run of the command line, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "planner", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    )


def wait_for_solver(model: Path) -> None:
    """Wait until the program is written, which comes right before the solve."""
    give_up = time.monotonic() + 60
    while not (model.is_file() and model.read_text().rstrip().endswith("ENDATA")):
        assert time.monotonic() < give_up
        time.sleep(0.05)
    time.sleep(FAR)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_stops_the_solver_and_saves_what_is_known(tmp_path: Path, number: signal.Signals) -> None:
    out, model = tmp_path / "run", tmp_path / "model.mps"
    process = started("solve", ACCELERATED, "--out", str(out), "--write-model", str(model), "--json", "--solver", "simplex")
    wait_for_solver(model)
    assert not out.exists()
    process.send_signal(number)
    printed, said = process.communicate(timeout=30)
    assert process.returncode == 4
    facts = json.loads(printed)
    assert facts["status"] == "stopped" and facts["known"]["reason"] == "interrupt" and facts["known"]["iterations"] > 0
    assert "HiGHS stopped before it had an optimum: interrupt" in said and "Traceback" not in said
    assert {path.name for path in out.iterdir()} == {"summary.json", "instance", "run.log"}
    assert json.loads((out / "summary.json").read_text()) == facts
    assert planner.load(out / "instance").hash == facts["instance_hash"]
    assert "HiGHS" in (out / "run.log").read_text()
    assert {path.name for path in tmp_path.iterdir()} == {"run", "model.mps"}


def test_limit_of_time_saves_what_is_known(tmp_path: Path) -> None:
    process = started("solve", ACCELERATED, "--out", str(tmp_path / "run"), "--time-limit", "0.2", "--json")
    printed, said = process.communicate(timeout=60)
    facts = json.loads(printed)
    assert process.returncode == 4 and "time limit" in said
    assert facts["status"] == "stopped" and facts["known"]["reason"] == "time limit" and facts["rows"] > 10_000
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    with pytest.raises(planner.PlannerError, match="not a whole run folder"):
        planner.load_plan(tmp_path / "run")


def test_signal_before_the_solver(tmp_path: Path) -> None:
    process = started("solve", ACCELERATED, "--out", str(tmp_path / "run"))
    time.sleep(2.2)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 4 and "Traceback" not in said
    assert {path.name for path in tmp_path.iterdir()} <= {"run"}
    if (tmp_path / "run").exists():
        assert json.loads((tmp_path / "run" / "summary.json").read_text())["status"] == "stopped"


def to_the_process() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def to_another_thread() -> None:
    """The system may hand a signal to any thread of a process; Python hears it when its main thread next wakes."""
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)


def send_once_solving(send: Callable[[], None], solves: int = 1) -> None:
    """Send a signal from a thread of its own once so many solves are under way: elsewhere it would end the tests themselves."""

    def wait() -> None:
        while sum(thread.name == "planner-solver" for thread in threading.enumerate()) < solves:
            time.sleep(0.01)
        time.sleep(FAR)  # past presolve, on a machine at work too
        send()

    threading.Thread(target=wait, daemon=True).start()


@pytest.mark.parametrize("send", [to_the_process, to_another_thread])
@pytest.mark.usefixtures("heard")
def test_library_users_get_the_error_and_can_solve_again(send: Callable[[], None]) -> None:
    instance = planner.load(ACCELERATED)
    program = planner.compile(planner.build(instance))
    send_once_solving(send)
    with pytest.raises(planner.SolverLimit) as stopped:
        planner.solve(instance, program=program, solver="simplex")  # one solve of many seconds
    assert stopped.value.known["reason"] == "interrupt" and stopped.value.known["iterations"] > 0
    assert planner.solve(planner.load(TOY)).facts["status"] == "optimal"
    assert not any(thread.name == "planner-solver" for thread in threading.enumerate())


@pytest.mark.parametrize("last", [1, 2, 3, 8])
def test_a_diagnosis_is_interrupted_at_once(last: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also while the solver works for it: each of its solves by itself would only count as one that failed."""
    broken = base("mandate").replace({"limits.earth_ceiling.upper": "60 GW"})
    program = planner.compile(planner.build(broken))
    solved = []

    def interrupted(*given: Any, **more: Any) -> Any:
        solved.append(given)
        if len(solved) == last:
            raise stopped_early({"reason": "interrupt", "seconds": 0.0, "iterations": 0})
        return solve_program(*given, **more)

    for module in ("relaxation", "conflict"):
        monkeypatch.setattr(f"planner.diagnosis.{module}.solve_program", interrupted)
    with pytest.raises(planner.SolverLimit) as stopped:
        diagnose_infeasible(broken, program)
    assert len(solved) == last and stopped.value.known["step"] == "diagnose" and not stopped.value.known["feasible"]
    assert "no plan meets every demand and limit; interrupted after" in str(stopped.value)


def test_infeasible_run_writes_its_diagnosis_whole(tmp_path: Path) -> None:
    floor = tmp_path / "floor"
    folder = ROOT / "instances" / "toy"
    for path in folder.rglob("*"):
        if path.is_file():
            (floor / path.relative_to(folder)).parent.mkdir(parents=True, exist_ok=True)
            (floor / path.relative_to(folder)).write_bytes(path.read_bytes())
    with (floor / "limits.csv").open("a") as limits:
        limits.write("lunar_base,compute.in_service,,moon,year,lower,GW,50,,,assumption: test,,2036,,,\n")
    process = started("solve", str(floor), "--out", str(tmp_path / "run"), "--json")
    printed, said = process.communicate(timeout=60)
    facts = json.loads(printed)
    assert process.returncode == 3 and "lunar_base asks for at least 50 GW in 2036" in said and "limits.csv:5" in said
    assert facts["status"] == "infeasible" and facts["diagnosis"]["alone"][0][0]["file"] == "limits.csv"
    assert {path.name for path in (tmp_path / "run").iterdir()} == {"diagnosis.json", "instance"}
    assert json.loads((tmp_path / "run" / "diagnosis.json").read_text()) == facts
    assert planner.load(tmp_path / "run" / "instance").hash == planner.load(floor).hash


@pytest.mark.usefixtures("heard")
def test_parts_under_way_in_threads_stop_too() -> None:
    program = planner.compile(planner.build(planner.load(ACCELERATED)))
    solves = _Solves(2, None, None, 600.0)
    send_once_solving(to_the_process, solves=2)
    with pytest.raises(KeyboardInterrupt):
        solves.each([program, program])
    assert not any(thread.name == "planner-solver" for thread in threading.enumerate())


#: Ctrl-C as it comes while a rule of the model is at work; Pyomo logs that the component failed, and passes it on.
IN_A_RULE = """
import signal, sys
import planner.cli, planner.model

def interrupted(*_):
    signal.raise_signal(signal.SIGINT)

planner.model.within = interrupted
sys.argv = ["planner", *sys.argv[1:]]
planner.cli.main()
"""


@pytest.mark.parametrize("command", ["solve", "check"])
def test_an_interrupt_in_a_rule_prints_one_object_and_nothing_of_pyomo(command: str) -> None:
    ended = subprocess.run([sys.executable, "-c", IN_A_RULE, command, TOY, "--json"], capture_output=True, text=True, cwd=ROOT)
    assert ended.returncode == 4 and ended.stdout.count("\n") == 1
    assert json.loads(ended.stdout)["status"] == "stopped"
    assert "interrupted" in ended.stderr and "Constructing" not in ended.stdout + ended.stderr
