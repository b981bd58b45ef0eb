"""Standard streams that never stop a command: closed ones, a full device, a broken pipe, an encoding that lacks a character.

Imports nothing that takes time: interrupts are heard while the rest is being imported.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import Any, TextIO


class _Forgiving(io.RawIOBase):
    """A stream beneath which writing may fail: the first failure is kept, and what comes after it is lost."""

    def __init__(self, stream: TextIO) -> None:
        stream.flush()
        self._stream = stream  # which would be closed if nobody kept it
        self._raw: Any = getattr(stream.buffer, "raw", stream.buffer)  # Python may have been told to have no buffer
        self.failure: OSError | None = None

    def write(self, data: Any) -> int:
        if self.failure is None:
            try:
                return int(self._raw.write(data) or 0)
            except OSError as error:
                self.failure = error
        return len(data)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return int(self._raw.fileno())

    def isatty(self) -> bool:
        return bool(self._raw.isatty())


def open_all() -> None:
    """Put the null device in the place of every standard stream that is closed.

    Otherwise the next file that is opened takes its number, and what is printed goes into that file.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest free number, which is this one
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - as long as the process


def forgive() -> tuple[_Forgiving, _Forgiving]:
    """Have standard output and standard error take whatever is printed; gives what notes their failures, in this order.

    What the encoding of a stream lacks is printed as a replacement character.
    """
    out, err = _Forgiving(sys.stdout), _Forgiving(sys.stderr)
    sys.stdout, sys.stderr = _text(out, sys.stdout, "replace"), _text(err, sys.stderr, "backslashreplace")
    return out, err


def _text(raw: _Forgiving, before: TextIO, errors: str) -> TextIO:
    # What a terminal shows, and all of standard error, is shown line by line.
    by_line = bool(getattr(before, "line_buffering", False) or getattr(before, "write_through", False))
    return io.TextIOWrapper(io.BufferedWriter(raw), before.encoding, errors, line_buffering=by_line)


def unsaid(failure: OSError | None) -> str:
    """Why standard output did not take what was printed; empty where it did, or where whoever read it has left."""
    if failure is None or failure.errno == errno.EPIPE:
        return ""
    return f"standard output cannot be written: {failure.strerror or failure}"
