"""Reading a file as text: its size, its encoding, and no character that a terminal or a spreadsheet would act upon."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path

from planner.instance.problems import Problems

#: Control characters but for tab and the ends of lines, and marks that turn the direction of the text around them.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

#: A pipe that nobody writes to is opened all the same; a link is not followed. Systems that lack these have no such files.
_AT_ONCE, _NO_LINK = getattr(os, "O_NONBLOCK", 0), getattr(os, "O_NOFOLLOW", 0)

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_text(path: Path, file: str, largest: int, problems: Problems) -> str | None:
    """The text of a file, or None and a problem where it cannot be read, is too large, not UTF-8 or not plain text."""
    try:
        content = read_bytes(path, largest + 1)
    except OSError as error:
        return _refuse(file, 1, 1, f"cannot be read: {error.strerror}", problems)
    if len(content) > largest:
        size = f"{largest // 1_000_000} MB" if largest >= 1_000_000 else f"{largest // 1_000} kB"
        return _refuse(file, 1, 1, f"the file is larger than {size}, expected one that a person can edit", problems)
    if content.startswith(_UTF16):
        return _refuse(file, 1, 1, "saved as UTF-16, expected a file saved as UTF-8", problems)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig", "replace")
        return _refuse(file, *_place(before), "not UTF-8, expected a file saved as UTF-8", problems)
    unwanted = _UNWANTED.search(text)
    if unwanted is not None:
        return _refuse(file, *_place(text[: unwanted.start()]), _not_text(unwanted[0]), problems)
    return text


def read_bytes(path: Path, most: int, links: bool = True) -> bytes:
    """The first bytes of a file. Raises OSError, also for what is no file: a pipe would be waited for, a device never ends.

    Without `links` a symbolic link is refused as well.
    """
    with os.fdopen(opened_file(path, links), "rb") as stream:
        return stream.read(most)


def opened_file(path: Path, links: bool = True) -> int:
    """The number of a file that is opened for reading, if it is one. Raises OSError; `links` as in `read_bytes`."""
    number = os.open(path, os.O_RDONLY | _AT_ONCE | (0 if links else _NO_LINK))
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise OSError(errno.EINVAL, "it is no file", str(path))
    return number


def unwanted(text: str) -> str:
    """What is wrong with a text that was written with escapes, or nothing."""
    found = _UNWANTED.search(text)
    return _not_text(found[0]) if found else ""


def _not_text(character: str) -> str:
    return f"the control character U+{ord(character):04X}, expected text"


def _place(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _refuse(file: str, line: int, column: int, message: str, problems: Problems) -> str | None:
    problems.at(file, line, column, message)
    problems.lose(file)
    return None
