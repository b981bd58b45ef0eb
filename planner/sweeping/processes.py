"""Processes that answer points, by themselves: started early, for what they import takes as long as what leads up to a sweep."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection

#: What a process runs.
COMMAND = ("-m", "planner.sweeping.child")


class ChildProcess:
    """A process that waits for a job: `to` it and `from_` it messages go, `errors` is the file of what it says otherwise."""

    def __init__(self) -> None:
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process is there
        self.process = subprocess.Popen(
            [sys.executable, *COMMAND], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors
        )  # fmt: skip
        with self.process.stdin as into, self.process.stdout as out_of:  # type: ignore[union-attr]
            self.to = Connection(os.dup(into.fileno()), readable=False)
            self.from_ = Connection(os.dup(out_of.fileno()), writable=False)

    def end(self) -> None:
        """End the process at once, and let go of all that belonged to it."""
        with suppress(OSError):
            self.process.kill()
        self.process.wait()
        for open_ in (self.to, self.from_, self.errors):
            with suppress(OSError):
                open_.close()


_lock = threading.Lock()
_waiting: list[ChildProcess] = []


def child_process() -> ChildProcess:
    """One of the processes that were started early, or a new one."""
    with _lock:
        found = _waiting.pop() if _waiting else None
    return found or ChildProcess()


@contextmanager
def started_early(number: int | None) -> Iterator[None]:
    """Have so many processes wait for a job, or one a core, which is the most; those that none has taken end with the context."""
    cores = os.cpu_count() or 1
    with _lock:
        _waiting.extend(ChildProcess() for _ in range(min(number or cores, cores) - len(_waiting)))
    try:
        yield
    finally:
        with _lock:
            left, _waiting[:] = list(_waiting), []
        for process in left:
            process.end()
