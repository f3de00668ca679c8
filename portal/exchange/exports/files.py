"""Tables as files that spreadsheets open: CSV (RFC 4180) and XLSX, no cell of either a formula."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from io import BytesIO, StringIO
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from portal.csv_reader import plain_cell

Cell = str | int | float | date | datetime | time | None
# The mark tells spreadsheets that it is UTF-8.
BOM = "\ufeff"
# What a cell of a workbook holds at most, and the first year of its calendar.
LONGEST_CELL = 32_767
FIRST_YEAR = 1900
WIDTH = 18
# In memory, since its usual temporary files would lie readable on a disk; a text is only a text.
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def csv_file(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The table as CSV in UTF-8: days as 2026-11-30, times as 09:30."""
    text = StringIO(BOM, newline="")
    text.seek(0, 2)
    writer = csv.writer(text)
    writer.writerow(map(plain_cell, header))
    writer.writerows([_said(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def xlsx_file(title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The table as the one sheet of a workbook: days and times are such, numbers are numbers."""
    file = BytesIO()
    with Workbook(file, OPTIONS) as book:
        sheet = book.add_worksheet(title[:31])
        formats = {
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            time: book.add_format({"num_format": "hh:mm"}),
        }
        sheet.set_column(0, len(header), WIDTH)
        sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        for column, label in enumerate(header):
            sheet.write_string(0, column, label, bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                _write(sheet, number, column, cell, formats)
    return file.getvalue()


def _said(cell: Cell) -> object:
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    return plain_cell(cell) if isinstance(cell, str) else cell


def _write(
    sheet: Worksheet, row: int, column: int, cell: Cell, formats: dict[type[Any], Any]
) -> None:
    if cell is None:
        return
    if isinstance(cell, str) or (isinstance(cell, date) and cell.year < FIRST_YEAR):
        sheet.write_string(row, column, str(cell)[:LONGEST_CELL])
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell)
    else:
        sheet.write_datetime(row, column, cell, formats[type(cell)])
