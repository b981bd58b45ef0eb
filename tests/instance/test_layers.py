"""Instances that extend others, and instances that are written and read back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from planner.errors import InstanceError
from planner.instance import load
from tests.instance.small import FILES

Write = Callable[..., Path]

CHILD = {
    "instance.toml": 'title = "Child"\nextends = "../small"\n[finance]\npayments = "mid"\n[bodies.earth]\nusers = false\n',
    "workloads.csv": "workload,kind\nchat,flexible\nscience,firm\n",
    "survival.csv": "technology,age,share,source\ngpu,0,1,x\ngpu,3,0.5,x\n",
    "parameters/compute.csv": "item,at,parameter,unit,value,source\nscience,,demand,ZFLOP/s,3,assumption\n",
    "parameters/power.csv": "item,at,parameter,unit,value,source\ngas,,capex,USD/kW,1500,new\npv,texas,capex,USD/kW,600,new\n",
    "limits.csv": "limit,quantity,item,at,over,bound,unit,value,source\nceiling,compute.in_service,,earth,year,upper,TW,2,claim\n",
}


def test_a_child_replaces_and_adds_rows(write: Write) -> None:
    base = load(write())
    child = load(write(name="child", files=CHILD))
    assert (child.title, child.description) == ("Child", "Everything once.")
    assert child.years == base.years
    assert (child.finance.payments, child.finance.price_year) == ("mid", 2025)
    assert not child.bodies["earth"].users
    assert child.bodies["earth"].supplies == ("complex", "propellant", "structural")
    assert child.workloads == {"training": "flexible", "chat": "flexible", "science": "firm"}
    assert child.tiers["science"] == "science"
    assert child.survival == {"gpu": ((0.0, 1.0), (3.0, 0.5))}
    assert child.numbers["power.capex"]["gas", "texas", 2030] == 1.5
    assert child.numbers["power.capex"]["pv", "texas", 2030] == 0.6
    assert child.numbers["power.capex"]["pv", "mare", 2030] == 9
    assert child.limits[0].values[2030] == 2000
    row = next(row for row in child.rows if row.address == "power.pv.capex[moon]")
    assert (row.file, row.line) == ("small/parameters/power.csv", 10)
    assert next(row for row in child.rows if row.address == "power.gas.capex").file == "parameters/power.csv"
    assert "power.pv.capex" not in [row.address for row in child.rows], "outdone everywhere by what lies above"
    assert child.counts["read"] == child.counts["used"] + child.counts["replaced"]


def test_chains_and_scenarios_of_the_parent(write: Write) -> None:
    write()
    write(name="child", files=CHILD)
    grandchild = write(
        name="grandchild", files={"instance.toml": 'title = "Grandchild"\nextends = "../child"\n[horizon]\nlast = 2036\n'}
    )
    cheap = load(grandchild, ["cheap"])
    assert cheap.years == (2030, 2032, 2034, 2036)
    assert cheap.numbers["launch.price"]["rocket", "texas", 2030] == pytest.approx(0.2)
    assert cheap.numbers["power.capex"]["gas", "texas", 2036] == 1.5
    assert cheap.numbers["power.capex"]["pv", "texas", 2036] == pytest.approx(0.3)
    with pytest.raises(InstanceError, match=r"--set:1:1: nothing uses power\.pv\.capex: more specific rows win"):
        load(grandchild, changes=["power.pv.capex[]=1"])


def test_rows_below_may_lose_what_they_apply_to(write: Write) -> None:
    write()
    files = {"instance.toml": 'extends = "../small"\n', "technologies.csv": "technology,block,at\ngpu,compute,earth\n"}
    child = load(write(name="child", files=files))
    addresses = [row.address for row in child.rows]
    assert "compute.gpu.capex" in addresses
    assert not {"compute.gpu.capex[moon]", "compute.gpu.availability[mare/lunar_night]", "compute.overhead[moon]"} & set(
        addresses
    )
    assert child.counts["replaced"] == 4, "the row of the technology and the three that it leaves nothing to apply to"


def test_first_and_last_take_the_place_of_years(write: Write) -> None:
    write({"instance.toml": FILES["instance.toml"].replace("first = 2030\nlast = 2034\nstep = 2", "years = [2030, 2033]")})
    child = write(
        name="child", files={"instance.toml": 'title = "Child"\nextends = "../small"\n[horizon]\nfirst = 2031\nlast = 2032\n'}
    )
    assert load(child).years == (2031, 2032)


def test_problems_of_a_parent_are_named_by_its_folder(write: Write) -> None:
    write({"limits.csv": FILES["limits.csv"].replace("TW,1", "TW,one")})
    child = {**CHILD, "limits.csv": CHILD["limits.csv"].replace("TW,2", "TW,two")}
    with pytest.raises(InstanceError) as caught:
        load(write(name="child", files=child))
    assert [str(problem).split(": ")[0] for problem in caught.value.problems] == ["limits.csv:2:49", "small/limits.csv:2:49"]


def test_a_circle_of_extends(write: Write) -> None:
    write({"instance.toml": 'title = "Small"\nextends = "../child"\n'})
    with pytest.raises(InstanceError, match=r"small/instance\.toml:2:1: '\.\./child' leads back to this instance"):
        load(write(name="child", files=CHILD))


@pytest.mark.parametrize("scenarios", [[], ["cheap"], ["long"]])
def test_written_and_read_back(scenarios: list[str], write: Write, tmp_path: Path) -> None:
    write()
    child = load(write(name="child", files=CHILD), scenarios, ["power.pv.capex[rim]=8 USD/W", "compute.training.demand@2032*=2"])
    copy = load(child.write(tmp_path / "copy"))
    assert copy.hash == child.hash
    assert [row.source for row in copy.rows if row.block == "power"] == [row.source for row in child.rows if row.block == "power"]
    again = copy.write(tmp_path / "again")
    for file in sorted(path.relative_to(again) for path in again.rglob("*.*")):
        assert (again / file).read_bytes() == (tmp_path / "copy" / file).read_bytes()
    assert copy.write(tmp_path / "again") == again, "an instance may be replaced"


def test_other_folders_are_not_written_over(write: Write, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("text")
    with pytest.raises(FileExistsError):
        load(write()).write(tmp_path / "mine")


def test_a_layer_that_names_every_slice_of_a_body_orders_them(write: Write) -> None:
    write()
    finer = "dawn,earth\nday,earth\ndusk,earth\nnight,earth\n"
    shares = "item,at,parameter,unit,value,source\n" + "".join(
        f"{h},,share,1,0.25,x\n{h},,hours,h,6,x\n" for h in ("dawn", "day", "dusk", "night")
    )
    top = 'title = "Child"\nextends = "../small"\n'
    whole = write(
        name="whole",
        files={"instance.toml": top, "slices.csv": f"slice,body\n{finer}", "parameters/time.csv": shares},
    )
    assert load(whole).slices == {"earth": ("dawn", "day", "dusk", "night"), "moon": ("lunar_day", "lunar_night")}
    assert load(whole).previous["dawn"] == "night" and load(whole).previous["day"] == "dawn"
    part = write(
        name="part",
        files={
            "instance.toml": top,
            "slices.csv": "slice,body\n" + finer.replace("day,earth\n", ""),
            "parameters/time.csv": shares,
        },
    )
    assert load(part).slices["earth"] == ("day", "night", "dawn", "dusk"), "each in its place, what is new behind"
