"""Folders that appear whole or not at all, and never in place of another."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from planner.errors import PlannerError


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A folder to write to, moved to its place once all is written, or removed."""
    refuse_existing(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as error:
        raise PlannerError(f"{target} cannot be written: {error.strerror}") from error
    try:
        yield scratch
        scratch.chmod(0o755)
        os.rename(scratch, target)
    except OSError as error:
        raise PlannerError(f"{target} cannot be written: {error.strerror}") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def refuse_existing(target: Path) -> None:
    """Raise PlannerError where the folder of a run exists already: better before a long solve than after it."""
    if target.exists() or target.is_symlink():
        raise PlannerError(f"{target} exists already; a run is written to a folder of its own")
