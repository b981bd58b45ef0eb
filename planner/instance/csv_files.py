"""Reading one CSV file into records that know where they stand."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from planner.instance.problems import Problems, listed, nearest
from planner.instance.sizes import LARGEST_FILE, LONGEST_CELL, MOST_CELLS, MOST_COLUMNS
from planner.instance.tables import Table
from planner.instance.text_files import read_text

_YEAR = re.compile(r"\d{4}")

#: No more of a cell is shown.
_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a file: its cells by column, without the blanks around them."""

    file: str
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True)
class CsvSource:
    """The text of a CSV file, to look up where a cell stands."""

    lines: list[str]
    header: list[str]

    def position(self, line: int, field: str | int | None) -> tuple[int, int]:
        """The place of a cell, by the name of its column or by its number from 0, in the record that begins on `line`."""
        wanted = self.header.index(field) if isinstance(field, str) and field in self.header else field
        if not isinstance(wanted, int):
            return line, 1
        at, column, cells, quoted = line, 1, 0, False
        for number in range(line - 1, len(self.lines)):
            for place, character in enumerate(self.lines[number], 1):
                if cells == wanted:
                    return at, column
                if character == '"':
                    quoted = not quoted
                elif character == "," and not quoted:
                    cells, at, column = cells + 1, number + 1, place + 1
            if cells == wanted or not quoted:
                return at, min(column, len(self.lines[number].rstrip("\r\n")) + 1)
        return at, column


def read_table(path: Path, file: str, table: Table, most_rows: int, problems: Problems) -> list[Record]:
    """The records of a file; a row that cannot be read is a problem and left out."""
    text = read_text(path, file, LARGEST_FILE, problems)
    if text is None:
        return []
    lines = list(io.StringIO(text, newline=""))
    if len(lines) > most_rows + 1:
        problems.at(file, most_rows + 2, 1, f"more than {most_rows:,} rows, blank lines and comments among them")
        problems.lose(file)
        return []
    rows = _rows(lines, file, problems)
    line, whole = next(rows, (1, []))
    header = _named(whole)
    problems.sources[file] = CsvSource(lines, header)
    if not _header_fits(header, line, file, table, problems):
        problems.lose(file)
        return []
    records: list[Record] = []
    stray: set[int] = set()
    for line, cells in rows:
        problems.cells_read += len(cells)
        if problems.cells_read > MOST_CELLS:
            problems.at(file, line, 1, f"more than {MOST_CELLS:,} cells in all tables together")
            problems.lose(file)
            break
        if not len(header) <= len(cells) <= len(whole):
            expected, hint = len(header), ""
            if len(cells) > len(whole):
                expected, hint = len(whole), " (a comma within a cell needs quotes around the cell)"
            what = f"{len(cells)} cells, expected {expected} as in the header"
            problems.add(file, line, min(len(cells) - 1, expected), what + hint)
            problems.lose(file)
        elif max(map(len, cells)) > LONGEST_CELL:
            longest = max(range(len(cells)), key=lambda number: len(cells[number]))
            problems.add(file, line, longest, f"a cell of more than {LONGEST_CELL:,} characters")
            problems.lose(file)
        else:
            _check_nameless(cells, len(header), file, line, stray, problems)
            if any(cells[: len(header)]):
                records.append(Record(file, line, dict(zip(header, cells, strict=False))))
    return records


def _named(header: list[str]) -> list[str]:
    """The header without the empty cells at its end, which a spreadsheet leaves where a column was used once."""
    end = len(header)
    while end and not header[end - 1]:
        end -= 1
    return header[:end]


def _check_nameless(cells: list[str], named: int, file: str, line: int, stray: set[int], problems: Problems) -> None:
    """A problem for the first cell that holds something in each column behind the `named` ones; `stray` are those told."""
    for number in range(named, len(cells)):
        if cells[number] and number not in stray:
            stray.add(number)
            problems.add(file, line, number, f"a column without a name holds '{cells[number][:_LONGEST_SHOWN]}'")


