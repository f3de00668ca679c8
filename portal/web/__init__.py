"""The HTTP kit: answers, forms, errors, headers, filters, languages, static addresses, logs."""

from flask import Flask

from portal.web import (
    addresses,
    errors,
    filters,
    icons,
    languages,
    logs,
    messages,
    security,
    static_files,
    uploads,
)
from portal.web.forms.choices import options_of
from portal.web.forms.wording import said_of


def init_app(app: Flask) -> None:
    """Put the kit on an application; its steps before and after a view are in `pipeline`."""
    logs.configure()
    languages.init_app(app)
    app.jinja_env.globals.update(
        messages=messages.take_messages, options_of=options_of, said_of=said_of
    )
    addresses.init_app(app)
    uploads.init_app(app)
    security.init_app(app)
    errors.init_app(app)
    filters.init_app(app)
    icons.init_app(app)
    static_files.init_app(app)
