"""The small instance as a folder, with whatever a test changes in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.instance.small import FILES

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write the small instance, some of its files changed or (None) left out, and return its folder."""

    def write_files(
        changed: Mapping[str, str | bytes | None] = {}, name: str = "small", files: Mapping[str, str] = FILES
    ) -> Path:
        folder = tmp_path / name
        for file, content in {**files, **changed}.items():
            if content is not None:
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder

    return write_files
