"""Processes that are started early: a job takes them, and what no job has taken is ended."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

import planner
from planner.sweeping import processes
from planner.sweeping.processes import child_process, started_early
from tests.sweeping.designs import toy, write


def test_a_job_takes_what_waits_and_the_rest_is_ended() -> None:
    with started_early(2):
        waiting = list(processes._waiting)
        assert len(waiting) == min(2, os.cpu_count() or 1)
        taken = child_process()
        assert taken is waiting[-1]
    assert not processes._waiting
    assert all(other.process.poll() is not None for other in waiting[:-1])
    assert taken.process.poll() is None  # of whoever took it
    taken.end()
    assert taken.process.poll() is not None


def test_a_sweep_within_takes_no_more(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made: list[processes.ChildProcess] = []

    class Counted(processes.ChildProcess):
        def __init__(self) -> None:
            super().__init__()
            made.append(self)

    monkeypatch.setattr(processes, "ChildProcess", Counted)
    with started_early(1):
        assert planner.sweep(toy(), write(tmp_path, 2), tmp_path / "out", workers=1).counts == {"optimal": 2}
    assert len(made) == 1
    with pytest.raises(planner.InstanceError), started_early(1):
        (tmp_path / "bad.toml").write_text('method = "none"\n', encoding="utf-8")
        planner.sweep(toy(), tmp_path / "bad.toml", tmp_path / "never", workers=1)
    assert len(made) == 2 and not (tmp_path / "never").exists()
    assert all(process.process.poll() is not None for process in made)


def test_one_whose_parent_hangs_up_ends_by_itself() -> None:
    process = processes.ChildProcess()
    process.to.close()
    until = time.monotonic() + 30
    while process.process.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    assert process.process.poll() == 0
    process.end()
