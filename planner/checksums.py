"""SHA256SUMS of a run folder: the hash of every file, as `sha256sum` writes and checks it (`sha256sum -c SHA256SUMS`)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from planner.errors import PlannerError

#: The name of the file.
SUMS = "SHA256SUMS"


def write_sums(folder: Path) -> None:
    """Write the hash of every file of a run folder into it."""
    lines = [f"{_hash(path)}  {name}" for name, path in _files(folder)]
    (folder / SUMS).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != SUMS:
            yield path.relative_to(folder).as_posix(), path


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def changed_files(folder: Path) -> list[str]:
    """What differs between a run folder and its SHA256SUMS, in words; nothing where it has none. Further files are no change.

    Raises PlannerError where SHA256SUMS cannot be read.
    """
    if not (folder / SUMS).is_file():
        return []
    found = []
    for number, line in enumerate(_lines(folder / SUMS), 1):
        recorded, _, name = line.partition("  ")
        path = folder / name
        if not name or Path(name).is_absolute() or ".." in Path(name).parts:
            raise PlannerError(f"{folder / SUMS}:{number}: expected a hash, two spaces and the name of a file in the folder")
        if not path.is_file():
            found.append(f"{name} is missing")
        elif path.is_symlink() or _hash(path) != recorded:
            found.append(f"{name} was changed")
    return found


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise PlannerError(f"{path} cannot be read: {error}") from error