def _rows(lines: list[str], file: str, problems: Problems) -> Iterator[tuple[int, list[str]]]:
    """Every row that is no comment, with the line on which it begins."""
    feed = _Feed(lines)
    reader = csv.reader(feed, strict=True)
    while True:
        first = feed.number + 1
        feed.within = False
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            _add_csv_error(str(error), first, lines, file, problems)
            return
        if any(cells) and not cells[0].startswith("#"):
            yield first, cells


class _Feed:
    """Hands the lines to the csv reader and blanks comments, unless they are within a quoted cell."""

    def __init__(self, lines: list[str]) -> None:
        self.lines, self.number, self.within = lines, 0, False

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if self.number == len(self.lines):
            raise StopIteration
        line = self.lines[self.number]
        self.number += 1
        blank = not self.within and line.lstrip().startswith("#")
        self.within = True
        return "\n" if blank else line


def _add_csv_error(error: str, line: int, lines: list[str], file: str, problems: Problems) -> None:
    problems.lose(file)
    if "field larger" in error:
        problems.at(file, line, 1, f"a cell of more than {LONGEST_CELL:,} characters (a closing quote may be missing)")
        return
    opened, after = _stray_quote(lines, line)
    if after is None or after[0] > line:
        problems.at(file, *opened, "a quote is opened and never closed")
    else:
        problems.at(file, *after, "text after a closing quote, expected a comma (a quote within quotes is written twice)")


def _stray_quote(lines: list[str], line: int) -> tuple[tuple[int, int], tuple[int, int] | None]:
    """Where the last quote is opened in the record that begins on `line`, and where text follows a closing one."""
    opened, quoted, cell_begins = (line, 1), False, True
    for number in range(line, len(lines) + 1):
        content = lines[number - 1]
        place = 0
        while place < len(content):
            character, following = content[place], content[place + 1 : place + 2]
            if quoted and character == '"' and following == '"':
                place += 1
            elif quoted and character == '"':
                quoted = False
                if following not in ("", ",", "\r", "\n"):
                    return opened, (number, place + 2)
            elif not quoted and cell_begins and character == '"':
                quoted, opened = True, (number, place + 1)
            cell_begins = not quoted and character == ","
            place += 1
        if not quoted:
            break
    return opened, None


def _meant(column: str, known: Iterable[str], table: Table) -> str:
    """`, did you mean 'x'?` for a column: the year that it holds, as in 2030.0 or FY2030, or the nearest name."""
    year = re.search(r"(?<!\d)(?:19|2[0-4])\d\d(?!\d)", column)
    return f", did you mean '{year[0]}'?" if table.years and year else nearest(column, known)


def _header_fits(header: list[str], line: int, file: str, table: Table, problems: Problems) -> bool:
    known = (*table.required, *table.optional)
    if len(header) < 2:
        text = header[0] if header else ""
        separator = "semicolons" if ";" in text else "tabs" if "\t" in text else ""
        found = f"cells are separated by {separator}" if separator else f"no header with the columns {listed(known)}"
        problems.at(file, line, 1, f"{found}, expected commas" if separator else found)
        return False
    if len(header) > MOST_COLUMNS:
        problems.at(file, line, 1, f"{len(header):,} columns, expected at most {MOST_COLUMNS}")
        return False
    before = len(problems.found)
    for number, column in enumerate(header):
        if column in header[:number]:
            problems.add(file, line, number, f"column '{column}' stands twice")
        elif column not in known and not (table.years and _YEAR.fullmatch(column)):
            also = " or a year" if table.years else ""
            problems.add(
                file, line, number, f"unknown column '{column}'{_meant(column, known, table)} (expected {listed(known)}{also})"
            )
    for column in table.required:
        if column not in header:
            problems.at(file, line, 1, f"column '{column}' is missing")
    return len(problems.found) == before
