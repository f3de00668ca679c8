"""The four ways a view answers: a page (or its fragment), a form page, go, stay.

The same URL serves the whole page and, to htmx, the fragment; nothing but the HX-Request header
decides.
"""

from typing import Any

from flask import Response, make_response, render_template, request, url_for
from werkzeug.urls import iri_to_uri

from portal.web.forms.form import PortalForm
from portal.web.messages import take_messages, toast

__all__ = ["address_of", "asks_for_fragment", "form_page", "go", "page", "stay", "toast"]

TOASTS = "components/_toasts.html"


def asks_for_fragment() -> bool:
    """Whether htmx asks, and a part of the page is enough."""
    return request.headers.get("HX-Request") == "true"


def page(
    template: str, fragment: str | None = None, /, *, status: int = 200, **context: Any
) -> Response:
    """A whole page, or only its fragment when htmx asks. Templates know the `status`."""
    if fragment is None or not asks_for_fragment():
        return make_response(render_template(template, status=status, **context), status)
    html = render_template(fragment, status=status, **context)
    waiting = take_messages()
    if waiting:
        html += render_template(TOASTS, messages=waiting, oob=True)
    return make_response(html, status)


def form_page(
    template: str,
    fragment: str | None,
    form: PortalForm,
    /,
    status: int | None = None,
    **context: Any,
) -> Response:
    """A form: as it is, or again with its reasons (422; 409 when somebody else was faster)."""
    response = page(template, fragment, status=status or form.status, form=form, **context)
    if form.retry_after is not None:
        response.headers["Retry-After"] = str(form.retry_after)
    return response


def go(endpoint: str, /, **values: Any) -> Response:
    """Move on to another page (an endpoint, or an address that begins with a slash)."""
    address = address_of(endpoint, **values)
    if asks_for_fragment():
        return Response(status=204, headers={"HX-Redirect": address})
    return Response(status=303, headers={"Location": address})


def stay(fragment: str, /, back_to: str, *, status: int = 200, **context: Any) -> Response:
    """Stay where one is: the changed fragment, or without script back to the page."""
    if asks_for_fragment():
        return page(fragment, fragment, status=status, **context)
    return go(back_to)


def address_of(endpoint: str, /, **values: Any) -> str:
    """The address of an endpoint; an address is taken as it is."""
    return iri_to_uri(endpoint) if endpoint.startswith("/") else url_for(endpoint, **values)
