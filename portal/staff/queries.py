"""Reading about staff."""

from sqlalchemy import func, select

from portal.auth.models import User
from portal.db import session
from portal.refusals import NotFound


def get_user_by_email(email: str) -> User:
    """A member of staff. Raises NotFound."""
    found = session.scalar(select(User).where(func.lower(User.email) == email.lower()))
    if found is None:
        raise NotFound
    return found
