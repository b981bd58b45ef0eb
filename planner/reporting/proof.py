"""The section on proof: the certificate, the ledger held against the objective, versions, options and the hash."""

from __future__ import annotations

from typing import Any

from planner.plan import Plan
from planner.reporting.tables import Cell, Table, keyed, number_text

_MEASURES = {
    "primal_infeasibility": "a balance or limit is missed by at most",
    "dual_infeasibility": "a price is off by at most",
    "complementarity": "something is both slack and priced by at most",
    "gap": "cost and its proven lower bound differ, violations at their own prices counted, by",
    "cost_error": "the cost is off by at most, whatever the price of what is violated",
}


def _measured(certificate: dict[str, Any]) -> dict[str, str]:
    """The measures that a certificate has, and what they mean; one of an older run has no `cost_error`."""
    return {name: meaning for name, meaning in _MEASURES.items() if name in certificate}


def proof_sentences(plan: Plan) -> list[str]:
    """What the certificate says, whether the ledger adds up, and whether the instance is the one that was solved."""
    certificate = plan.facts["certificate"]
    tolerances = all(certificate[name]["scaled"] <= certificate[name]["tolerance"] for name in _measured(certificate))
    held = "holds: all measures are" if certificate["holds"] and tolerances else "DOES NOT HOLD: not all measures are"
    recorded, found = plan.facts["instance_hash"], plan.instance.hash
    same = (
        "The copy of the instance in the run folder has the recorded hash."
        if recorded == found
        else f"The copy of the instance in the run folder has ANOTHER HASH than the one that was solved: {found}."
    )
    lines = [
        f"The certificate {held} within their tolerances. It is computed from the solver's values and prices without the solver, "
        f"with {certificate['mantissa_bits']} bits of precision.",
        f"The ledger's entries add up to {plan.ledger['discounted'].sum():,.9g} GUSD; the objective is {plan.objective:,.9g}.",
        same,
    ]
    if plan.extended:
        lines.append(
            f"The program was extended by whoever built it: {plan.extended}. The certificate is of that program, not of the "
            "instance's own. What explains a plan by the instance's program is left out of this page."
        )
    exact = plan.facts.get("exact_certificate")
    if exact is not None:
        verdict = "is optimal" if exact["holds"] else "IS NOT optimal"
        lines.insert(1, f"In rational arithmetic, the solver's final basis {verdict} within {exact['tolerance']:.1g}.")
    return lines


def proof_tables(plan: Plan) -> list[Table]:
    """The measures of the certificate; what was solved, how, and with which versions."""
    certificate, facts = plan.facts["certificate"], plan.facts
    headings = [Cell("measure"), *(Cell(text, number=True) for text in ("scaled", "tolerance", "absolute")), Cell("where")]
    measures = [
        [
            Cell(name.replace("_", " "), meaning),
            *(Cell(f"{certificate[name][column]:.2e}", number=True) for column in ("scaled", "tolerance", "absolute")),
            Cell(certificate[name]["where"] or "-"),
        ]
        for name, meaning in _measured(certificate).items()
    ]
    solver, made = facts["solver"], facts["provenance"]
    program = f"{facts['rows']:,} rows, {facts['columns']:,} columns, {facts['nonzeros']:,} nonzeros"
    told = {
        "instance": facts["instance"],
        "hash of the instance (sha256)": facts["instance_hash"],
        "objective": f"{plan.objective!r} {facts['unit']}",
        "program": program,
        "solver": f"{solver['name']} {solver['version']}, {solver['method']}, {solver['iterations']:,} iterations",
        "seconds": ", ".join(f"{name} {number_text(float(value))}" for name, value in facts["seconds"].items()),
    }
    return [
        Table("Certificate", headings, measures),
        keyed(told.items(), "What was solved", ("fact", "value")),
        keyed(((name, _said(value)) for name, value in made["options"].items()), "Options", ("option", "value")),
        keyed(((name, str(value)) for name, value in made["versions"].items()), "Versions", ("package", "version")),
        keyed(((name, str(value)) for name, value in made["platform"].items()), "Platform", ("fact", "value")),
    ]


def _said(value: Any) -> str:
    """An option in words."""
    if value is None or value == []:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
