"""Passkeys: made at the first sign-in or in one's account, given as a second factor, removed."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from flask import Response, request
from flask_babel import gettext as _

from portal.audit.hook import afterwards
from portal.audit.notes import note
from portal.auth import queries, sessions, throttling
from portal.auth.commands.factor import renew_recovery_codes
from portal.auth.commands.passkeys import (
    add_passkey,
    ask_for_known,
    ask_for_new,
    give_passkey,
    remove_passkey,
    take_challenge,
)
from portal.auth.commands.sessions import my_id
from portal.auth.forms import NewPasskeyForm, PasskeyForm, PasskeyRemovalForm
from portal.auth.passkeys import PasskeyCopied, Site
from portal.auth.permissions import halfway, permission, stepped_up
from portal.auth.views.blueprint import bp
from portal.auth.views.factor import count_try, note_failure, require_standing
from portal.web.addresses import own_address
from portal.web.answers import form_page, go, page, toast

NEW = ("auth/passkey_new.html", "auth/_passkey_new.html")
GIVE = ("auth/passkey.html", "auth/_passkey.html")


@bp.post("/sign-in/passkey/request")
@halfway
def passkey_request() -> Response:
    """The request for a browser's device; the challenge works once, in this session."""
    return Response(ask_for_known(_site()), mimetype="application/json")


@bp.post("/sign-in/passkey/creation")
@halfway
def passkey_creation() -> Response:
    """The request to make a passkey; the challenge works once, in this session."""
    require_standing()
    return Response(ask_for_new(_site()), mimetype="application/json")


@bp.route("/sign-in/passkey", methods=["GET", "POST"])
@halfway
def passkey() -> Response:
    """A passkey as the second factor, and as a proof again."""
    form = PasskeyForm(next=request.args.get("next", ""))
    if form.validate_on_submit():
        with form.command_errors(), _copies_noted():
            challenge = take_challenge()
            own = count_try()  # its commit spends the challenge, whatever becomes of the answer
            token = give_passkey(_site(), challenge, form.data["credential"])
            throttling.forget_tries(own)
            return sessions.set_cookie(go(own_address(form.next.data)), token)
        note_failure()
    return form_page(*GIVE, form, authenticator=queries.find_factor(my_id()))


@bp.route("/sign-in/passkey/new", methods=["GET", "POST"])
@halfway
def passkey_new() -> Response:
    require_standing()
    form = NewPasskeyForm(next=request.args.get("next", ""))
    if form.validate_on_submit():
        with form.command_errors():
            challenge = take_challenge()
            own, typed = count_try(), form.data
            made, name = typed["credential"], typed["name"]
            token, codes = add_passkey(_site(), challenge, made, name)
            throttling.forget_tries(own)
            there = own_address(form.next.data)
            return sessions.set_cookie(_kept(codes, there), token)
    return form_page(*NEW, form, back=own_address(form.next.data or "/account/"))


@bp.post("/account/passkeys/removal")
@permission("account.own")
@stepped_up
def passkey_removal() -> Response:
    token = remove_passkey(PasskeyRemovalForm().data["passkey_id"] or 0)
    toast(_("The passkey is removed. Other browsers are signed out."))
    return sessions.set_cookie(go("auth.account"), token)


@bp.post("/account/recovery-codes")
@permission("account.own")
@stepped_up
def recovery_codes() -> Response:
    token, codes = renew_recovery_codes()
    kept = page("auth/recovery_codes.html", codes=codes, onwards="/account/")
    return sessions.set_cookie(kept, token)


def _kept(codes: list[str], onwards: str) -> Response:
    """The recovery codes, where there are any to show; else straight on."""
    if codes:
        return page("auth/recovery_codes.html", codes=codes, onwards=onwards)
    return go(onwards)


@contextmanager
def _copies_noted() -> Iterator[None]:
    """Have the log say what the person is told: administrators look there."""
    try:
        yield
    except PasskeyCopied:
        afterwards(partial(note, "passkey.copied", table="users", outcome="refused"))
        raise


def _site() -> Site:
    return Site(request.host.partition(":")[0], request.host_url.rstrip("/"))
