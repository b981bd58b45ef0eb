"""Breaking what planner itself has saved, run folders and stores of sweeps, and designs: files, fields, types and tables."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.fuzz.texts import NUMBERS, TEXTS, TOML_VALUES

VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 10**6, 10**30, 2**63, 1.5, -1e-300, 1e308, float("nan"), float("inf"), -float("inf"), "", "x", "\x1b[31m", "\u202egnp",
    "\ud800", "a\nb", "[red]", "../../etc/passwd", [], [1], ["x"], [[]], {}, {"x": 1}, "optimal", "infeasible", "9" * 400, "n" * 20_000, "0" * 64,
)  # fmt: skip


def _files(folder: Path, *endings: str) -> list[Path]:
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and path.suffix in endings and "analysis" not in path.parts
    )


def change_bytes(folder: Path, chance: random.Random) -> str:
    path = chance.choice(_files(folder, ".json", ".parquet", ".npz", ".toml", ".csv"))
    content = bytearray(path.read_bytes())
    way = chance.choice(("flip", "flip", "flips", "cut", "cut", "nothing", "noise", "double", "insert", "huge"))
    place = chance.randrange(len(content) + 1)
    if way in ("flip", "flips"):
        for _ in range(1 if way == "flip" else 40):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    made = {
        "cut": lambda: content[:place], "nothing": lambda: b"", "noise": lambda: chance.randbytes(3_000), "double": lambda: content + content,
        "insert": lambda: content[:place] + chance.randbytes(7) + content[place:], "huge": lambda: bytes(content) + b" " * 12_000_000,
    }.get(way, lambda: content)  # fmt: skip
    path.write_bytes(bytes(made()))
    return f"{path.name} {way}"


def change_file(folder: Path, chance: random.Random) -> str:
    path = chance.choice(_files(folder, ".json", ".parquet", ".npz", ".toml", ".csv"))
    way = chance.choice(
        ("missing", "missing", "folder", "link", "circle", "dangling", "pipe", "device", "unreadable", "renamed", "moved")
    )
    if way == "unreadable":
        path.chmod(0)
        return f"{path.name} {way}"
    elsewhere = folder.parent / "elsewhere"
    shutil.move(path, elsewhere)
    made: dict[str, Callable[[], object]] = {
        "missing": lambda: None, "folder": path.mkdir, "link": lambda: path.symlink_to(elsewhere), "circle": lambda: path.symlink_to(path.name),
        "dangling": lambda: path.symlink_to("nowhere"), "pipe": lambda: os.mkfifo(path), "device": lambda: path.symlink_to("/dev/zero"),
        "renamed": lambda: shutil.copy(elsewhere, path.with_name(chance.choice(("x.parquet", "-1.parquet", "\x1b.parquet", "9999999.parquet", "x.json")))),
        "moved": lambda: shutil.copy(elsewhere, path.parent.parent / path.name),
    }  # fmt: skip
    made[way]()
    return f"{path.name} {way}"


def change_folder(folder: Path, chance: random.Random) -> str:
    path = chance.choice(sorted(path for path in folder.iterdir() if path.is_dir()))
    way = chance.choice(("missing", "link", "file", "empty", "many"))
    elsewhere = folder.parent / "elsewhere_folder"
    shutil.move(path, elsewhere)
    if way == "link":
        path.symlink_to(elsewhere)
    elif way == "file":
        path.write_text("x")
    elif way == "empty":
        path.mkdir()
    elif way == "many":
        shutil.move(elsewhere, path)
        for number in range(300):
            (path / f"{number:07d}.parquet").touch()
    return f"{path.name} {way}"


def swap_files(folder: Path, chance: random.Random) -> str:
    ending = chance.choice((".parquet", ".parquet", ".json", ".csv"))
    one, other = chance.choice(_files(folder, ending)), chance.choice(_files(folder, ending))
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    return f"{one.name} and {other.name}"


def change_json(folder: Path, chance: random.Random) -> str:
    path = chance.choice(_files(folder, ".json"))
    said = json.loads(path.read_text(encoding="utf-8"))
    place, step = _place(said, chance)
    way = chance.choice(("value", "value", "value", "delete", "key", "double"))
    if way == "delete":
        del place[step]
    elif way == "value":
        place[step] = chance.choice(VALUES)
    elif isinstance(place, dict):
        place[chance.choice(TEXTS)[:50] if way == "key" else f"{step}x"] = place.pop(step) if way == "key" else place[step]
    else:
        place.insert(chance.randrange(len(place) + 1), place[step])
    path.write_text(json.dumps(said), encoding="utf-8")
    return f"{path.name} {way} {str(step)[:40]!r}"


def _place(said: Any, chance: random.Random) -> tuple[Any, Any]:
    """A container somewhere in a value, and a key of it."""
    while True:
        step = chance.choice(list(said) if isinstance(said, dict) else range(len(said)))
        if not isinstance(said[step], (dict, list)) or not said[step] or chance.random() < 0.15:
            return said, step
        said = said[step]


def change_table(folder: Path, chance: random.Random) -> str:
    path = chance.choice(_files(folder, ".parquet"))
    table = pq.read_table(path)
    way = chance.choice(("value", "value", "delete", "rename", "type", "double", "rows", "none", "gap", "pickle"))
    number = chance.randrange(table.num_columns)
    name, column = table.column_names[number], table.column(number)
    if way in ("value", "gap"):
        values = column.to_pylist()
        values[chance.randrange(len(values))] = None if way == "gap" else chance.choice((chance.choice(VALUES[8:20]), *values))
        try:
            table = table.set_column(number, name, pa.array(values, column.type))
        except (pa.ArrowException, OverflowError, TypeError, UnicodeError):
            table = table.set_column(number, name, pa.array([str(value).encode("utf-8", "replace").decode() for value in values]))
    elif way == "delete":
        table = table.remove_column(number)
    elif way == "rename":
        table = table.rename_columns(
            [chance.choice(("x", "year", "\x1b", "point")) if i == number else n for i, n in enumerate(table.column_names)]
        )
    elif way == "type":
        kind = chance.choice(
            (pa.string(), pa.float32(), pa.int8(), pa.null(), pa.binary(), pa.timestamp("s"), pa.list_(pa.string()))
        )
        table = table.set_column(number, name, pa.nulls(len(table), kind))
    elif way == "double":
        table = pa.concat_tables([table, table])
    elif way == "rows":
        table = table.take(pa.array([chance.randrange(len(table)) for _ in range(chance.choice((1, 3, 5_000)))]))
    elif way == "none":
        table = table.slice(0, 0)
    else:
        table = table.append_column("x", pa.array([b"\x80\x04\x95cposix\nsystem\n"] * len(table)))
    pq.write_table(table, path)
    return f"{path.parent.name}/{path.name} {way} {name}"


class _Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("/tmp/planner-fuzz-unpickled",)


def change_arrays(folder: Path, chance: random.Random) -> str:
    path = chance.choice(_files(folder, ".npz"))
    with np.load(path) as packed:
        found: dict[str, Any] = dict(packed)
    name = chance.choice(list(found))
    way = chance.choice(("shorter", "longer", "type", "shape", "nan", "statuses", "pickle", "missing", "more", "bomb", "header"))
    if way == "bomb":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed_again:
            packed_again.writestr(f"{name}.npy", _header((10**8,)) + bytes(30_000_000))
        return f"{name} {way}"
    if way == "header":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed_again:
            packed_again.writestr(f"{name}.npy", _header((10**15,)))
        return f"{name} {way}"
    changed = {
        "shorter": lambda: found[name][:-1], "longer": lambda: np.append(found[name], 1), "type": lambda: found[name].astype(chance.choice(("f4", "i8", "c16", "U9"))),
        "shape": lambda: found[name][None], "nan": lambda: np.where(np.arange(len(found[name])) == 3, np.nan, found[name]), "statuses": lambda: found[name] * 0 + 9,
        "pickle": lambda: np.array([_Evil()] * len(found[name]), dtype=object), "missing": lambda: None, "more": lambda: found[name],
    }[way]()  # fmt: skip
    if way == "missing":
        del found[name]
    else:
        found["x" if way == "more" else name] = changed
    np.savez_compressed(path, **found)
    return f"{name} {way}"


def _header(shape: tuple[int, ...]) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "<f8", "fortran_order": False, "shape": shape})
    return stream.getvalue()


def change_design(folder: Path, chance: random.Random) -> str:
    """A design that asks for too much, for what is not there, or is no design."""
    path = chance.choice(_files(folder, ".toml"))
    lines = path.read_text(encoding="utf-8").split("\n")
    number = chance.randrange(len(lines))
    way = chance.choice(("value", "value", "value", "line", "line", "delete", "duplicate", "stars", "long", "many"))
    if way == "value":
        assigned = [i for i, line in enumerate(lines) if "=" in line]
        number = chance.choice(assigned)
        lines[number] = (
            lines[number].partition("=")[0] + "= " + chance.choice((*TOML_VALUES, *NUMBERS, *(f'"{law}"' for law in LAWS)))
        )
    elif way == "line":
        lines.insert(number, chance.choice(DESIGN_LINES))
    elif way == "delete":
        del lines[number]
    elif way == "duplicate":
        lines[number:number] = lines[number : number + chance.randint(1, 5)]
    elif way == "stars":
        lines += [
            "[[factor]]",
            f'vary = "{chance.choice(("launch.", ""))}{"*" * chance.choice((1, 30, 250))}{chance.choice(("x", "pricex", ".*.capex", ""))}"',
        ]
    elif way == "long":
        blank = chance.choice((" ", "\\t", "1", "&", "*", "a."))
        lines += [
            "[[factor]]",
            f'vary = "launch.rocket.price{blank * chance.choice((100, 5_000))}={blank * 100}1"',
            "low = 1",
            "high = 2",
        ]
    else:
        section = chance.choice(
            (
                '[[factor]]\nvary = "launch.rocket.price"',
                '[[scenario]]\nname = "a"',
                '[[correlation]]\nfactors = ["a", "b"]\nrank = 0.1',
            )
        )
        lines += [section] * chance.choice((20, 1_500, 3_000))
    path.write_text("\n".join(lines), encoding="utf-8", newline="")
    return f"{path.name} {way}"


LAWS = (
    "launch.rocket.price", "launch.rocket.price*", "*", "**", "***", "compute.*.demand", "x=1+t", "launch.rocket.price=1+t", "launch.rocket.price*=1-t", "a & b",
    "launch.rocket.price & compute.rack.capex", "limits.earth_ceiling.upper", "\\u001b", "compute.in_service[moon]@2036", "first year of compute.in_service > 1 GW",
    "launch.rocket.price@2030", "launch.rocket.lifetime", "= = =", "t", "1/0", "grid", "scenarios", "latin_hypercube", "sobol", "saltelli", "morris", "log",
)  # fmt: skip
DESIGN_LINES = (
    'method = "grid"', 'method = "saltelli"', 'method = "morris"', 'method = "latin_hypercube"', 'method = "scenarios"', "points = 1_000_000", "points = 2",
    "levels = 1_000_000", "levels = 20_000_000", "levels = 4", "second_order = true", "seed = 0", "[ranged]", '[ranged]\nrows = ["*"]\nwithout = ["*"]',
    "[ranged]\nlevels = 1_000_000", '[[scenario]]\nname = "x"', '[[scenario]]\nname = "y"\nset = { "launch.rocket.price" = 1e9 }', "[[factor]]",
    '[[factor]]\nvary = "compute.rack.capex*"\nvalues = [1, 2]', '[[factor]]\nname = "\\u001b"\nvary = "compute.rack.capex"',
    '[[correlation]]\nfactors = ["launch price", "demand"]\nrank = 0.9999', 'quantities = "first year of launch.payload > 1"', 'quantities = ["x"]',
)  # fmt: skip

RUN_WAYS = (
    change_bytes,
    change_bytes,
    change_file,
    change_folder,
    swap_files,
    change_json,
    change_json,
    change_json,
    change_table,
    change_table,
    change_arrays,
    change_arrays,
)
STORE_WAYS = (
    change_bytes,
    change_bytes,
    change_file,
    change_folder,
    swap_files,
    change_json,
    change_json,
    change_json,
    change_table,
    change_table,
)
DESIGN_WAYS = (change_design, change_design, change_design, change_bytes)
