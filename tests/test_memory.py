"""Memory goes back to the system where a large program is about to be solved, and nothing fails where it cannot."""

from __future__ import annotations

import ctypes
import gc
import subprocess
import sys

import pytest

from planner import memory

GIVE_BACK = """
import numpy as np
from planner.memory import WORTH_IT, give_back

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 2**20

kept = []
for number in range(400_000):  # small blocks that the C library keeps when they are freed, above one that it must keep
    kept.append(bytes(600))
last = bytes(600)
full = resident()
del kept
give_back(WORTH_IT - 1)
held = resident()
give_back(WORTH_IT)
print(full, held, resident())
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the C library cannot")
def test_what_is_freed_goes_back_before_a_large_program() -> None:
    said = subprocess.run([sys.executable, "-c", GIVE_BACK], check=True, capture_output=True, text=True).stdout
    full, held, given_back = map(float, said.split())
    assert held > full - 60 and given_back < full - 150


def test_a_library_that_cannot_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other:
        def __getattr__(self, name: str) -> None:
            raise AttributeError(name)

    monkeypatch.setattr(ctypes, "CDLL", lambda name: Other())
    collected: list[int] = []
    monkeypatch.setattr(gc, "collect", lambda: collected.append(1))
    memory.give_back(memory.WORTH_IT)
    memory.keep_no_large_blocks()
    assert collected == [1]
