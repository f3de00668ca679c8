"""The shared end of every form that changes hours: first shown, then done."""

from collections.abc import Callable
from typing import Any

from flask import Response, request, url_for

from portal.availability.forms import HoursPreviewForm
from portal.availability.queries.places import PlaceRow
from portal.availability.screens.changes import HoursChange, Scope, changed_by
from portal.web.answers import form_page, go, toast
from portal.web.previews import preview


def show_then_do(
    form: HoursPreviewForm,
    location: PlaceRow | Scope,
    change: Callable[[], object],
    message: str,
    templates: tuple[str, str],
    **context: Any,
) -> Response:
    """Show what a change would do, and do it once that has been seen.

    Args:
        form: with its choices.
        location: whose hours change, and where.
        change: the command, with what was typed.
        message: the message when it is done.
        templates: the page and its fragment.
        context: what else they need.
    """
    did: HoursChange | None = None
    back = _page_of(location)
    confirmed = request.form.get("do") == "confirm"
    if form.validate_on_submit():
        with form.command_errors():
            confirmation_token = form.confirmation_token.data if confirmed else None
            did, answer = preview(
                lambda: changed_by(location, change), confirmation_token=confirmation_token
            )
            if answer.stays:
                toast(message)
                return go(back)
            form.confirmation_token.data = answer.mark
    return form_page(
        *templates, form, location=location, change=did, again=confirmed and did is not None,
        back=back, **context,
    )  # fmt: skip


def _page_of(location: PlaceRow | Scope) -> str:
    """Where somebody looks after a change of these hours, and goes back to before one."""
    if isinstance(location, Scope):
        return url_for("availability.holidays", facility_id=location.facility_id)
    return url_for("availability.show", place_id=location.id)
