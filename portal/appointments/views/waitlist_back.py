"""Taking back what one did to the waitlist."""

from flask import Response
from flask_babel import gettext as _

from portal.appointments.commands.waitlist import reinstate_wish, withdraw_wish
from portal.appointments.queries.waitlist import get_wish, list_wish_facilities
from portal.appointments.views.on_screen import over_board, with_board
from portal.registry.ways import SaidAct, WayBack
from portal.schema.acts import OwnAct
from portal.schema.appointments import WaitlistEntry
from portal.undoing.queries import digest_of
from portal.undoing.ways import say_undone
from portal.web.answers import go
from portal.web.messages import PATIENT


def added(entry: WaitlistEntry) -> SaidAct:
    """Somebody waits."""
    return SaidAct(_("On the waitlist: %(who)s", who=PATIENT), entry.patient_id)


def withdrawn(entry: WaitlistEntry) -> SaidAct:
    """They do not wait any more."""
    return SaidAct(_("Waitlist entry withdrawn: %(who)s", who=PATIENT), entry.patient_id)


def back_to_list(entry: WaitlistEntry) -> Response:
    """To the list; over the board one stays there."""
    if over_board():
        return with_board()
    there = list_wish_facilities(entry.id)
    return go("appointments.waitlist", facility=next(iter(there), None))


def _mark(act: OwnAct) -> str:
    return digest_of(WaitlistEntry, act.record_id, *list_wish_facilities(act.record_id))


def _withdraw(act: OwnAct) -> Response:
    entry = get_wish(act.record_id)
    withdraw_wish(entry)
    undone = _("No longer on the waitlist, as before: %(who)s", who=PATIENT)
    say_undone(act, SaidAct(undone, entry.patient_id))
    return back_to_list(entry)


def _reinstate(act: OwnAct) -> Response:
    entry = get_wish(act.record_id)
    reinstate_wish(entry)
    say_undone(act, SaidAct(_("Back on the waitlist: %(who)s", who=PATIENT), entry.patient_id))
    return back_to_list(entry)


WISH_ADDED = WayBack(
    right="appointments.book",
    mark=_mark,
    describe=lambda act: added(get_wish(act.record_id)),
    take_back=_withdraw,
    record=WaitlistEntry,
)
WISH_WITHDRAWN = WayBack(
    right="appointments.book",
    mark=_mark,
    describe=lambda act: withdrawn(get_wish(act.record_id)),
    take_back=_reinstate,
    record=WaitlistEntry,
)
