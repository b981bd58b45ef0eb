"""An explanation as an object, as text, as JSON and on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import planner
from planner.explaining import PARTS, binding
from tests.solved import MAKES, solved

OWN = ["binding", "price_stack"]


@pytest.fixture(scope="module")
def plan() -> planner.Plan:
    return solved(MAKES["toy"])


@pytest.fixture(scope="module")
def saved(plan: planner.Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return planner.save_plan(plan, tmp_path_factory.mktemp("runs") / "run")


def test_a_plan_explains_itself(plan: planner.Plan) -> None:
    found = plan.explain(OWN)
    assert list(found.tables) == list(found.sentences) == OWN
    assert all(len(table) and found.sentences[name] for name, table in found.tables.items())
    text = str(found)
    for name in OWN:
        assert PARTS[name] in text
        assert all(sentence in text for sentence in found.sentences[name])
    assert "nan" not in text.lower().split()


def test_a_notebook_shows_what_is_printed(plan: planner.Plan) -> None:
    found = plan.explain(OWN)
    assert repr(found) == f"<Explanation: {', '.join(f'{n} ({len(found.tables[n])} rows)' for n in OWN)}; print it to read it>"
    page = found._repr_html_()
    assert all(f"<h3>{PARTS[name]}</h3>" in page for name in OWN)
    assert page.count("<p>") == sum(len(found.sentences[name]) for name in OWN) and page.count("<table") == len(OWN)


def test_every_kind_that_binds_is_printed(plan: planner.Plan) -> None:
    table = plan.explain(["binding"]).tables["binding"]
    printed = binding.shown(table)
    assert {what.split(":")[0] for what in printed["what"]} == set(table["kind"])
    assert printed["what"].is_unique and "GUSD/yr/GW" in set(printed["unit"])


def test_parts_come_in_the_order_asked_for_and_once(plan: planner.Plan) -> None:
    assert list(planner.explain(plan, [*reversed(OWN), "binding"]).tables) == list(reversed(OWN))


def test_a_part_that_is_not_known_is_refused(plan: planner.Plan) -> None:
    with pytest.raises(planner.PlannerError, match="'bindng'; there are binding, price_stack, entry, sensitivity"):
        plan.explain(["bindng"])


def test_the_dictionary_is_json_and_all_of_the_tables(plan: planner.Plan) -> None:
    found = plan.explain(OWN)
    read = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    for name in OWN:
        assert read[name]["sentences"] == found.sentences[name]
        assert len(read[name]["table"]) == len(found.tables[name])
        assert list(read[name]["table"][0]) == list(found.tables[name].columns)
    assert read["price_stack"]["table"][0]["value"] == found.tables["price_stack"]["value"][0]


def test_the_command_says_what_the_plan_does(run: Callable[..., Any], plan: planner.Plan, saved: Path) -> None:
    said = run("explain", str(saved), "--part", "binding", "--part", "price_stack")
    assert said.code == 0 and said.out.strip() == str(plan.explain(OWN))
    said = run("explain", str(saved), "--part", "binding", "--json")
    assert json.loads(said.out) == plan.explain(["binding"]).as_dict()


def test_the_command_writes_tables_whole_or_not_at_all(
    run: Callable[..., Any], plan: planner.Plan, saved: Path, tmp_path: Path
) -> None:
    out = tmp_path / "tables"
    said = run("explain", str(saved), "--part", "price_stack", "--out", str(out))
    assert said.code == 0 and [path.name for path in out.iterdir()] == ["price_stack.csv"]
    written = pd.read_csv(out / "price_stack.csv", keep_default_na=False)
    assert written["value"].tolist() == plan.explain(["price_stack"]).tables["price_stack"]["value"].tolist()
    again = run("explain", str(saved), "--out", str(out))
    assert again.code != 0 and "exists already" in again.err


def test_bad_usage_is_said_and_writes_nothing(run: Callable[..., Any], saved: Path, tmp_path: Path) -> None:
    for arguments in ([str(tmp_path)], [str(saved), "--part", "nothing"]):
        said = run("explain", *arguments, "--out", str(tmp_path / "out"))
        assert said.code not in (0, 1) and said.err.startswith("planner: ") and "Traceback" not in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_plan_of_another_program_is_refused(plan: planner.Plan) -> None:
    from dataclasses import replace

    shorter = replace(plan, optimum=replace(plan.optimum, duals=plan.optimum.duals[:-1]))
    with pytest.raises(planner.PlannerError, match="not solved from the program"):
        shorter.explain(["binding"])


def test_what_matters_most_is_printed_in_the_width_of_a_terminal() -> None:
    said = str(solved(MAKES["toy"]).explain(["sensitivity"]))
    table = said.split("\n\n")[-1]
    assert len(table.splitlines()) == 21 and max(map(len, table.splitlines())) < 170 and "assumption" in table
