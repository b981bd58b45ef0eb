"""Commands run on the shipped instances and scenarios, over a few model years and without a warning.

Every case is solved, explained and reported; what depends less on the case runs on two. Drawing is left out: charts are made as
far as what is handed to vl-convert, which draws them in `tests/charts`.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import planner
from tests import freeze
from tests.conftest import ROOT, TOY, Said

_PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'

#: The last of the scenarios of every case: fewer model years. The orders of `mandate` need more of them, `world` bears but one.
_HORIZONS = {
    "toy": "years = [2030, 2033, 2036]\nlast = 2037\n", "mandate": "years = [2026, 2032, 2038, 2041, 2044, 2050]\nlast = 2052\n",
    "world": "years = [2026]\nlast = 2030\n",
}  # fmt: skip
_COARSE = "+coarse"
_SHORT = "years = [2026, 2041, 2056]\nlast = 2070\n"

#: What none of these commands may print: a warning of Python's, or a failure that nobody foresaw.
_NEVER = re.compile(r"Warning|Traceback|unexpected")


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    vl_convert = pytest.importorskip("vl_convert")
    monkeypatch.setattr(vl_convert, "vegalite_to_svg", lambda spec, **_: _PICTURE if json.dumps(spec) else "")
    monkeypatch.setattr(vl_convert, "svg_to_png", lambda picture, **_: b"")
    monkeypatch.setattr("planner.reporting.figures.as_svg", lambda chart, dark, narrow: _PICTURE)


@pytest.fixture
def done(run: Callable[..., Said]) -> Callable[..., str]:
    """What a command printed, which must have ended well and without a warning."""

    def run_well(*arguments: object) -> str:
        said = run(*map(str, arguments))
        assert said.code == 0 and not _NEVER.search(said.err), (arguments, said.err)
        return said.out

    return run_well


@pytest.fixture(scope="module")
def instances(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = shutil.copytree(ROOT / "instances", tmp_path_factory.mktemp("short") / "instances")
    for name in {case.partition("+")[0] for case in freeze.CASES}:
        (folder / name / "scenarios").mkdir(exist_ok=True)
        (folder / name / "scenarios" / "short.toml").write_text(
            f'title = "Short"\n[horizon]\n{_HORIZONS.get(name, _SHORT)}', encoding="utf-8"
        )
    yield folder
    shutil.rmtree(folder)


def launch_price(instance: planner.Instance) -> str:
    return next(row.address for row in instance.rows if (row.block, row.parameter) == ("launch", "price"))


def shortened(case: str, instances: Path) -> tuple[Path, list[str]]:
    """The folder of a case and the options that choose its scenarios, the short horizon last."""
    chosen = [word for scenario in (*freeze.CASES[case], "short") for word in ("--scenario", scenario)]
    return instances / case.partition("+")[0], chosen


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("case", [case for case in freeze.CASES if not case.endswith(_COARSE)])
def test_every_shipped_case_is_solved_explained_and_reported(
    case: str, instances: Path, tmp_path: Path, done: Callable[..., str]
) -> None:
    folder, chosen = shortened(case, instances)
    assert "GUSD" in done("solve", folder, *chosen, "--out", tmp_path / "run")
    done("report", tmp_path / "run")  # which explains too
    assert "</html>" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    done("export", tmp_path / "run", "--to", tmp_path / "plan.iamc.csv")


@pytest.mark.parametrize("case", [case for case in freeze.CASES if case.endswith(_COARSE)])
def test_a_coarse_scenario_is_another_horizon_and_nothing_else(case: str, instances: Path) -> None:
    """So that its base, over the same short horizon, stands for it above."""
    folder = instances / case.partition("+")[0]
    assert planner.load(folder, (*freeze.CASES[case], "short")).hash == planner.load(folder, ("short",)).hash


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("name", ["baseline", "toy"])
def test_every_command_about_runs_and_instances(name: str, instances: Path, tmp_path: Path, done: Callable[..., str]) -> None:
    """One without industry and helium-3, and one with everything."""
    folder, chosen = shortened(name, instances)
    price, result = launch_price(planner.load(folder, ("short",))), tmp_path / "run"
    done("solve", folder, *chosen, "--set", f"{price}*=1.1", "--out", result)
    assert "no problem found" in done("check", folder, *chosen) and "price" in done("show", folder, price, *chosen)
    done("diff", folder, folder, *(word.replace("--scenario", "--scenario-b") for word in chosen))
    done("export", result, "--to", tmp_path / "plan.xlsx")
    done("export", folder, *chosen, "--write-model", tmp_path / "model.lp")
    assert "pictures drawn" in done("draw", result, "--all", tmp_path / "pictures")
    assert len(done("explain", result, "--out", tmp_path / "explained").splitlines()) > 10
    assert "No decision differs" in done("compare", result, result)
    done("reproduce", result)


@pytest.mark.parametrize("name", ["accelerated", "toy"])
def test_every_study_runs(name: str, instances: Path, tmp_path: Path, done: Callable[..., str]) -> None:
    folder, short = shortened(name, instances)
    price = launch_price(planner.load(folder, ("short",)))
    done("breakeven", folder, *short, "--vary", price, "--until", "compute.in_service[moon] > 1 GW", "--accuracy", "0.1")
    done("value-function", folder, *short, "--vary", price, "--from", "0.9", "--to", "1.1", "--most", "3")
    done("frontier", folder, *short, "--x", f"{price}=0.5..2:2", "--y", "finance.discount_rate=0.5..2", "--until",
         "compute.in_service[moon] > 1 GW", "--accuracy", "0.5")  # fmt: skip
    done("pareto", folder, *short, "--against", "emissions.released", "--points", "3")
    design = tmp_path / "design.toml"
    design.write_text(f'method = "grid"\n[[factor]]\nname = "price"\nvary = "{price}*"\nvalues = [0.5, 2]\n', encoding="utf-8")
    done("sweep", folder, *short, "--design", design, "--out", tmp_path / "sweep", "--workers", "1")
    assert "too few points" in done("analyse", tmp_path / "sweep")


_BUDGET = "carbon_budget,emissions.released,,earth,horizon,upper,Mt/yr*yr,{},,,assumption: toy,,,,,\n"


@pytest.mark.usefixtures("undrawn")
def test_a_limit_over_the_horizon_is_reported(tmp_path: Path, done: Callable[..., str]) -> None:
    """It has no year, in tables whose columns are years."""
    folder = shutil.copytree(TOY, tmp_path / "toy")
    limits = folder / "limits.csv"
    limits.write_text(limits.read_text(encoding="utf-8") + _BUDGET.format(20), encoding="utf-8")
    done("solve", folder, "--out", tmp_path / "run")
    assert re.search(r"The limit carbon_budget.* binds over the horizon", done("explain", tmp_path / "run"))
    done("report", tmp_path / "run")
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert re.search(r"<th[^>]*>horizon</th>", page) and "&lt;NA&gt;" not in page
    done("draw", tmp_path / "run", "--chart", "binding", "--out", tmp_path / "binding.svg")
    for target in ("plan.xlsx", "plan.iamc.csv"):
        done("export", tmp_path / "run", "--to", tmp_path / target)
    done("solve", folder, "--set", "limits.carbon_budget.upper*=0.5", "--out", tmp_path / "tighter")
    assert "limits.carbon_budget.upper" in done("compare", tmp_path / "run", tmp_path / "tighter", "--no-attribution")
