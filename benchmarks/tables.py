"""The figures as Markdown tables, printed and put between the marks of docs/benchmarks.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.goals import goals
from benchmarks.growth import MEASURES
from benchmarks.peers import PARTS
from benchmarks.processes import ROOT
from benchmarks.steps import STEPS

PAGE = ROOT / "docs" / "benchmarks.md"

#: What the peers are called in the tables.
NAMES = {
    "planner": "planner", "linopy": "linopy", "highs": "Pyomo `highs`", "appsi_highs": "Pyomo `appsi_highs`",
    "alone": "HiGHS alone",
}  # fmt: skip


def tables(results: dict[str, Any]) -> dict[str, str]:
    """A table for each part of the results, by the name of its place on the page; its first line says where it comes from."""
    made = {}
    if results.get("peers"):
        made["peers"] = f"{origin(results)}\n\n{peer_table(results['peers'])}"
        made["parts"] = part_table(results["peers"])
        made["goals"] = goal_table(results["peers"])
    if results.get("growth"):
        made["growth"] = f"{origin(results)}\n\n{point_table(results['growth'])}\n\n{exponent_table(results['growth'])}"
    if results.get("steps"):
        made["steps"] = f"{origin(results)}\n\n{step_table(results['steps'])}"
    if "sweeps" in results.get("sweeps", {}):
        made["sweeps"] = f"{origin(results)}\n\n{sweep_table(results['sweeps']['sweeps'])}"
        made["resolves"] = resolve_table(results["sweeps"]["resolves"])
        made["many"] = many_table(results["sweeps"]["many"])
    return made


def origin(results: dict[str, Any]) -> str:
    """Of which commit and with what the figures were measured."""
    versions = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    machine = results["machine"]
    changed = " and changes not committed" if results["changed"] else ""
    ran = f"{machine['cores']} cores, load {machine['load']:.1f} at the start"
    note = f" {results['note']}" if results.get("note") else ""
    return f"Commit `{results['commit']}`{changed}, {results['date']}; {ran}; {versions}.{note}"


def peer_table(peers: dict[str, Any]) -> str:
    """Ratios to HiGHS alone, of time and memory."""
    rows = []
    for case, found in peers.items():
        for peer in found.get("figures", ()):
            figures = found["figures"][peer]
            if "failed" in figures:
                rows.append([case, NAMES[peer], figures["failed"], *[""] * 7])
                continue
            time = [f"{figures['whole']:.2f}", spread(figures.get("whole ratio")), spread(figures.get("cpu ratio"))]
            memory = [f"{figures['peak']:.0f}", spread(figures.get("peak ratio"))]
            rest = [f"{figures['iterations']:,}", str(figures["runs"]), f"{figures['objective']:.10g}"]
            rows.append([case, NAMES[peer], *time, *memory, *rest])
    sizes = [
        f"* `{case}`: {found['rows']:,} rows x {found['columns']:,} columns, {found['nonzeros']:,} nonzeros; {asked(found)}"
        for case, found in peers.items()
        if "rows" in found
    ]
    head = ["instance", "by", "s", "x HiGHS alone", "of CPU", "MiB", "x HiGHS alone", "iterations", "runs", "objective"]
    return markdown(head, rows, 2) + "\n\n" + "\n".join(sizes)


def asked(found: dict[str, Any]) -> str:
    """The method that all were asked for, or what each chose."""
    if found["method"] != "default":
        return str(found["method"])
    threads = found.get("threads", 1)
    return f"HiGHS's default method, and planner's `auto` with {threads} thread{'s' if threads > 1 else ''}"


def spread(ratio: list[float] | None) -> str:
    """A ratio and, in brackets, the least and the greatest of the rounds."""
    return "" if ratio is None else f"**{ratio[0]:.2f}** ({ratio[1]:.2f}-{ratio[2]:.2f})"


def part_table(peers: dict[str, Any]) -> str:
    """Seconds by part, medians."""
    rows = [
        [case, NAMES[peer], *(f"{found['figures'][peer]['seconds'][part]:.2f}" for part in PARTS)]
        for case, found in peers.items()
        if "figures" in found
        for peer in found["figures"]
        if "seconds" in found["figures"][peer]
    ]
    return markdown(["instance", "by", *PARTS], rows, 2)


def goal_table(peers: dict[str, Any]) -> str:
    """Each goal, what was measured and whether it is met."""
    rows = [
        [goal.what, goal.case, f"{goal.most:g}", f"{goal.found:.2f}", "yes" if goal.met else "**no**"] for goal in goals(peers)
    ]
    return markdown(["goal", "instance", "at most", "measured", "met"], rows, 2)


def point_table(growth: dict[str, Any]) -> str:
    """The figures of every size of every family."""
    head = ["size changed", "to", "rows", "columns", "nonzeros", "build + compile, s", "solve, s", "iterations", "peak, MiB"]
    rows = [
        [family, str(size), *(f"{point[key]:,}" for key in ("rows", "columns", "nonzeros")), f"{point['build']:.2f}",
         f"{point['solve']:.2f}", f"{point['iterations']:,}", f"{point['peak']:.0f}"]
        for family, found in growth.items()
        for size, point in found["points"].items()
    ]  # fmt: skip
    return markdown(head, rows, 1)


def exponent_table(growth: dict[str, Any]) -> str:
    """Fitted exponents, and what ten times more of each size would then cost."""
    said = {"build": "build + compile", "peak": "peak memory"}
    head = ["exponent in (r2)", *(said.get(measure, measure) for measure in MEASURES), "solve, x for ten times more"]
    rows = []
    for family, found in growth.items():
        for by, fitted in ((family, found["exponents"]), ("nonzeros", found["by nonzeros"])):
            if not fitted:
                continue
            cells = [f"{fitted[m][0]:.2f} ({fitted[m][1]:.2f})" if m in fitted else "" for m in MEASURES]
            of = family if by == family else f"nonzeros, by {family}"
            rows.append([of, *cells, f"{10 ** fitted['solve'][0]:,.0f}"])
    return markdown(head, rows, 1)


def step_table(steps: dict[str, Any]) -> str:
    """Sizes, memory and seconds of each step of every instance."""
    columns = ["rows", "columns", "nonzeros", "method", "MiB", "imports", *STEPS, "share"]
    rows = []
    for name, found in steps.items():
        if "failed" in found:
            rows.append([name, found["failed"], *[""] * (len(columns) - 1)])
            continue
        rows.append([name, *(_cell(column, found[column]) for column in columns)])
    return markdown(["instance", *columns], rows, 1)


def sweep_table(sweeps: dict[str, Any]) -> str:
    """Sweeps beside loops of cold solves, and two workers beside one, with the goals."""
    rows = [
        [
            {"coarse": "steps of five years", "whole": "every model year"}[kind],
            str(found["points"]), f"{found['seconds']:,.0f}", f"{found['one worker']:,.0f}",
            f"{found['seconds'] / found['points']:.2f}", f"{found['cold a point']:.2f} (of {found['sample']})",
            f"**{found['times faster']:.1f}**", f"**{found['gain']:.2f}**",
        ]
        for kind, found in sweeps.items()
    ]  # fmt: skip
    head = ["sweep of `accelerated` with", "points", "two workers, s", "one, s", "two, s a point", "cold loop, s a point"]
    return markdown([*head, "times faster than the loop", "two beside one"], [*rows, ["goal", *[""] * 5, "6", "1.8"]], 1)


def resolve_table(resolves: dict[str, Any]) -> str:
    """What a re-solve takes beside HiGHS's own warm run, by the address that is changed."""
    rows = [
        [f"`{address}`", f"{part['whole']:.2f}", f"{part['run']:.2f}", f"{part['iterations']:,.0f}", f"{part['overhead']:.0%}"]
        for address, part in resolves.items()
    ]
    return markdown(["changed", "whole, s", "HiGHS's run, s", "iterations", "overhead"], rows, 1)


