"""Times as the front desk types them."""

from datetime import datetime

from flask_babel import gettext
from wtforms.validators import ValidationError

from portal.availability.rules import instant
from portal.web.days import within_reason


def check_start(typed: str) -> None:
    """Raises ValidationError for what is no date with a time."""
    try:
        sensible = within_reason(datetime.fromisoformat(typed))
    except ValueError:
        sensible = False
    if not sensible:
        raise ValidationError(gettext("Enter a date and a time."))


def instant_of(typed: str, zone: str) -> datetime:
    """A start as it was typed; without an offset it is the facility's wall time."""
    start = datetime.fromisoformat(typed)
    return start if start.tzinfo else instant(start.date(), start.time(), zone)
