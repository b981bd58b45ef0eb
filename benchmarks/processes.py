"""Runs: each a process of its own, with the seconds of the whole and the peak of its memory.

This process and whatever it imports must stay small: on Linux the peak that a child reports is never below what its parent
held when it began.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


class Budget:
    """How long everything may take together: what does not fit is left out, and said to be."""

    def __init__(self, minutes: float) -> None:
        self._ends = time.monotonic() + 60 * minutes

    @property
    def left(self) -> float:
        """Seconds left, not below nought."""
        return max(self._ends - time.monotonic(), 0.0)


def tell(message: str) -> None:
    """A line of progress on standard error."""
    print(message, file=sys.stderr, flush=True)


def run(arguments: list[str], most_seconds: float) -> dict[str, Any]:
    """The JSON object that `python ARGUMENTS` printed last, with `whole`, `cpu` [s] and `peak` [MiB]; or `failed`, the reason."""
    with tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, stderr=errors, cwd=ROOT)
        timer = threading.Timer(most_seconds, process.send_signal, (signal.SIGKILL,))
        timer.start()
        try:
            assert process.stdout is not None
            with process.stdout:
                said = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            raise
        finally:
            timer.cancel()
        whole = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode == -signal.SIGKILL:
            return {"failed": f"killed after {whole:.0f} s"}
        if process.returncode:
            errors.seek(0)
            lines = errors.read().decode(errors="replace").strip().splitlines()
            return {"failed": f"exit code {process.returncode}: {lines[-1][:200] if lines else 'no message'}"}
    return {
        **json.loads(said.splitlines()[-1]),
        "whole": whole,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss / 1024,
    }
