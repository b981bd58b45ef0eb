"""Files of run folders and sweep stores, which somebody else may have written: read within bounds, or refused with the reason.

No link is followed, no pipe waited for, nothing unpickled, and what is packed is unpacked only up to a size that
was checked before.
"""

from __future__ import annotations

import io
import json
import os
import re
import stat
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.instance.text_files import read_bytes, unwanted

if TYPE_CHECKING:
    import pyarrow as pa

#: Bytes of a file, and of a table once it is unpacked; rows and columns of a table; entries of a folder.
LARGEST_FILE, LARGEST_TABLE = 400_000_000, 2_000_000_000
MOST_ROWS, MOST_COLUMNS, MOST_ENTRIES = 20_000_000, 3_000, 100_000

#: Values of a JSON file, counted by the signs between them: each takes some sixty bytes of memory.
MOST_VALUES = 30_000_000

#: Characters of a text in a table.
LONGEST_TEXT = 100_000

_SURROGATE = re.compile("[\ud800-\udfff]")


class Unfit(ValueError):
    """A file that is not what it should be: the reason, after the name of the file."""


def content(path: Path, most: int = LARGEST_FILE) -> bytes:
    """The bytes of a file. Raises Unfit where it is none, a link, too large or cannot be read."""
    try:
        found = read_bytes(path, most + 1, links=False)
    except FileNotFoundError:
        raise  # whoever fills a store may have moved it
    except OSError as error:
        reason = "it is a symbolic link" if path.is_symlink() else f"it cannot be read: {error.strerror}"
        raise Unfit(f"{path.name}: {reason}") from None
    if len(found) > most:
        raise Unfit(f"{path.name}: it is larger than {most / 1e6:g} MB")
    return found


def entries(folder: Path) -> list[Path]:
    """What lies in a folder, in the order of names. Raises Unfit where it is none, a link, or holds too much."""
    try:
        if not stat.S_ISDIR(os.lstat(folder).st_mode):
            raise Unfit(f"{folder.name}: it is no folder")
        with os.scandir(folder) as found:
            names = [entry.name for entry, _ in zip(found, range(MOST_ENTRIES + 1), strict=False)]
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Unfit(f"{folder.name}: it cannot be read: {error.strerror}") from None
    if len(names) > MOST_ENTRIES:
        raise Unfit(f"{folder.name}: it holds more than {MOST_ENTRIES:,} files")
    return [folder / name for name in sorted(names)]


def json_object(path: Path, most: int = LARGEST_FILE) -> dict[str, Any]:
    """The object in a JSON file. Raises Unfit."""
    raw = content(path, most)
    if sum(raw.count(sign) for sign in (b",", b"[", b"{")) > MOST_VALUES:
        raise Unfit(f"{path.name}: it holds more than {MOST_VALUES:,} values")
    try:
        text = raw.decode("utf-8")
        found = json.loads(text)
    except UnicodeDecodeError:
        raise Unfit(f"{path.name}: it is not UTF-8") from None
    except RecursionError:
        raise Unfit(f"{path.name}: it is no JSON of use: brackets within brackets without end") from None
    except ValueError as error:
        raise Unfit(f"{path.name}: it is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise Unfit(f"{path.name}: it holds no object")
    for some in _texts(found) if "\\" in text else (text,):
        _check_text(path.name, some)
    return found


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value, keys too."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, Mapping):
            left += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            left += one


def _check_text(file: str, text: str) -> None:
    if wrong := unwanted(text):
        raise Unfit(f"{file}: {wrong}")
    if found := _SURROGATE.search(text):
        raise Unfit(f"{file}: half a character, U+{ord(found[0]):04X}, expected text")


def arrays(path: Path, expected: Mapping[str, tuple[str, int]]) -> dict[str, Any]:
    """The arrays of an .npz file, of those that are `expected`: each by name, with its type and its length.

    Raises Unfit where one is of another type or length, whatever its header says, or is no number.
    """
    import numpy as np

    found = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content(path))) as packed:
            for member in packed.infolist():
                name = member.filename.removesuffix(".npy")
                if name not in expected or name in found:
                    raise Unfit(f"{path.name}: it holds {member.filename!r}, expected {', '.join(expected)}")
                kind, length = expected[name]
                size = length * np.dtype(kind).itemsize
                if member.file_size > size + 1_000:
                    raise Unfit(f"{path.name}: {name} is larger than the program, which has {length:,} of them")
                with packed.open(member) as stream:
                    found[name] = _array(path.name, name, stream.read(size + 1_001), kind, length)
    except Unfit:
        raise
    except (zipfile.BadZipFile, ValueError, EOFError, OSError, NotImplementedError, RuntimeError, KeyError) as error:
        raise Unfit(f"{path.name}: it cannot be unpacked: {error}") from None
    except Exception as error:  # zlib, lzma and bz2 have errors of their own
        raise Unfit(f"{path.name}: it cannot be unpacked: {error}") from None
    return found


