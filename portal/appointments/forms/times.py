"""Times as the front desk types them."""

from datetime import datetime

from flask_babel import gettext
from wtforms.validators import ValidationError

from portal.scheduling.times import instant
from portal.web.days import within_reason


def check_start(typed: str) -> None:
    """Raises ValidationError for what is no date with a time."""
    if not is_start(typed):
        raise ValidationError(gettext("Enter a date and a time."))


def is_start(typed: str) -> bool:
    """Whether it is a date with a time."""
    try:
        return within_reason(datetime.fromisoformat(typed))
    except ValueError:
        return False


def instant_of(typed: str, zone: str) -> datetime:
    """A start as it was typed; without an offset it is the facility's wall time."""
    start = datetime.fromisoformat(typed)
    return start if start.tzinfo else instant(start.date(), start.time(), zone)
