"""The largest sizes of an instance, each refused at once, and what a stranger's file may not do."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from planner.errors import InstanceError
from planner.instance import checks, csv_files, layers, load, sizes
from tests.instance.small import FILES

Write = Callable[..., Path]
TOML = FILES["instance.toml"]


@pytest.fixture(autouse=True)
def at_once() -> Iterator[None]:
    """Every refusal takes less than some seconds, whatever the size."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < 10


def refusal(folder: Path, scenarios: tuple[str, ...] = ()) -> str:
    with pytest.raises(InstanceError) as caught:
        load(folder, scenarios)
    return str(caught.value)


@pytest.mark.parametrize(("old", "new", "message"), [
    ("last = 2034", "last = 10_000_000", "expected a year from 1900 to 2500"),
    ("last = 2034", "last = " + "9" * 5000, "not TOML: Exceeds the limit"),
    ("first = 2030\nlast = 2034\nstep = 2", f"years = {list(range(1900, 2502))}", "at most 300 items"),
    ("", "x = " + "[" * 50_000, "brackets within brackets"),
    ("", ".".join("a" * 3_000) + " = 1\n", "more than 500 dots on a line"),
    ("", "# " + "x" * 256_000 + "\n", "larger than 256 kB"),
    ('title = "Small"', 'title = "' + "x" * 201 + '"\n', "at most 200 characters"),
    ("[bodies.moon]", "".join(f"[bodies.b{i}]\n" for i in range(101)) + "[bodies.moon]", "at most 100 items"),
    ("[bodies.moon]", f"[bodies.{'b' * 65}]\n[bodies.moon]", "at most 64 characters"),
    ("[units]", "[units]\n" + "".join(f'u{i} = "1 kW"\n' for i in range(51)), "at most 50 items"),
    ("", 'extends = "' + "../" * 70 + '"\n', "at most 200 characters"),
])  # fmt: skip
def test_settings(write: Write, old: str, new: str, message: str) -> None:
    assert old in TOML
    assert message in refusal(write({"instance.toml": TOML.replace(old, new, 1)}))


@pytest.mark.parametrize(("file", "text", "message"), [
    ("sites.csv", FILES["sites.csv"] + "".join(f"s{i},moon,\n" for i in range(2_000)), "more than 2,000 rows"),
    ("limits.csv", FILES["limits.csv"] + "\n".join([FILES["limits.csv"].splitlines()[1]] * 2_001), "more than 2,000 rows"),
    ("survival.csv", FILES["survival.csv"] + "".join(f"gpu,{i},0,x,\n" for i in range(20_001)), "more than 20,000 rows"),
    ("parameters/power.csv", FILES["parameters/power.csv"] + "\n".join([FILES["parameters/power.csv"].splitlines()[1]] * 50_001), "more than 50,000 rows"),
    ("parameters/time.csv", FILES["parameters/time.csv"].splitlines()[0] + "".join(f",{year}" for year in range(1000, 1700)) + "\n", "columns, expected at most 700"),
    ("sites.csv", FILES["sites.csv"] + f"{'s' * 65},moon,\n", "at most 64"),
    ("sites.csv", FILES["sites.csv"] + f"s,moon,{'n' * 10_001}\n", "a cell of more than 10,000 characters"),
    ("sites.csv", FILES["sites.csv"] + "#" * 20_000_001, "larger than 20 MB"),
    ("sites.csv", FILES["sites.csv"] + "S,x,\n" * 1_500, "reading stopped there"),
    ("slices.csv", FILES["slices.csv"].replace("moon,", "moon,Not A Name", 1), "'Not A Name' is no name"),
    ("limits.csv", FILES["limits.csv"].replace("ceiling", "\u00b2", 1), "is no name"),
])  # fmt: skip
def test_tables(write: Write, file: str, text: str, message: str) -> None:
    assert message in refusal(write({file: text}))


def test_cells_of_all_tables_together(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_files, "MOST_CELLS", 100)
    assert "more than 100 cells in all tables together" in refusal(write())


@pytest.mark.parametrize(
    ("name", "message"),
    [("MOST_ASSET_YEARS", "technologies at sites x model years, at most 3"), ("MOST_ENTRIES", "x slices, at most 3")],
)
def test_the_whole(write: Write, monkeypatch: pytest.MonkeyPatch, name: str, message: str) -> None:
    monkeypatch.setattr(checks, name, 3)
    assert message in refusal(write())


def test_a_whole_of_the_largest_tables_is_refused_before_it_is_written_out(write: Write) -> None:
    sites = "".join(f"s{i},moon,\n" for i in range(1_900))
    technologies = "".join(f"t{i},power,moon,,\n" for i in range(1_900))
    changed = {"sites.csv": FILES["sites.csv"] + sites, "technologies.csv": FILES["technologies.csv"] + technologies}
    assert "the instance is too large" in refusal(write(changed))


def test_chains(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "LONGEST_CHAIN", 3)
    for number in range(5):
        write({"instance.toml": f'extends = "../c{number + 1}"\n' + TOML}, f"c{number}")
    write({}, "c5")
    assert "a chain of more than 3 instances" in refusal(tmp_path / "c0")
    chain = {f"scenarios/s{n}.toml": f'extends = "s{n + 1}"\n' for n in range(5)} | {"scenarios/s5.toml": "title = 'x'\n"}
    assert "a chain of more than 3 scenarios" in refusal(write(chain, "scenarios"), ("s0",))