def _array(file: str, name: str, raw: bytes, kind: str, length: int) -> Any:
    import numpy as np

    stream = io.BytesIO(raw)
    version = np.lib.format.read_magic(stream)
    header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}.get(version)
    if header is None:
        raise Unfit(f"{file}: {name} is of an unknown format")
    shape, _, dtype = header(stream)
    if dtype != np.dtype(kind) or shape != (length,) or len(raw) - stream.tell() != length * dtype.itemsize:
        raise Unfit(f"{file}: {name} is {dtype} of the shape {shape}, expected {np.dtype(kind)} of the shape ({length},)")
    values = np.frombuffer(raw, dtype, offset=stream.tell()).copy()
    if not np.isfinite(values).all():
        raise Unfit(f"{file}: {name} has values that are no numbers")
    return values


def table(path: Path, most_rows: int = MOST_ROWS) -> pa.Table:
    """The table in a Parquet file, of numbers, truth values, texts and lists of texts. Raises Unfit.

    Texts are read as references into the different ones, so that one that is long and comes often takes its place once, until
    it is known how much all of them take.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    raw = pa.py_buffer(content(path))
    try:
        about = pq.read_metadata(pa.BufferReader(raw))
        unpacked = sum(about.row_group(i).total_byte_size for i in range(min(about.num_row_groups, MOST_ROWS)))
        if about.num_rows > most_rows or about.num_columns > MOST_COLUMNS or unpacked > LARGEST_TABLE:
            raise Unfit(f"{path.name}: it has {about.num_rows:,} rows and {about.num_columns:,} columns, too many to be read")
        columns = [about.schema.column(i) for i in range(about.num_columns)]
        texts = [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]
        with pq.ParquetFile(pa.BufferReader(raw), read_dictionary=texts) as file:
            found = file.read(use_threads=False)
        found.validate(full=True)
        if found.num_rows != about.num_rows:
            raise Unfit(f"{path.name}: it has {found.num_rows:,} rows and says {about.num_rows:,}")
        return _with_texts(path.name, found)
    except (Unfit, MemoryError):
        raise
    except Exception as error:  # whatever pyarrow says of what it cannot read
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise Unfit(f"{path.name}: it is no Parquet file: {reason}") from None


def _with_texts(file: str, found: pa.Table) -> pa.Table:
    """The table with its texts in place of references, once they are known to be texts and not too long."""
    import pyarrow as pa
    import pyarrow.compute as pc

    left = LARGEST_TABLE
    columns = {}
    for name, column in zip(found.column_names, found.columns, strict=True):
        _check_text(file, name)
        if name in columns:
            raise Unfit(f"{file}: it has two columns '{name}'")
        flat = pc.list_flatten(column) if pa.types.is_list(column.type) else column
        for chunk in flat.chunks:
            if pa.types.is_dictionary(chunk.type):
                different = chunk.dictionary.to_pylist()
                for text in different:
                    if text is not None and len(text) > LONGEST_TEXT:
                        raise Unfit(f"{file}: a text of more than {LONGEST_TEXT:,} characters in '{name}'")
                    _check_text(file, str(text))
                left -= int(pc.sum(pc.binary_length(chunk.dictionary).take(chunk.indices)).as_py() or 0)
        if left < 0:
            raise Unfit(f"{file}: its texts take more than {LARGEST_TABLE / 1e6:g} MB")
        columns[name] = column.cast(read_as(column.type))
    return pa.table(columns)


def read_as(kind: Any) -> Any:
    """The type that a column of a type is read as: its texts are large ones."""
    import pyarrow as pa

    if pa.types.is_list(kind):
        return pa.list_(read_as(kind.value_type))
    return pa.large_string() if pa.types.is_dictionary(kind) or pa.types.is_string(kind) else kind


def fits(file: str, found: pa.Table, kinds: Mapping[str, Callable[[Any], bool]]) -> None:
    """Raise Unfit unless the table has these columns, each of its kind (`pyarrow.types.is_...`) and without gaps."""
    for name, kind in kinds.items():
        if name not in found.column_names:
            raise Unfit(f"{file}: it has no column {name}, expected {', '.join(kinds)}")
        column = found[name]
        if not kind(column.type) or column.null_count:
            raise Unfit(f"{file}: its column {name} is {column.type}{' with gaps' * bool(column.null_count)}")