def many_table(many: dict[str, Any]) -> str:
    """What a sweep takes when points take no time, and how many cores points of some seconds keep busy."""
    each, task = many["driver"] / many["points"], many["dask a task"]
    busy = [[f"cores kept busy by points of {s} s, one a task", f"{s / (each + task):,.0f}"] for s in (1, 15, 60)]
    rows = [
        [f"reading a design of {many['points']:,} points, s", f"{many['read']:.2f}"],
        [f"driver for {many['points']:,} points that take no time, s", f"{many['driver']:.2f}"],
        [f"loading {many['points']:,} results, s", f"{many['load']:.2f}"],
        ["driver, ms a point", f"{1e3 * each:.2f}"],
        ["Dask's scheduler, ms a task", f"{1e3 * task:.2f}"],
        *busy,
    ]
    return markdown(["", "measured"], rows, 1)


def _cell(column: str, value: Any) -> str:
    if column == "share":
        return f"{value:.0%}"
    return f"{value:,}" if isinstance(value, int) else f"{value:.2f}" if isinstance(value, float) else str(value)


def markdown(head: list[str], rows: list[list[str]], words: int) -> str:
    """A Markdown table whose first columns are words and the others numbers."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * words + "---:|" * (len(head) - words)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def write_page(made: dict[str, str], page: Path = PAGE) -> None:
    """Put each table between its marks on the page; the rest of the page stays. KeyError where the page lacks a mark."""
    text = page.read_text(encoding="utf-8")
    for name, table in made.items():
        start, end = f"<!-- measured: {name} -->", f"<!-- end: {name} -->"
        if start not in text or end not in text:
            raise KeyError(f"{page.name} lacks {start} or {end}")
        before, rest = text.split(start, 1)
        text = f"{before}{start}\n{table}\n{end}{rest.split(end, 1)[1]}"
    page.write_text(text, encoding="utf-8")
