"""A patient's sealed `meta`, by the names that imports have given it since the first.

They are those of a FHIR R4 Patient: `gender` (administrative), `address`, and whether an
`interpreter` is needed; beside them the consent to messages, and what was said of the status.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.errors import N_, DomainError
from portal.patients.rules.languages import is_foreign

# HL7 FHIR R4, value set administrative-gender.
SEXES = ("female", "male", "other", "unknown")
ADDRESS = ("city", "state", "postalCode", "country")
CHANNELS = ("phone", "email")
LONGEST_LINE = 200
# What each of the Extras is called in `meta`. Two records that are merged choose each of them.
IN_META = {
    "sex": "gender",
    "address": "address",
    "interpreter": "interpreter",
    "consent": "consent",
}


class AddressTooLong(DomainError):
    """More than an envelope's front holds."""

    message = N_("A line of an address has at most %(longest)s characters.")
    field = "street"


@dataclass(frozen=True, kw_only=True, slots=True)
class Extras:
    """Details of a patient beside the columns; None for what nobody has asked.

    `address` is that of FHIR: `line`, a list, and ADDRESS; `consent` is channel -> whether
    messages may be sent there.
    """

    sex: str | None = None
    address: Mapping[str, Any] = field(default_factory=dict)
    interpreter: bool | None = None
    consent: Mapping[str, bool] = field(default_factory=dict)


def extras_of(meta: Any) -> Extras:
    """The details in `meta`; nothing where it cannot be read."""
    if not isinstance(meta, Mapping):
        return Extras()
    sex, address, consent = (meta.get(name) for name in ("gender", "address", "consent"))
    interpreter = meta.get("interpreter")
    return Extras(
        sex=sex if sex in SEXES else None,
        address=address if isinstance(address, Mapping) else {},
        interpreter=interpreter if isinstance(interpreter, bool) else None,
        consent=consent if isinstance(consent, Mapping) else {},
    )


def with_extras(meta: Mapping[str, Any] | None, extras: Extras) -> dict[str, Any]:
    """The `meta` that says this, and whatever else it said before."""
    if any(len(str(line)) > LONGEST_LINE for line in _lines(extras.address)):
        raise AddressTooLong(longest=LONGEST_LINE)
    values = {key: _plain(getattr(extras, name)) for name, key in IN_META.items()}
    kept = {key: value for key, value in (meta or {}).items() if key not in values}
    return kept | {key: value for key, value in values.items() if value not in (None, {})}


def address_lines(address: Mapping[str, Any]) -> list[str]:
    """An address as it is written on a letter."""
    town = " ".join(str(address[key]) for key in ADDRESS[:3] if address.get(key))
    country = address.get("country")
    return [*_street(address), *([town] if town else []), *([str(country)] if country else [])]


def needs_interpreter(meta: Any, spoken: str | None, own: str) -> bool:
    """Whether an interpreter is needed: as it was said, else by the language.

    Args:
        meta: the patient's.
        spoken: their language, as it is kept.
        own: the clinic's locale.
    """
    answer = meta.get("interpreter") if isinstance(meta, Mapping) else None
    return answer if isinstance(answer, bool) else is_foreign(spoken, own)


@dataclass(frozen=True, slots=True)
class StatusSaid:
    """Since when and why a patient's status is what it is."""

    since: date | None = None
    reason: str | None = None


def status_said_of(meta: Any) -> StatusSaid:
    """The status's day and reason in `meta`."""
    kept = meta.get("status_said") if isinstance(meta, Mapping) else None
    if not isinstance(kept, Mapping):
        return StatusSaid()
    since = kept.get("since")
    return StatusSaid(date.fromisoformat(since) if since else None, kept.get("reason"))


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def _street(address: Mapping[str, Any]) -> list[str]:
    line = address.get("line") or []
    return [str(each) for each in ([line] if isinstance(line, str) else line)]


def _lines(address: Mapping[str, Any]) -> list[str]:
    return [*_street(address), *(str(address.get(key) or "") for key in ADDRESS)]
