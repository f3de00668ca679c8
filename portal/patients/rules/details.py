"""A patient's details as they are typed or imported, and which of them can be kept."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from portal.errors import N_, DomainError, all_of
from portal.names import TURNING, UNPRINTABLE
from portal.patients.rules.languages import tag_of
from portal.telephones import telephones

EARLIEST_BIRTH = date(1870, 1, 1)
LONGEST_NAME = 100
LONGEST_EMAIL = 254
LONGEST_PHONE = 50
LONGEST_NOTES = 20_000
STATUSES = ("active", "inactive", "deceased")


class NameMissing(DomainError):
    """A patient with no name at all."""

    message = N_("Enter the patient's name.")
    field = "last_name"


class NameTooLong(DomainError):
    """More letters than any name."""

    message = N_("A name has at most %(longest)s letters.")


class NameUnprintable(DomainError):
    """Control characters or halves of characters."""

    message = N_("This name has a character that cannot be printed.")


class BirthDateImplausible(DomainError):
    """Born in the future, or longer ago than anybody living."""

    message = N_("Enter a birth date between 1870 and today.")
    field = "dob"


class EmailMalformed(DomainError):
    """No e-mail can reach this address."""

    message = N_("Enter an e-mail address like name@example.org.")
    field = "email"


class PhoneMalformed(DomainError):
    """Not a telephone number."""

    message = N_("Enter a telephone number with at least 4 digits.")
    field = "phone"


class LanguageUnknown(DomainError):
    """Neither a language's tag nor its name."""

    message = N_("Preferred language: choose one of the list.")
    field = "preferred_language"


class NotesTooLong(DomainError):
    """More than a note."""

    message = N_("Notes have at most %(longest)s characters.")
    field = "notes"


@dataclass(frozen=True, kw_only=True, slots=True)
class PatientDetails:
    """A patient as typed or imported; `external_ids` are other systems' names for them."""

    first_name: str
    last_name: str
    dob: date | None = None
    email: str | None = None
    phone: str | None = None
    member_numbers: Mapping[str, str] = field(default_factory=dict)
    notes: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    status: str = "active"
    preferred_language: str | None = None
    facility_id: int | None = None
    default_insurance_plan_id: int | None = None
    external_ids: tuple[str, ...] = ()


def checked(details: PatientDetails, *, today: date) -> PatientDetails:
    """The details with stray spaces gone. Digits in names stay.

    Raises the first refusal, with the others after it: who typed a form hears of all at once.
    """
    names, email, phone, notes, language, _born = all_of(
        (
            lambda: _names(details),
            lambda: _email(details.email),
            lambda: _phone(details.phone),
            lambda: _notes(details.notes),
            lambda: _language(details.preferred_language),
            lambda: _check_birth(details.dob, today),
        )
    )
    return replace(
        details, first_name=names[0], last_name=names[1], email=email, phone=phone, notes=notes,
        preferred_language=language,
    )  # fmt: skip


def _names(details: PatientDetails) -> tuple[str, str]:
    first, last = _name(details.first_name, "first_name"), _name(details.last_name, "last_name")
    if not first and not last:
        raise NameMissing
    return first, last


def _notes(typed: str | None) -> str | None:
    if typed and len(typed) > LONGEST_NOTES:
        raise NotesTooLong(longest=LONGEST_NOTES)
    return (typed or "").strip() or None


def _check_birth(dob: date | None, today: date) -> None:
    if dob and not EARLIEST_BIRTH <= dob <= today:
        raise BirthDateImplausible


def _name(typed: str, field_name: str) -> str:
    kept = "".join(char for char in typed if char not in TURNING)
    name = " ".join(unicodedata.normalize("NFC", kept).split())
    if len(name) > LONGEST_NAME:
        raise NameTooLong(field=field_name, longest=LONGEST_NAME)
    if any(unicodedata.category(char) in UNPRINTABLE for char in name):
        raise NameUnprintable(field=field_name)
    return name


def _email(typed: str | None) -> str | None:
    address = (typed or "").strip()
    if not address:
        return None
    if len(address) > LONGEST_EMAIL or not re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@.]+", address):
        raise EmailMalformed
    return address


def _phone(typed: str | None) -> str | None:
    number = " ".join((typed or "").split())
    if not number:
        return None
    if len(number) > LONGEST_PHONE or not telephones(number, ()):
        raise PhoneMalformed
    return number


def _language(typed: str | None) -> str | None:
    tag = (typed or "").strip()
    if not tag:
        return None
    known = tag_of(tag)
    if known is not None and len(known) <= 10:
        return known
    if len(tag) > 10 or not re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", tag):
        raise LanguageUnknown
    return tag