def test_changes_of_a_scenario(write: Write) -> None:
    many = "[scale]\n" + "".join(f'"power.gas.x{i}" = 2\n' for i in range(1_001))
    assert "at most 1000 items" in refusal(write({"scenarios/many.toml": many}), ("many",))


@pytest.mark.parametrize(("content", "message"), [
    (FILES["sites.csv"].encode("utf-16"), "saved as UTF-16"), (FILES["sites.csv"].encode().replace(b"moon", b"mo\0on", 1), "control character U+0000"),
    (FILES["sites.csv"].encode() + b"s,moon,\x1b[31m\n", "control character U+001B"), (FILES["sites.csv"].encode() + "s,moon,\u202e\n".encode(), "U+202E"),
    (FILES["sites.csv"].encode() + b"s,moon,caf\xe9\n", "not UTF-8"),
])  # fmt: skip
def test_what_is_no_plain_text(write: Write, content: bytes, message: str) -> None:
    folder = write({})
    (folder / "sites.csv").write_bytes(content)
    said = refusal(folder)
    assert message in said and "\x1b" not in said


def test_escapes_in_toml_are_no_way_around(write: Write) -> None:
    said = refusal(write({"instance.toml": TOML.replace('title = "Small"', 'title = "a\\u001b[31m"\n"\\u0007x" = 1')}))
    assert "title" not in said or "control character U+001B" in said
    assert "\x1b" not in said and "\x07" not in said


def _outside(folder: Path, file: str) -> None:
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    elsewhere = folder.parent / "elsewhere"
    if (folder / file).exists():
        (folder / file).rename(elsewhere)
    else:
        elsewhere.mkdir()
        (elsewhere / "sites.csv").write_text(FILES["sites.csv"])
    (folder / file).symlink_to(elsewhere)


@pytest.mark.parametrize(
    "file", ["instance.toml", "sites.csv", "parameters", "parameters/power.csv", "scenarios/long.toml", "scenarios/new"]
)
def test_no_link_leads_out_of_the_folder(write: Write, file: str) -> None:
    folder = write({"scenarios/long.toml": "title = 'x'\n", "scenarios/new.toml": "title = 'x'\n"})
    _outside(folder, file)
    said = refusal(folder, ("long", "new"))
    assert "within the folder" in said or "there is no instance.toml" in said


def test_what_is_no_file_is_not_read(write: Write) -> None:
    for make in (Path.mkdir, os.mkfifo, lambda path: path.symlink_to(path.name), lambda path: path.symlink_to("/dev/zero")):
        folder = write({"sites.csv": None}, f"as_{getattr(make, '__name__', 'x')}_{id(make)}")
        make(folder / "sites.csv")
        assert "sites.csv:1:1: not a file within the folder of the instance" in refusal(folder)


@pytest.mark.parametrize("name", ["../x", "a/b", "a" * 300, "", "x\0y", "."])
def test_names_of_scenarios_are_names(write: Write, name: str) -> None:
    assert "has no scenario" in refusal(write(), (name,))


@pytest.mark.parametrize(
    ("unit", "message"), [("1/0", "no finite size above 0"), ("1e300**9", "no finite size above 0"), ("((m**9)**9)**9", "")]
)
def test_units_that_compute_to_nothing(write: Write, unit: str, message: str) -> None:
    text = FILES["parameters/power.csv"].replace("gas,,capex,USD/kW", f"gas,,capex,{unit}")
    assert message in refusal(write({"parameters/power.csv": text}))


@pytest.mark.parametrize("number", ["1e-300", "1e300", "1e-14", "1e17"])
def test_numbers_beyond_measure_are_refused_at_their_address(write: Write, number: str) -> None:
    text = FILES["parameters/power.csv"].replace("gas,,capex,USD/kW,1000,800,1200", f"gas,,capex,USD/kW,{number},,")
    assert "parameters/power.csv:3:19: power.gas.capex is" in refusal(write({"parameters/power.csv": text}))
    text = FILES["limits.csv"].replace("TW,1,", f"TW,{number},")
    assert "expected 0 or a size between 1e-12 and 10000000 TW" in refusal(write({"limits.csv": text}, "limits"))


def test_the_sizes_are_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "instance-format.md").read_text()
    for size in (
        sizes.MOST_THINGS,
        sizes.MOST_AGES,
        sizes.MOST_ROWS,
        sizes.MOST_CELLS,
        sizes.MOST_COLUMNS,
        sizes.LONGEST_CELL,
        sizes.LONGEST_NAME,
        sizes.MOST_ASSET_YEARS,
        sizes.MOST_ENTRIES,
        sizes.MOST_DOTS,
        sizes.MOST_BODIES,
        sizes.MOST_UNITS,
        sizes.MOST_CHANGES,
        sizes.LONGEST_CHAIN,
    ):
        assert f"{size:,}" in page
    for words in ("20 MB", "256 kB", "1e-9 to 1e10", "300"):
        assert words in page


def test_a_tier_that_takes_the_name_of_a_workload(write: Write) -> None:
    """Found by the fuzzer: the workload whose tier it was is left without any."""
    text = FILES["tiers.csv"].replace("urgent,chat", "training,chat").replace("idle,chat", "chat,training")
    assert "names a workload as well" in refusal(write({"tiers.csv": text}))
