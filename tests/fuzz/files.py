"""Breaking an instance by its files: their bytes and encodings, what stands in their place, and the folders around them."""

from __future__ import annotations

import os
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path


def tables(folder: Path) -> list[Path]:
    """The tables of an instance that are files."""
    return sorted(path for path in folder.rglob("*.csv") if path.is_file())


def tomls(folder: Path) -> list[Path]:
    """instance.toml and scenarios."""
    return sorted(path for path in folder.rglob("*.toml") if path.is_file())


def change_bytes(folder: Path, chance: random.Random) -> str:
    path = chance.choice([*tables(folder), *tomls(folder)])
    text = path.read_text(encoding="utf-8")
    ways: dict[str, Callable[[], bytes]] = {
        "utf-16": lambda: text.encode("utf-16"), "utf-16 without mark": lambda: text.encode("utf-16-le"), "utf-32": lambda: text.encode("utf-32"),
        "latin-1": lambda: (text + "# é").encode("latin-1", "replace"), "mark": lambda: b"\xef\xbb\xbf" + text.encode(), "two marks": lambda: b"\xef\xbb\xbf" * 2 + text.encode(),
        "crlf": lambda: text.replace("\n", "\r\n").encode(), "cr": lambda: text.replace("\n", "\r").encode(), "semicolons": lambda: text.replace(",", ";").encode(),
        "tabs": lambda: text.replace(",", "\t").encode(), "decimal commas": lambda: re.sub(r"(\d)\.(\d)", r"\1,\2", text).encode(), "nothing": lambda: b"",
        "blank": lambda: b"\n \n\n", "noise": lambda: chance.randbytes(2000), "cut": lambda: text.encode()[: chance.randrange(len(text) + 1)], "zip": lambda: b"PK\x03\x04" + text.encode(),
        "flip": lambda: _flipped(text.encode(), chance), "huge": lambda: text.encode() + b"#" * 21_000_000, "long line": lambda: text.encode() + b"," * 300_000,
        "many lines": lambda: text.encode() + b"x,y\n" * 60_000, "nul": lambda: text.replace(",", "\0", 1).encode(),
    }  # fmt: skip
    way = chance.choice(list(ways))
    path.write_bytes(ways[way]())
    return f"{path.name} {way}"


def _flipped(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content))
    return content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :]


def change_file(folder: Path, chance: random.Random) -> str:
    path = chance.choice([*tables(folder), *tomls(folder)])
    way = chance.choice(
        (
            "missing",
            "folder",
            "link out",
            "link in",
            "circle",
            "dangling",
            "pipe",
            "unreadable",
            "renamed",
            "copy",
            "device",
            "long name",
        )
    )
    if way == "copy":
        shutil.copy(path, path.with_name(chance.choice(("copy.csv", "=x.csv", "\x1b.csv", "a b.csv", "SITES.csv", "x.toml"))))
    elif way == "unreadable":
        path.chmod(0)
    elif way == "long name":
        path.with_name("l" * 240 + ".csv").write_text("a,b\n")
    else:
        text = path.read_text(encoding="utf-8")
        path.unlink()
        outside = folder.parent / "outside.csv"
        outside.write_text(text)
        other = tables(folder)[0] if tables(folder) else outside
        made: dict[str, Callable[[], object]] = {
            "folder": path.mkdir, "link out": lambda: path.symlink_to(outside), "link in": lambda: path.symlink_to(other), "pipe": lambda: os.mkfifo(path),
            "circle": lambda: path.symlink_to(path.name), "dangling": lambda: path.symlink_to("nowhere"), "device": lambda: path.symlink_to("/dev/zero"),
            "renamed": lambda: path.with_suffix(".txt").write_text(text), "missing": lambda: None,
        }  # fmt: skip
        made[way]()
    return f"{path.name} {way}"


def change_folder(folder: Path, chance: random.Random) -> str:
    way = chance.choice(
        ("no parameters", "parameters link", "scenarios link", "scenario folder link", "strange folder", "nested")
    )
    outside = folder.parent / "elsewhere"
    outside.mkdir(exist_ok=True)
    if way == "no parameters":
        shutil.rmtree(folder / "parameters")
    elif way == "parameters link":
        shutil.move(str(folder / "parameters"), str(outside / "parameters"))
        (folder / "parameters").symlink_to(outside / "parameters")
    elif way == "scenarios link":
        (outside / "fuzz.toml").write_text("title = 'x'\n")
        (folder / "scenarios").symlink_to(outside)
    elif way == "scenario folder link":
        (folder / "scenarios").mkdir(exist_ok=True)
        (folder / "scenarios" / "fuzz.toml").write_text("title = 'x'\n")
        shutil.copy(folder / "sites.csv", outside)
        (folder / "scenarios" / "fuzz").symlink_to(outside)
    elif way == "strange folder":
        (folder / "scenarios" / chance.choice(("x", "\x1b", "é"))).mkdir(parents=True)
    else:
        shutil.copytree(folder, outside / "again", symlinks=True)
        shutil.move(str(outside / "again"), str(folder / "parameters" / "again"))
    return way
