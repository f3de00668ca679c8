"""How a file's columns are matched to those of a kind, its lines read by them, and told."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from portal.csv_reader import Column, LineRefused, unquoted
from portal.errors import N_
from portal.registry.lines import plain

OUTCOMES = ("added", "known", "likely", "refused")
# What stands in a reason for one of its params.
PARAM = re.compile(r"%%|%\((\w+)\)s")
# What the functions that translate it call their own.
THEIRS = {"self", "string", "context"}


def guessed(columns: Sequence[Column], header: Sequence[str]) -> dict[str, int]:
    """Which of a file's columns each column of a kind probably is, by its name; each once."""
    places: dict[str, int] = {}
    names = [letters(name) for name in header]
    for column in columns:
        for spelling in (letters(column.name), letters(column.label), *column.spellings):
            if spelling in names and names.index(spelling) not in places.values():
                places[column.name] = names.index(spelling)
                break
    return places


def given(
    columns: Sequence[Column], values: Sequence[str], places: Mapping[str, int]
) -> dict[str, str]:
    """The values of a record, by the kind's own names; empty ones are left out.

    Raises:
        LineRefused: something needed is missing, too long, or no text.
    """
    found = {name: unquoted(values[position].strip()) for name, position in places.items()}
    for column in columns:
        value = found.get(column.name, "")
        if column.needed and not value:
            raise LineRefused(N_("is missing"), field=column.name)
        column.check_length(value)
        if "\0" in value:
            raise LineRefused(N_("holds a character that no text has"), field=column.name)
    return {name: value for name, value in found.items() if value}


def letters(name: str) -> str:
    """A name in letters alone, without case and accents."""
    return "".join(filter(str.isalpha, plain(name)))


def readable(report: Mapping[str, Any]) -> dict[str, Any]:
    """The report of an import; none where it is not what an import writes: any SQL may have."""
    lines = report.get("lines")
    whole = counted(report.get("counts")) is not None and isinstance(lines, list)
    return dict(report) if whole and all(map(_is_line, lines or ())) else {}


def counted(counts: object) -> dict[str, int] | None:
    """How many lines came to each end; None where it does not say so."""
    if isinstance(counts, dict) and all(type(each) is int for each in counts.values()):
        return counts
    return None


def _is_line(line: object) -> bool:
    return (
        isinstance(line, dict)
        and type(line.get("line")) is int
        and line.get("outcome") in OUTCOMES
        and isinstance(line.get("said"), list)
        and all(_is_reason(each, likely=line["outcome"] == "likely") for each in line["said"])
    )


def _is_reason(reason: object, *, likely: bool) -> bool:
    if not isinstance(reason, dict) or not {"field", "message", "params"} <= reason.keys():
        return False
    field, message, params = reason["field"], reason["message"], reason["params"]
    if not (isinstance(message, str) and isinstance(params, dict)):
        return False
    named = set(PARAM.findall(message)) - {""}
    return (
        (field is None or isinstance(field, str))
        and "%" not in PARAM.sub("", message)
        and named <= params.keys()
        and not any(name in THEIRS or name.startswith("_") for name in params)
        and (not likely or (_is_id(params.get("patient_id")) and "mrn" in params))
    )


def _is_id(value: object) -> bool:
    return type(value) is int and value > 0
