"""Whatever dies: the sweep itself, killed or interrupted, a child, or the disk that is full. Finished points stay and are not repeated."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import planner
from planner.sweeping.store import Store
from tests.sweeping.designs import TOY, write

ROOT = Path(__file__).parents[2]
POINTS = 64


def started(design: Path, out: Path, *more: str, limit: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "planner", "sweep", str(TOY), "--design", str(design), "--out", str(out), "--workers", "2"]
    return subprocess.Popen(
        [*command, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, preexec_fn=limit
    )  # fmt: skip


def wait_for(out: Path, points: int) -> None:
    """Wait until so many points are finished."""
    give_up = time.monotonic() + 120
    while len(list((out / "points").glob("[0-9]*.parquet")) if (out / "points").exists() else []) < points:
        assert time.monotonic() < give_up
        time.sleep(0.01)


def children_of(pid: int) -> list[int]:
    """The processes that answer points for another."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def gone(pids: list[int]) -> bool:
    give_up = time.monotonic() + 10
    while time.monotonic() < give_up:
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.1)
    return False


def test_kill_9_of_everything_loses_and_repeats_nothing(tmp_path: Path) -> None:
    design, out = write(tmp_path, POINTS), tmp_path / "out"
    process = started(design, out)
    wait_for(out, 5)
    for pid in children_of(process.pid)[:1]:
        os.kill(pid, signal.SIGKILL)  # a worker: its point is tried again
    wait_for(out, 12)
    workers = children_of(process.pid)
    process.kill()
    process.communicate()
    assert gone(workers)
    before = planner.load_sweep(out)
    assert 12 <= len(before.results) < POINTS
    (out / "points" / ".0000063.parquet.killed.part").write_bytes(b"half of one")
    ended = started(design, out, "--resume", "--json")
    printed, said = ended.communicate(timeout=300)
    assert ended.returncode == 0, said
    assert json.loads(printed)["counts"] == {"optimal": POINTS}
    after = planner.load_sweep(out)
    kept = after.results[after.results["point"].isin(before.results["point"])].reset_index(drop=True)
    assert kept.equals(before.results.reset_index(drop=True))  # to the second: none was solved again
    assert not list(out.rglob("*.part")) and (out / "analysis" / "answer.txt").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_soon_with_code_4(tmp_path: Path, number: signal.Signals) -> None:
    design, out = write(tmp_path, POINTS), tmp_path / "out"
    process = started(design, out, "--json")
    wait_for(out, 3)
    workers, sent = children_of(process.pid), time.monotonic()
    process.send_signal(number)
    printed, said = process.communicate(timeout=30)
    assert process.returncode == 4 and time.monotonic() - sent < 5
    assert json.loads(printed)["status"] == "stopped"
    assert "points are finished and kept" in said and "--resume goes on" in said and "Traceback" not in said
    assert gone(workers)
    assert 3 <= len(planner.load_sweep(out).results) < POINTS


def test_a_full_disk_ends_the_sweep_with_a_reason_and_a_readable_store(tmp_path: Path) -> None:
    design, out = write(tmp_path, 8), tmp_path / "out"

    def no_file_over_5_kib() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (5 * 1024, 5 * 1024))

    process = started(design, out, limit=no_file_over_5_kib)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 2 and "cannot be written" in said and "Traceback" not in said
    assert Store.open(out).finished() == set() and not list(out.rglob("*.part"))
    ended = started(design, out, "--resume", "--json")
    printed, said = ended.communicate(timeout=120)
    assert ended.returncode == 0 and json.loads(printed)["counts"] == {"optimal": 8}, said
