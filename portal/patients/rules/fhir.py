"""FHIR R4 Patient resources, one on a line (NDJSON): https://hl7.org/fhir/R4/patient.html

Of several names the official one is taken, else the usual, else the first; of several telephones
the mobile, else the home. Identity is the medical record number that the sender gave (identifier
type MR), else the resource's id. Social security and passport numbers are not taken at all.
"""

import json
import re
from datetime import date
from typing import Any, NoReturn

from portal.csv_reader import LineRefused
from portal.errors import N_
from portal.patients.rules.details import PatientDetails

_NAMES = {"official": 0, "usual": 1, "old": 3, "maiden": 3}
_TELEPHONES = {"mobile": 0, "home": 1, "work": 3}
_ADDRESSES = {"home": 0, "temp": 2, "work": 2, "billing": 2}
_UNRANKED = 2
_INTERPRETER = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"


def patient_of(line: str) -> tuple[PatientDetails, list[str]]:
    """The patient on one line, and warnings of what could not be kept.

    Raises:
        LineRefused: with the reason.
    """
    resource = _resource(line)
    first_name, last_name = _name(resource)
    born, warnings = _birth_date(resource.get("birthDate"))
    details = PatientDetails(
        first_name=first_name,
        last_name=last_name,
        dob=born,
        phone=_contact(resource, "phone"),
        email=_contact(resource, "email"),
        status=_status(resource),
        preferred_language=_language(resource),
        external_ids=_identity(resource),
        meta=_meta(resource),
    )
    return details, warnings


def _resource(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line, object_pairs_hook=_once_each, parse_constant=_no_number)
        if "\\u" in line:
            json.dumps(found, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise LineRefused(N_("is not JSON (at character %(at)s)"), at=error.colno) from None
    except UnicodeEncodeError:
        raise LineRefused(N_("has half of a character")) from None
    except (ValueError, RecursionError):
        raise LineRefused(N_("has a number too long or lists too deep to read")) from None
    if not isinstance(found, dict):
        raise LineRefused(N_("is JSON but not a Patient"))
    if found.get("resourceType") != "Patient":
        raise LineRefused(N_("is not a Patient resource"))
    return found


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise LineRefused(N_("says the same thing twice: a JSON key is repeated"))
    return found


def _no_number(_constant: str) -> NoReturn:
    raise LineRefused(N_("is not JSON: NaN and Infinity are no JSON numbers"))


def _listed(resource: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = resource.get(key) or []
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise LineRefused(N_("has a %(key)s that is not a list of objects"), key=key)
    return found


def _text(entry: dict[str, Any], key: str) -> str:
    found = entry.get(key) or ""
    if not isinstance(found, str):
        raise LineRefused(N_("has a %(key)s that is not text"), key=key)
    return found


def _best(entries: list[dict[str, Any]], uses: dict[str, int]) -> dict[str, Any] | None:
    """The entry of the best use; the first of equals."""
    return min(entries, key=lambda e: uses.get(_text(e, "use"), _UNRANKED), default=None)


def _name(resource: dict[str, Any]) -> tuple[str, str]:
    name = _best(_listed(resource, "name"), _NAMES)
    if name is None:
        raise LineRefused(N_("has no name"))
    given = name.get("given") or []
    if not isinstance(given, list) or not all(isinstance(part, str) for part in given):
        raise LineRefused(N_("has a given name that is not text"))
    family = _text(name, "family")
    if not given and not family:
        family = _text(name, "text")
    return " ".join(given), family


def _birth_date(text: Any) -> tuple[date | None, list[str]]:
    if text is None:
        return None, [N_("has no birth date")]
    if isinstance(text, str) and re.fullmatch(r"\d{4}(-\d{2})?", text):
        return None, [N_("has only a part of a birth date; taken without one")]
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text), []
    except (TypeError, ValueError):
        pass
    raise LineRefused(N_("has a birth date that is not a date"))


def _contact(resource: dict[str, Any], system: str) -> str | None:
    entries = [
        entry
        for entry in _listed(resource, "telecom")
        if _text(entry, "system") == system and _text(entry, "use") != "old"
    ]
    best = _best(entries, _TELEPHONES)
    return _text(best, "value") or None if best else None


def _status(resource: dict[str, Any]) -> str:
    if resource.get("deceasedDateTime") or resource.get("deceasedBoolean") is True:
        return "deceased"
    return "inactive" if resource.get("active") is False else "active"


def _language(resource: dict[str, Any]) -> str | None:
    spoken = _listed(resource, "communication")
    preferred = [entry for entry in spoken if entry.get("preferred") is True] or spoken
    for entry in preferred[:1]:
        language = entry.get("language")
        for coding in _listed(language, "coding") if isinstance(language, dict) else ():
            if code := _text(coding, "code"):
                return code if len(code) <= 10 else code.split("-")[0]
    return None


def _identity(resource: dict[str, Any]) -> tuple[str, ...]:
    given = [
        f"{_text(entry, 'system')}|{_text(entry, 'value')}"
        for entry in _listed(resource, "identifier")
        if _text(entry, "value") and _is_record_number(entry)
    ]
    if given:
        return tuple(given)
    if not _text(resource, "id"):
        raise LineRefused(
            N_(
                "has neither a medical record number nor an id, so that importing it twice would"
                " make two patients"
            )
        )
    return (f"Patient/{resource['id']}",)


def _is_record_number(identifier: dict[str, Any]) -> bool:
    kind = identifier.get("type")
    codings = _listed(kind, "coding") if isinstance(kind, dict) else []
    return any(coding.get("code") == "MR" for coding in codings)


def _meta(resource: dict[str, Any]) -> dict[str, Any]:
    """The fields without a column: gender, address, other names, need of an interpreter."""
    chosen = _best(_listed(resource, "name"), _NAMES)
    others = [name for name in _listed(resource, "name") if name is not chosen]
    address = _best(_listed(resource, "address"), _ADDRESSES) or {}
    wanted = ("line", "city", "state", "postalCode", "country")
    kept: dict[str, Any] = {
        "gender": resource.get("gender"),
        "address": {key: address[key] for key in wanted if address.get(key)},
        "other_names": [_written(name) for name in others],
        "interpreter": any(
            extension.get("url") == _INTERPRETER and extension.get("valueBoolean") is True
            for extension in _listed(resource, "extension")
        ),
    }
    return {key: value for key, value in kept.items() if value}


def _written(name: dict[str, Any]) -> str:
    given: list[str] = [part for part in name.get("given") or [] if isinstance(part, str)]
    return " ".join([*given, _text(name, "family")]).strip() or _text(name, "text")
