"""Which numbers an instance must or may give: the index set of every parameter, without its years."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from planner.instance.structure import Structure
from planner.parameters import Parameter


@dataclass(frozen=True, slots=True)
class Place:
    """One index of a parameter but for its year: an item and where it is. What the parameter is not indexed by is empty."""

    item: str = ""
    site: str = ""
    body: str = ""
    slice: str = ""


def places_of(parameter: Parameter, structure: Structure, bodies: tuple[str, ...]) -> Iterator[Place]:
    """Every index of a parameter but for its year: sites where the technology may stand, slices of the site's body."""
    kind, index = parameter.item_kind, parameter.index
    items = structure.items(kind, parameter.block) if kind else ("",)
    for item in items:
        if "site" in index:
            for site in structure.technologies[item].sites if kind == "technology" else structure.sites_of_block(parameter.block):
                body = structure.sites[site]
                for slice_ in structure.slices.get(body, ()) if "slice" in index else ("",):
                    yield Place(item, site, body, slice_)
        elif "body" in index:
            for body in structure.bodies_of(item) if kind == "technology" else bodies:
                yield Place(item, "", body)
        else:
            yield Place(item)


def index_of(parameter: Parameter, place: Place) -> tuple[str, ...]:
    """The labels of a place in the order of the parameter's index, without the year."""
    labels: tuple[str, ...] = (place.item,) if parameter.item_kind else ()
    if "site" in parameter.index:
        labels += (place.site,)
    if "body" in parameter.index:
        labels += (place.body,)
    return (*labels, place.slice) if place.slice else labels
