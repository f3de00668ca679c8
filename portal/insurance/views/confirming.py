"""Changes that leave booked visits uncovered are done only once it was shown whose."""

from collections.abc import Callable
from typing import Any

from portal.facilities.visits import MOST_SHOWN, list_visits
from portal.insurance.commands.acceptance import UncoveredAfter, VisitsAffected
from portal.insurance.forms import AcceptancePreviewForm
from portal.web.previews import NOTHING, preview


def confirm(
    form: AcceptancePreviewForm, change: Callable[[], UncoveredAfter]
) -> UncoveredAfter | None:
    """Do a change; None when it stays, else the visits it would touch, with a refusal on the form.

    It stays when it touches nobody, or nobody but those that the form says were shown.
    """
    affected, answer = preview(change, confirmation_token=form.confirmation_token.data or NOTHING)
    if not answer.stays and answer.mark == NOTHING:  # whoever was shown is gone by now
        affected, answer = preview(change, confirmation_token=NOTHING)
    if answer.stays:
        return None
    form.confirmation_token.data = answer.mark
    form.reject(VisitsAffected())
    return affected


def preview_change(
    form: AcceptancePreviewForm, change: Callable[[], UncoveredAfter]
) -> UncoveredAfter:
    """The visits a change would affect; the form then carries that they were shown."""
    affected, answer = preview(change, confirmation_token=None)
    form.confirmation_token.data = answer.mark
    return affected


def affected_context(affected: UncoveredAfter | None) -> dict[str, Any]:
    """The context of the list of affected visits."""
    if affected is None:
        return {"touched": 0, "visits": [], "alternatives": {}}
    return {
        "touched": len(affected.ids),
        "visits": list_visits(affected.ids[:MOST_SHOWN]),
        "alternatives": affected.alternatives,
    }
