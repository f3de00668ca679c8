"""Tables in files (CSV), read line by line in bounded memory.

What cannot be read of a line is its refusal; the rest of the file stands.
"""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from typing import Literal, NamedTuple
from unicodedata import category

from portal.errors import N_, DomainError

LONGEST_LINE = 1 << 20
# A quotation mark that nobody closes would take the rest of the file for one field.
MOST_LINES_OF_A_RECORD = 100
# Each becomes a choice on the screen that asks which column is which.
MOST_COLUMNS = 200
LONGEST_NAME = 200
_BOM = b"\xef\xbb\xbf"
_SIGNATURES = {
    b"PK\x03\x04": N_("The file is a spreadsheet or a zip archive; save it as CSV."),
    b"\x1f\x8b": N_("The file is compressed; unpack it first."),
    b"%PDF": N_("The file is a PDF; choose a CSV file."),
    b"\xff\xfe": N_("The file is UTF-16; save it as CSV UTF-8."),
    b"\xfe\xff": N_("The file is UTF-16; save it as CSV UTF-8."),
}

# What a spreadsheet may take for the beginning of a formula.
RISKY = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
# What it may skip before that: blanks, line ends, controls, and what is not seen at all.
SKIPPED = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})

csv.field_size_limit(LONGEST_LINE * MOST_LINES_OF_A_RECORD)


class LineRefused(DomainError):
    """A line of the file that cannot be taken. The rest of the file stands."""


class FileRefused(DomainError):
    """A file that cannot be read at all."""


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A line that was not taken, and why, in words that name nobody."""

    line: int
    refusal: DomainError

    @property
    def reason(self) -> str:
        """The reason in English."""
        return str(self.refusal)


@dataclass(frozen=True, slots=True)
class LineResult:
    """The outcome of a line.

    It is `added`, `known` (here already, left as it is), `likely` (may be here, left out unless
    somebody chooses otherwise) or `refused`. `errors` is why, or what of it could not be kept.
    """

    line: int
    outcome: Literal["added", "known", "likely", "refused"]
    errors: tuple[DomainError, ...] = ()


class Record(NamedTuple):
    """The values of one record and the number of the line on which it begins."""

    line: int
    values: list[str]


Line = tuple[int, str] | RejectedLine


@dataclass(frozen=True)
class Column:
    """A column that a kind of table has.

    Attributes:
        name: the field a command takes.
        label: what it is called.
        needed: whether the file must have it.
        most: how many characters it may have.
        spellings: other names for it, in letters alone.
    """

    name: str
    label: str
    needed: bool = False
    most: int = 200
    spellings: tuple[str, ...] = ()

    def check_length(self, value: str) -> None:
        """Raises LineRefused when a value has more characters than the column takes."""
        if len(value) > self.most:
            message = N_("is longer than %(most)s characters")
            raise LineRefused(message, field=self.name, most=self.most)


@dataclass(frozen=True)
class Table:
    """The column names of a CSV's first line, and its records in their order."""

    header: list[str]
    records: Iterator[Record | RejectedLine]


def beginning(stream: BufferedReader) -> bytes:
    """How a file of text begins, after the mark of UTF-8 and blanks.

    Raises:
        FileRefused: it is empty, or no text that is read here.
    """
    start = stream.peek(LONGEST_LINE)
    if not start:
        raise FileRefused(N_("The file is empty."))
    for signature, reason in _SIGNATURES.items():
        if start.startswith(signature):
            raise FileRefused(reason)
    if b"\0" in start:
        raise FileRefused(N_("The file is not text; choose a CSV file."))
    return start.removeprefix(_BOM).lstrip()


def plain_cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    begins = next((each for each in text if _may_begin(each)), "")
    return f"'{text}" if begins in RISKY else text


def _may_begin(letter: str) -> bool:
    """Whether a spreadsheet that skips all it can would read a cell from here."""
    return letter in RISKY or category(letter) not in SKIPPED


def unquoted(text: str) -> str:
    """A cell's text before it was made no formula."""
    bare = text.removeprefix("'")
    return bare if plain_cell(bare) == text else text


