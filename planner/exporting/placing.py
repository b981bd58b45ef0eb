"""Exports appear whole or not at all, and overwrite nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from planner.errors import PlannerError


@contextmanager
def placed(target: Path) -> Iterator[Path]:
    """A path beside the target to write a file or folder to, moved to its place once all is written, or removed."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".export.", dir=target.parent))
    except OSError as error:
        raise PlannerError(f"{target} cannot be written: {error.strerror}") from error
    try:
        yield scratch / target.name
        refuse_existing(target)  # it may have come meanwhile
        os.rename(scratch / target.name, target)
    except OSError as error:
        raise PlannerError(f"{target} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def refuse_existing(target: Path) -> None:
    """Raise PlannerError where the file or folder exists already."""
    if target.exists() or target.is_symlink():
        raise PlannerError(f"{target} exists already; an export overwrites nothing")
