"""Memory that is no longer needed, given back to the system before a solver needs it."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress

#: Nonzeros of a program for which that is worth its time: 0.6 s on `world` after compiling, where a solve takes 34.
WORTH_IT = 250_000

#: How the C library of GNU calls the size from which blocks are the system's own, and what it is set to, in bytes.
_OWN_BLOCKS, _FROM = -3, 1 << 20


def give_back(nonzeros: int) -> None:
    """Before a program of so many nonzeros is solved, clear away what is left of others.

    A Pyomo model is full of cycles, and what is freed stays with the C library until it is told to let go: on `world` 184 of
    380 MiB go back after compiling, and 70 to 75 before each of the last two solves.
    """
    if nonzeros < WORTH_IT:
        return
    gc.collect()
    with suppress(OSError, AttributeError):  # other C libraries do so by themselves, or cannot
        ctypes.CDLL(None).malloc_trim(0)


def keep_no_large_blocks() -> None:
    """From now on the process gives back large blocks as soon as they are freed; for a process that is planner's own."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_OWN_BLOCKS, _FROM)
