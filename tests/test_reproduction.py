"""A run says how it was made, is made again the same, and the same bytes come of the same instance, however it was written."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import planner
from planner import cli
from planner.differing import differences
from planner.errors import PlannerError
from planner.reproducing import reproduce

ROOT = Path(__file__).parents[1]
TOY = ROOT / "instances" / "toy"
ORBIT = ROOT / "instances" / "accelerated"
RESULTS = ("tables", "prices", "economics", "ledger.csv", "ledger.parquet", "instance")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder of the toy with a change."""
    instance = planner.load(TOY, changes=["compute.training.demand*=1.05"])
    return planner.save_plan(planner.solve(instance, solver="simplex", threads=1), tmp_path_factory.mktemp("runs") / "run")


@pytest.fixture
def copy(run: Path, tmp_path: Path) -> Path:
    """A copy of the run to tamper with."""
    return shutil.copytree(run, tmp_path / "run")


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run `planner` with arguments in this process: its code, what it printed, and its errors."""

    def run_command(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["planner", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code if isinstance(ended.value.code, int) else 0, said.out, said.err

    return run_command


def test_a_run_says_how_it_was_made(run: Path) -> None:
    made = json.loads((run / "summary.json").read_text())["provenance"]
    assert made["instance_hash"] == planner.load(run / "instance").hash
    assert made["versions"].keys() >= {"planner", "python", "pyomo", "highspy", "numpy", "pandas", "scipy"}
    assert made["versions"]["planner"] == planner.__version__ and made["versions"]["pandas"] == pd.__version__
    wanted = {
        "solver": "simplex",
        "threads": 1,
        "time_limit": None,
        "scenarios": [],
        "changes": ["compute.training.demand*=1.05"],
    }
    assert {key: made["options"][key] for key in wanted} == wanted
    assert made["platform"].keys() >= {"system", "machine"}


def test_scenarios_and_replacements_are_recorded() -> None:
    instance = planner.load(ORBIT, ["orbit"], ["launch.starship.price=200 USD/kg"]).replace(
        {"finance.discount_rate": ("+", 0.01)}
    )
    assert instance.scenarios == ("orbit",)
    assert instance.changes == ("launch.starship.price=200 USD/kg", "finance.discount_rate+=0.01")


def test_a_run_is_made_again_the_same(run: Path, say: Callable[..., tuple[int, str, str]]) -> None:
    found = reproduce(run, tolerance=0.0)
    assert found.same and found.compared > 1000 and found.versions == {}
    code, out, err = say("reproduce", str(run))
    assert (code, err) == (0, "") and "the same in all of" in out


def test_what_was_asked_for_beside_the_plan_is_made_again(tmp_path: Path) -> None:
    made = planner.solve(planner.load(TOY), solver="ipm", exact=True, ranging=True)
    folder = planner.save_plan(made, tmp_path / "run")
    found = reproduce(folder, tolerance=0.0)
    assert found.same and "degenerate" in made.prices["power_balance"]
    facts = json.loads((folder / "summary.json").read_text())
    facts["exact_certificate"]["holds"], facts["exact_certificate"]["gap"] = False, 1e-3
    (folder / "summary.json").write_text(json.dumps(facts))
    limit = folder / "prices" / "limit.parquet"
    table = pd.read_parquet(limit)
    table.loc[0, "more"] += 1
    table.to_parquet(limit, index=False)
    named = {deviation.where for deviation in reproduce(folder).deviations}
    assert named == {"exact certificate", "exact certificate gap", "prices/limit"}


def test_a_table_that_was_changed_is_named(copy: Path, say: Callable[..., tuple[int, str, str]]) -> None:
    path = copy / "tables" / "power.build.parquet"
    table = pd.read_parquet(path)
    row = table["value"].gt(0).idxmax()
    right = table.loc[row, "value"]
    table.loc[row, "value"] = right + 1
    table.to_parquet(path, index=False)
    found = reproduce(copy)
    (only,) = found.deviations
    assert (only.where, only.recorded, only.again) == ("tables/power.build", right + 1, pytest.approx(right))
    assert str(table.loc[row, "technology"]) in only.entry and str(table.loc[row, "year"]) in only.entry
    code, out, _ = say("reproduce", str(copy))
    assert code == 5 and "differs in 1 of" in out and "tables/power.build" in out
    code, out, _ = say("reproduce", str(copy), "--json")
    assert code == 5 and json.loads(out)["same"] is False and json.loads(out)["deviations"][0]["where"] == "tables/power.build"


@pytest.mark.parametrize(("what", "where"), [
    ("objective", "objective"), ("ledger", "ledger"), ("price", "prices/power_balance"), ("entry", "tables/power.output"), ("certificate", "certificate gap"),
    ("instance", "instance_hash"),
])  # fmt: skip
def test_whatever_was_changed_is_named(copy: Path, what: str, where: str) -> None:
    facts = json.loads((copy / "summary.json").read_text())
    if what == "objective":
        facts["objective"] *= 1 + 1e-8
    elif what == "certificate":
        facts["certificate"]["gap"]["scaled"] = 1e-3
    elif what == "instance":
        text = (copy / "instance" / "parameters" / "finance.csv").read_text()
        assert "0.07" in text
        (copy / "instance" / "parameters" / "finance.csv").write_text(text.replace("0.07", "0.08"))
    else:
        path = (
            copy
            / {"ledger": "ledger.parquet", "price": "prices/power_balance.parquet", "entry": "tables/power.output.parquet"}[what]
        )
        table = pd.read_parquet(path)
        if what == "entry":
            table = table.iloc[1:]
        else:
            table.loc[0, "discounted" if what == "ledger" else "value"] += 0.001
        table.to_parquet(path, index=False)
    (copy / "summary.json").write_text(json.dumps(facts))
    assert where in {deviation.where for deviation in reproduce(copy).deviations}


def test_versions_that_differ_are_said(copy: Path) -> None:
    facts = json.loads((copy / "summary.json").read_text())
    facts["provenance"]["versions"]["highspy"] = "1.0.0"
    (copy / "summary.json").write_text(json.dumps(facts))
    found = reproduce(copy)
    assert found.same and found.versions == {
        "highspy": ("1.0.0", planner.solve(planner.load(TOY)).facts["provenance"]["versions"]["highspy"])
    }
    assert "highspy: recorded 1.0.0, now" in str(found)


@pytest.mark.parametrize("file", ["summary.json", "ledger.parquet", "tables/power.build.parquet", "solution.npz"])
def test_half_a_run_is_no_run(copy: Path, file: str, say: Callable[..., tuple[int, str, str]]) -> None:
    (copy / file).write_bytes(b"{")
    code, out, err = say("reproduce", str(copy))
    assert code == 2 and out == "" and "is not a whole run folder" in err


def test_a_run_that_does_not_say_how_it_was_made(copy: Path) -> None:
    facts = json.loads((copy / "summary.json").read_text())
    del facts["provenance"]
    (copy / "summary.json").write_text(json.dumps(facts))
    with pytest.raises(PlannerError, match="has no provenance"):
        reproduce(copy)


def _contents(folder: Path) -> dict[str, bytes]:
    """The bytes of every file that holds results."""
    files = [
        path
        for name in RESULTS
        for path in ([folder / name] if (folder / name).is_file() else (folder / name).rglob("*"))
        if path.is_file()
    ]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_the_same_instance_gives_the_same_bytes(tmp_path: Path) -> None:
    for seed in ("0", "4242"):
        command = [sys.executable, "-m", "planner", "solve", str(TOY), "--quiet", "--out", str(tmp_path / seed)]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed}, cwd=ROOT)
    one, other = _contents(tmp_path / "0"), _contents(tmp_path / "4242")
    assert len(one) > 100 and one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []


def test_the_order_of_rows_changes_no_byte(tmp_path: Path) -> None:
    chance = random.Random(3)
    folder = shutil.copytree(TOY, tmp_path / "toy")
    for path in folder.rglob("*.csv"):
        header, *rows = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
        if path.name != "slices.csv":
            path.write_text("\n".join([header, *chance.sample(rows, len(rows))]) + "\n")
    table = (folder / "technologies.csv").read_text()
    (folder / "technologies.csv").write_text(table.replace("plains basin", "basin plains"))
    text = (folder / "instance.toml").read_text()
    earth = text[text.index("[bodies.earth]") : text.index("[bodies.moon]")]
    (folder / "instance.toml").write_text(text.replace(earth, "") + "\n" + earth)
    for name, source in (("one", TOY), ("other", folder)):
        planner.save_plan(planner.solve(planner.load(source)), tmp_path / name)
    one, other = _contents(tmp_path / "one"), _contents(tmp_path / "other")
    different = [name for name in one if one[name] != other[name]]
    assert different == ["instance/technologies.csv"]  # the cell `at` is kept as it was written


def test_what_differs_is_listed_with_both_values(tmp_path: Path, say: Callable[..., tuple[int, str, str]]) -> None:
    changed = planner.load(
        TOY, changes=["power.gas.capex=1.4 USD/W", "compute.training.demand*=2", "limits.earth_ceiling.upper=7"]
    )
    assert [str(difference) for difference in differences(planner.load(TOY), changed)] == [
        "compute.training.demand: 2030: 15, 2036: 30 ZFLOP/s -> 2030: 30, 2036: 60 ZFLOP/s",
        "power.gas.capex: 1300 USD/kW -> 1400 USD/kW",
        "limits.earth_ceiling.upper: compute.in_service at earth over year: 5.5 GW -> compute.in_service at earth over year: 7 GW",
    ]
    other = shutil.copytree(TOY, tmp_path / "other")
    (other / "instance.toml").write_text(
        (other / "instance.toml").read_text().replace('payments = "mid"', 'payments = "end"').replace("Toy", "Game")
    )
    (other / "technologies.csv").write_text(
        (other / "technologies.csv")
        .read_text()
        .replace("plains basin", "basin plains")
        .replace("driver,launch,basin,,", "driver,launch,basin,,now")
    )
    (other / "parameters" / "power.csv").write_text(
        (other / "parameters" / "power.csv").read_text().replace("USD/kW,1300", "USD/W,1.3")
    )
    (other / "sites.csv").write_text((other / "sites.csv").read_text() + "crater,moon,\n")
    code, out, _ = say("diff", str(TOY), str(other))
    assert code == 0
    assert out.splitlines()[0] == "finance.payments: mid -> end" and "sites.crater.body: (nothing) -> moon" in out
    assert "driver" not in out and "power.gas" not in out and "Game" not in out
    code, out, _ = say("diff", str(TOY), str(TOY), "--json")
    assert code == 0 and json.loads(out)["differences"] == [] and json.loads(out)["same"] is True
    code, out, _ = say("diff", str(ORBIT), str(ORBIT), "--scenario-b", "orbit", "--json")
    assert {"address": "bodies.orbit.users", "a": None, "b": "false"} in json.loads(out)["differences"]


def test_instances_without_a_difference_have_one_hash_and_the_others_not() -> None:
    one = planner.load(TOY)
    for change in ("power.gas.capex*=1.01", "limits.co2_cap.upper*=1.01", "helium3.rich.tonnage=19 Mt", "time.light.hours*=1"):
        other = one.replace({change.rstrip("=0123456789.* Mt"): _value(change)})
        assert (one.hash == other.hash) == (differences(one, other) == [])


def _value(change: str) -> tuple[str, float] | str:
    return ("*", float(change.partition("*=")[2])) if "*=" in change else change.partition("=")[2]
