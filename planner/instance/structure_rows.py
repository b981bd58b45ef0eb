"""From the rows of the structure tables to the structure, with every reference between them checked."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable

from planner.instance.conventions import Body
from planner.instance.csv_files import Record
from planner.instance.layers import Layer
from planner.instance.merging import merged_table
from planner.instance.numerals import NotANumber, apart, number, whole_meant, whole_number
from planner.instance.problems import Problems, in_a_list, namely, nearest, one_of, repeated
from planner.instance.sizes import EXPECTED_NAME, is_name
from planner.instance.structure import Market, Route, Structure, Technology
from planner.instance.tables import GOODS, STRUCTURE, TECHNOLOGY_BLOCKS

_NAMED = ("sites", "slices", "technologies", "workloads", "tiers", "routes", "deposits", "markets")
#: Kinds of things that may not share names, because one column or one address names both.
_APART = (("technologies", "routes"), ("deposits", "markets"), ("workloads", "tiers"), ("sites", "slices"))

#: The table that says what there is of a kind.
_HOMES = {
    "body": "bodies", "site": "sites", "technology": "technologies", "launch technology": "technologies", "workload": "workloads",
}  # fmt: skip


def read_structure(layers: list[Layer], bodies: dict[str, Body], problems: Problems) -> Structure:
    """What exists; things that are wrong are problems and stay in, so that what refers to them is not wrong as well."""
    tables = {table: merged_table(layers, table, problems) for table in STRUCTURE}
    return _Reading(tables, bodies, _keys(layers), problems).structure()


def _keys(layers: list[Layer]) -> dict[tuple[str, str], tuple[str, int]]:
    """Where bodies and the conventions of money stand: section and key, each in the topmost layer that has it."""
    return {
        (section, key): (layer.toml.file, layer.toml.source.place((section, key))[0])
        for layer in layers
        for section in ("bodies", "finance")
        for key in layer.settings.get(section) or {}
    }


class _Reading:
    """The merged tables on their way to a structure."""

    def __init__(
        self,
        tables: dict[str, list[Record]],
        bodies: dict[str, Body],
        keys: dict[tuple[str, str], tuple[str, int]],
        problems: Problems,
    ) -> None:
        self.tables, self.bodies, self.keys, self.problems = tables, bodies, keys, problems

    def structure(self) -> Structure:
        self._check_names()
        sites = {row["site"]: self._reference(row, "body", self.bodies, "body") for row in self.tables["sites"]}
        slices, previous = self._slices(sites)
        technologies = {row["technology"]: self._technology(row, sites) for row in self.tables["technologies"]}
        workloads = {row["workload"]: self._choice(row, "kind", ("firm", "flexible")) for row in self.tables["workloads"]}
        return Structure(
            sites=sites,
            slices=slices,
            previous=previous,
            technologies=technologies,
            workloads=workloads,
            tiers=self._tiers(workloads),
            routes={row["route"]: self._route(row, technologies, sites) for row in self.tables["routes"]},
            deposits={row["deposit"]: self._reference(row, "site", sites, "site") for row in self.tables["deposits"]},
            markets={row["market"]: self._market(row) for row in self.tables["markets"]},
            survival=self._survival(technologies),
            prices=self._prices(),
            tables={table: tuple(row.cells for row in rows) for table, rows in self.tables.items()},
            places=self.keys
            | {
                (table, row[STRUCTURE[table].key[0]]): (row.file, row.line)
                for table in (*_NAMED, "survival")  # of a curve the last row
                for row in self.tables[table]
            },
        )

    def _add(self, row: Record, column: str, message: str) -> None:
        self.problems.add(row.file, row.line, column, message)

    def _check_names(self) -> None:
        for table in _NAMED:
            column = STRUCTURE[table].key[0]
            for row in self.tables[table]:
                if not is_name(row[column]):
                    self._add(row, column, f"'{row[column]}' is no name, expected {EXPECTED_NAME}")
                    self.problems.lose(row.file, table)
        for first, second in _APART:
            taken = {row[STRUCTURE[first].key[0]]: row for row in self.tables[first]}
            for row in self.tables[second]:
                column = STRUCTURE[second].key[0]
                if row[column] in taken:
                    other = taken[row[column]]
                    self._add(
                        row, column, f"'{row[column]}' names a {STRUCTURE[first].key[0]} as well ({other.file}:{other.line})"
                    )
        for table in ("sites", "slices"):
            column = STRUCTURE[table].key[0]
            for row in self.tables[table]:
                if row[column] in self.bodies:
                    self._add(row, column, f"'{row[column]}' names a body as well")

    def _check_once(self, row: Record, column: str, expected: str) -> None:
        """Add a problem for each name that a cell has twice: one of them is most likely meant to be another."""
        for name in repeated(row[column].split()):
            self._add(row, column, f"'{name}' is named twice, expected {expected}")

    def _reference(self, row: Record, column: str, known: Collection[str], kind: str) -> str:
        name = row[column]
        if name not in known and not (name and self.problems.echo(_HOMES[kind])):
            what = f"unknown {kind} '{name}'{nearest(name, known)}" if name else f"no {kind}"
            self.problems.unknown = True
            self._add(row, column, f"{what}{one_of(known)}")
        return name

    def _choice(self, row: Record, column: str, choices: tuple[str, ...]) -> str:
        if row[column] not in choices:
            self._add(
                row, column, f"'{row[column]}' is no {column}{nearest(row[column], choices)} (expected {', '.join(choices)})"
            )
        return row[column]

    def _slices(self, sites: dict[str, str]) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
        by_body: dict[str, list[str]] = {body: [] for body in self.bodies}
        cycles: dict[tuple[str, str], list[str]] = {}
        for row in self.tables["slices"]:
            body = self._reference(row, "body", self.bodies, "body")
            by_body.setdefault(body, []).append(row["slice"])
            if row["cycle"] and not is_name(row["cycle"]):
                self._add(row, "cycle", f"'{row['cycle']}' is no name, expected {EXPECTED_NAME}")
            cycles.setdefault((body, row["cycle"]), []).append(row["slice"])
            if not row["cycle"] and any(name and other == body for other, name in cycles):
                self._add(row, "cycle", f"no cycle, but other slices of '{body}' have one, expected a name")
        for row in self.tables["sites"]:
            if row["body"] in self.bodies and not by_body[row["body"]] and not self.problems.echo("slices"):
                self._add(row, "body", f"'{row['body']}' has no slices, expected at least one row in slices.csv")
        previous = {
            later: earlier for ring in cycles.values() for earlier, later in zip([ring[-1], *ring[:-1]], ring, strict=True)
        }
        return {body: tuple(slices) for body, slices in by_body.items()}, previous

    def _technology(self, row: Record, sites: dict[str, str]) -> Technology:
        block = self._choice(row, "block", TECHNOLOGY_BLOCKS)
        if block not in TECHNOLOGY_BLOCKS:
            self.problems.lose(row.file, "technologies")
        places = row["at"].split()
        if not places:
            self._add(row, "at", "stands nowhere, expected sites or bodies")
        self._check_once(row, "at", "each site or body once")
        for place in places:
            unknown = place not in sites and place not in self.bodies
            if not (unknown or (place in self.bodies and place not in sites.values())) or self.problems.echo("sites", "bodies"):
                continue
            near = f"unknown site or body '{place}'{nearest(place, [*sites, *self.bodies])}"
            self._add(row, "at", near + in_a_list(place) if unknown else f"there is no site on '{place}'")
            self.problems.unknown = True
        makes = row["makes"]
        goods = ("complex", "structural", "propellant")
        if block == "industry" and makes not in goods:
            self._add(row, "makes", f"'{makes}' is no good{nearest(makes, goods)} (expected {', '.join(goods)})" if makes else
                      f"makes nothing, expected one of {', '.join(goods)}")  # fmt: skip
        if makes and block != "industry" and block in TECHNOLOGY_BLOCKS:
            self._add(row, "makes", f"a technology of block {block} makes no goods, expected an empty cell")
        stands = tuple(site for site, body in sites.items() if site in places or body in places)
        return Technology(row["technology"], block, stands, makes)

    def _tiers(self, workloads: dict[str, str]) -> dict[str, str]:
        tiers = {row["tier"]: self._reference(row, "workload", workloads, "workload") for row in self.tables["tiers"]}
        owners = set(tiers.values())
        return dict(sorted({**tiers, **{workload: workload for workload in workloads if workload not in owners}}.items()))

    def _route(self, row: Record, technologies: dict[str, Technology], sites: dict[str, str]) -> Route:
        carrier = row["carrier"]
        carriers = [technology.name for technology in technologies.values() if technology.block == "launch"]
        origin = self._reference(row, "origin", sites, "site")
        if carrier in technologies and carrier not in carriers:
            found = f"'{carrier}' is of block {technologies[carrier].block}"
            self._add(row, "carrier", f"{found}, expected a technology of block launch{namely(carriers)}")
        elif (
            self._reference(row, "carrier", carriers, "launch technology") in technologies
            and origin in sites
            and origin not in technologies[carrier].sites
        ):
            self._add(row, "origin", f"'{carrier}' may not stand at '{origin}'{one_of(technologies[carrier].sites)}")
        destination = self._reference(row, "destination", self.bodies, "body")
        if destination and sites.get(origin) == destination:
            self._add(row, "destination", f"the origin '{origin}' is on '{destination}' already, expected another body")
        goods = tuple(sorted(set(row["goods"].split())))
        self._check_once(row, "goods", "each good once")
        if not goods:
            self._add(row, "goods", f"carries nothing, expected some of {', '.join(GOODS)}")
        for good in goods:
            if good not in GOODS:
                self._add(row, "goods", f"unknown good '{good}'{nearest(good, GOODS)}{in_a_list(good) or one_of(GOODS, 'some')}")
        refuel = self._reference(row, "refuel", self.bodies, "body") if row["refuel"] else ""
        return Route(row["route"], carrier, origin, destination, goods, refuel)

    def _market(self, row: Record) -> Market:
        return Market(
            row["market"], self._reference(row, "body", self.bodies, "body"), self._choice(row, "side", ("buy", "sell"))
        )

    def _survival(self, technologies: Iterable[str]) -> dict[str, tuple[tuple[float, float], ...]]:
        curves: dict[str, list[tuple[float, float, Record]]] = {}
        for row in self.tables["survival"]:
            technology = self._reference(row, "technology", list(technologies), "technology")
            self._need_source(row)
            age, share = self._number(row, "age"), self._number(row, "share")
            if age is None or share is None:
                continue
            if age < 0:
                self._add(row, "age", f"an age of {row['age']}, expected at least 0")
            if not 0 <= share <= 1:
                self._add(row, "share", f"a share of {row['share']}, expected 0 to 1")
            curves.setdefault(technology, []).append((age, share, row))
        result = {}
        for technology, points in curves.items():
            points.sort(key=lambda point: point[0])
            for (_, before, _), (_, share, row) in itertools.pairwise(points):
                if share > before:
                    rise = "from {} to {}".format(*apart(before, share))
                    self._add(row, "share", f"the survival of '{technology}' rises {rise}, expected it to fall with age")
            result[technology] = tuple((age, share) for age, share, _ in points)
        return result

    def _prices(self) -> dict[int, float]:
        prices = {}
        for row in self.tables["prices"]:
            self._need_source(row)
            index = self._number(row, "index")
            try:
                year = whole_number(row["year"])
            except NotANumber as error:
                self._add(row, "year", f"{error}, expected a year{whole_meant(row['year'])}")
                continue
            if index is not None and index <= 0:
                self._add(row, "index", f"a price index of {row['index']}, expected above 0")
            elif index is not None and not 1e-6 <= index <= 1e9:
                self._add(row, "index", f"a price index of {row['index']}, expected one between 1e-6 and 1e9")
            elif not 1800 <= year <= 2500:
                self._add(row, "year", f"the year {row['year']}, expected one between 1800 and 2500")
            elif index is not None:
                prices[year] = index
        return prices

    def _number(self, row: Record, column: str) -> float | None:
        try:
            return number(row[column])
        except NotANumber as error:
            self._add(row, column, str(error))
            return None

    def _need_source(self, row: Record) -> None:
        if not row["source"]:
            self._add(row, "source", "no source, expected a reference or the word assumption")