def read_table(stream: BufferedReader) -> Table:
    """A CSV file, its fields parted by comma, semicolon, tab or bar.

    Raises:
        FileRefused: it is no text, or its first line cannot be read.
    """
    beginning(stream)
    feed = _Feed(text_lines(stream))
    header = feed.header()
    delimiter = max(",;\t|", key=header.count)
    try:
        names = next(csv.reader([header], delimiter=delimiter, strict=True), [])
    except csv.Error:
        raise FileRefused(N_("The first line has a quotation mark too many.")) from None
    _require_few(names)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    return Table([name.strip() for name in names], _records(feed, reader, len(names)))


def _require_few(names: list[str]) -> None:
    if len(names) > MOST_COLUMNS:
        raise FileRefused(
            N_("The file has %(found)s columns. Keep those that are needed, at most %(most)s."),
            found=len(names), most=MOST_COLUMNS,
        )  # fmt: skip
    if any(len(name) > LONGEST_NAME for name in names):
        raise FileRefused(
            N_("The first line names a column with more than %(most)s characters."),
            most=LONGEST_NAME,
        )


def text_lines(stream: BufferedReader) -> Iterator[Line]:
    """Numbered lines as text; a line too long, or not UTF-8, as its refusal."""
    number = 0
    while raw := stream.readline(LONGEST_LINE):
        number += 1
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            _skip_rest_of_line(stream)
            yield RejectedLine(number, LineRefused(N_("is longer than a megabyte")))
            continue
        try:
            yield number, raw.removeprefix(_BOM if number == 1 else b"").decode()
        except UnicodeDecodeError:
            message = LineRefused(N_("has letters in another encoding: save the file as CSV UTF-8"))
            yield RejectedLine(number, message)


class _Pause(Exception):
    """Lines were refused between two records: they are told before more are read."""


class _Feed:
    """The text lines for the csv module, which can be given again after a broken record."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._again: deque[tuple[int, str]] = deque()
        self.record: list[tuple[int, str]] = []
        self.refused: list[RejectedLine] = []

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if len(self.record) >= MOST_LINES_OF_A_RECORD:
            raise csv.Error
        line = self._again.popleft() if self._again else self._next_text()
        self.record.append(line)
        return line[1]

    def _next_text(self) -> tuple[int, str]:
        for line in self._lines:
            if not isinstance(line, RejectedLine):
                return line
            self.refused.append(line)
            if len(self.refused) >= MOST_LINES_OF_A_RECORD:
                raise csv.Error if self.record else _Pause
        raise StopIteration

    def header(self) -> str:
        """The first line."""
        line = next(self, "")
        if self.refused:
            reason = self.refused[0].refusal
            raise FileRefused(N_("The first line %(reason)s."), reason=str(reason))
        self.record.clear()
        return line

    def give_again(self) -> int:
        """Read all but the first line of the broken record anew; the number of that first line."""
        (first, _), *rest = self.record
        self._again.extendleft(reversed(rest))
        self.record.clear()
        return first


def _records(
    feed: _Feed, reader: Iterator[list[str]], columns: int
) -> Iterator[Record | RejectedLine]:
    while True:
        try:
            values = next(reader, None)
        except _Pause:
            yield from feed.refused
            feed.refused.clear()
            continue
        except csv.Error:
            broken = LineRefused(N_("has a quotation mark that does not belong there"))
            yield RejectedLine(feed.give_again(), broken)
            continue
        yield from feed.refused
        feed.refused.clear()
        if values is None:
            return
        if values:
            yield _counted(feed.record[0][0], values, columns)
        feed.record.clear()


def _counted(line: int, values: list[str], columns: int) -> Record | RejectedLine:
    if len(values) == columns:
        return Record(line, values)
    message = N_("has %(found)s columns, the first line has %(expected)s")
    return RejectedLine(line, LineRefused(message, found=len(values), expected=columns))


def _skip_rest_of_line(stream: BufferedReader) -> None:
    while (raw := stream.readline(LONGEST_LINE)) and not raw.endswith(b"\n"):
        pass
