"""Pure decisions about facilities."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from email_validator import EmailNotValidError, validate_email

from portal.errors import N_, DomainError

SLUG_LENGTH = 63
SLUG = re.compile(r"[a-z0-9-]{2,63}")


def slug_from(name: str) -> str:
    """The short name for addresses: "Zürich, Nord" becomes "zurich-nord"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_LENGTH].strip("-")


class FacilityEmailMalformed(DomainError):
    """No e-mail can reach this address."""

    message = N_("This is not an e-mail address.")
    field = "email"


def reachable(known: Mapping[str, Any] | None, given: Mapping[str, str | None]) -> dict[str, Any]:
    """How somebody is reached, after what was told: it replaces, and None takes away.

    Raises:
        EmailMalformed: the e-mail address is none.
    """
    if given.get("email"):
        try:
            validate_email(given["email"] or "", check_deliverability=False)
        except EmailNotValidError:
            raise FacilityEmailMalformed from None
    return {key: value for key, value in {**(known or {}), **given}.items() if value is not None}
