"""Pages that several files of tests read: of the toy, and of two runs of a small world that strangers wrote."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import planner
from tests.folders import write_instance
from tests.worlds import PLANTS

TOY = Path(__file__).parents[2] / "instances" / "toy"

#: What a stranger may put wherever text may stand.
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> \"quoted\" & 'single' javascript:alert(3) </title></style>"


@dataclass(frozen=True)
class Page:
    """A page that was written, its text, and the plans that it shows."""

    path: Path
    text: str = field(repr=False)
    plans: list[planner.Plan] = field(repr=False)


@pytest.fixture(scope="session")
def toy_page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    plan = planner.solve(planner.load(TOY))
    path = planner.report(plan, tmp_path_factory.mktemp("page") / "toy.html")
    return Page(path, path.read_text(encoding="utf-8"), [plan])


@pytest.fixture(scope="session")
def hostile_page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    folder = tmp_path_factory.mktemp("strangers")
    numbers = {**PLANTS["numbers"], "compute.work.demand": {2030: "4 ZFLOP/s", 2034: "6 ZFLOP/s"}}
    write_instance(folder / "instance", **{**PLANTS, "years": [2030, 2034], "numbers": numbers})
    instance = planner.load(deface(folder / "instance"), changes=("power.plant.capex*=1.0",))
    plans = [planner.solve(instance), planner.solve(instance.replace({"power.plant.capex": ("*", 0.5)}))]
    path = planner.report(plans, folder / "two.html", names=[HOSTILE, "half"])
    return Page(path, path.read_text(encoding="utf-8"), plans)


def deface(folder: Path) -> Path:
    """Put hostile text into the title, the description, and every source and note of an instance."""
    toml = folder / "instance.toml"
    text = toml.read_text(encoding="utf-8").replace('title = "A test"', f"title = '''{HOSTILE}'''\ndescription = '''{HOSTILE}'''")
    toml.write_text(text, encoding="utf-8")
    for path in folder.glob("parameters/*.csv"):
        rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
        source = rows[0].index("source")
        for row in rows[1:]:
            row[source] = f"assumption: {HOSTILE} see https://example.org/?a=1&b=2."
        rows = [[*row, "note" if row is rows[0] else f"{HOSTILE} data:text/html,x"] for row in rows]
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    return folder
