"""Dask: a real scheduler and real workers on loopback, one of them killed while the sweep runs."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import LocalCluster

import planner
from planner.sweeping.distributing import executor_of
from tests.conftest import Said
from tests.sweeping.designs import TOY, toy, write

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def cluster() -> Iterator[LocalCluster]:
    """Two workers, each a process that its nanny starts again when it dies; nothing listens beyond loopback."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as found:  # fmt: skip
        yield found


def kill_a_worker(cluster: Any, out: Path, killed: list[int]) -> None:
    """Kill -9 one worker once the sweep has begun to fill its store."""
    while not (out / "points").exists() or len(list((out / "points").glob("[0-9]*.parquet"))) < 5:
        time.sleep(0.01)
    killed.append(next(iter(cluster.workers.values())).pid)
    os.kill(killed[0], signal.SIGKILL)


def test_a_sweep_on_dask_outlives_a_worker(cluster: LocalCluster, tmp_path: Path) -> None:
    design = planner.read_design(write(tmp_path, 64), toy())
    killed: list[int] = []
    killer = threading.Thread(target=kill_a_worker, args=(cluster, tmp_path / "dask", killed), daemon=True)
    killer.start()
    with executor_of(cluster.scheduler_address) as executor:
        found = planner.sweep(toy(), design, tmp_path / "dask", executor=executor, workers=2)
    killer.join(1)
    assert killed and found.counts == {"optimal": 64}
    here = planner.sweep(toy(), design, tmp_path / "here", workers=2)
    assert found.results["objective"].to_list() == pytest.approx(here.results["objective"].to_list(), rel=1e-9)


def test_the_command_takes_the_address_of_a_scheduler(cluster: LocalCluster, tmp_path: Path, run: Any) -> None:
    design = str(write(tmp_path, 4))
    said: Said = run("sweep", str(TOY), "--design", design, "--out", str(tmp_path / "out"), "--dask", cluster.scheduler_address)
    assert said.code == 0 and "4 of 4 points: 4 optimal." in said.out


def test_a_scheduler_that_does_not_answer_is_said(tmp_path: Path, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.sweeping.distributing.ANSWER", 1)
    design = str(write(tmp_path, 4))
    said: Said = run("sweep", str(TOY), "--design", design, "--out", str(tmp_path / "out"), "--dask", "tcp://127.0.0.1:9")
    assert said.code == 2 and "no Dask scheduler answers at tcp://127.0.0.1:9" in said.err
    assert not (tmp_path / "out").exists()
