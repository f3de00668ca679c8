"""The application: the rooms that every request passes through first, then the areas."""

from importlib import import_module

from flask import Flask
from flask.typing import ResponseReturnValue
from flask_migrate import Migrate
from jinja2 import StrictUndefined
from sqlalchemy import event
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import cli, clock, pipeline, schema, waiting, web
from portal.audit import hook
from portal.auth import changes, once, permissions, sessions
from portal.config import ROOT, Config
from portal.db import db
from portal.demo_clock import DemoClock
from portal.probes import counts, readiness
from portal.registry import area
from portal.web import health, metrics, navigation
from portal.web.logs import log_failure
from portal.web.templates import Speaking

# The pages that are made of all areas show them in this order; the rail has its own.
AREAS = (
    "auth", "activity", "facilities", "doctors", "services", "insurance", "availability",
    "patients", "appointments", "absences", "staff", "exchange", "setup",
)  # fmt: skip
PUBLIC = ("static", "healthz", "readyz", "metrics")
BODY_LIMIT = 1024 * 1024


class Portal(Flask):
    """Flask, except that a view's answer is committed before it leaves, and templates speak."""

    jinja_environment = Speaking

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view in the request's one transaction."""
        return hook.answer(once.done_once(super().dispatch_request))

    def log_exception(self, exc_info: object) -> None:
        """Log where and what, never the text: it can hold row values."""
        error = exc_info[1] if isinstance(exc_info, tuple) else None
        if isinstance(error, BaseException):
            log_failure(error)


def create_app(config: Config) -> Flask:
    """An application with these settings.

    Raises:
        UndeclaredRoutes: a route says neither who may use it nor that it is public.
    """
    app = Portal(__name__)
    app.config.from_mapping(config.flask(), MAX_CONTENT_LENGTH=BODY_LIMIT)
    if config.proxies:
        # Each proxy's own entry is believed, counted from the last; what came before it is not.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=config.proxies, x_proto=config.proxies, x_host=0
        )
    clock.stand_still(config.now)
    app.extensions["demo_clock"] = DemoClock(config.instance)
    clock.follow(None if config.production else app.extensions["demo_clock"].says)
    _set_up_templates(app)
    _set_up_rooms(app)
    schema.load_all()
    _set_up_areas(app)
    for endpoint in PUBLIC:
        app.view_functions[endpoint] = permissions.public(app.view_functions[endpoint])
    cli.register(app)
    permissions.require_declarations(app)
    return app


def registered() -> area.Areas:
    """The registrations of all areas."""
    return area.Areas(import_module(f"portal.{name}.register").AREA for name in AREAS)


def _set_up_areas(app: Flask) -> None:
    every = registered()
    area.init_app(app, every)
    navigation.init_app(app, every.rail, every.within)
    for each in every.all:
        app.register_blueprint(each.blueprint)


def _set_up_rooms(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        for engine in db.engines.values():
            event.listen(engine, "do_connect", waiting.connect)
    Migrate(app, db, directory=str(ROOT / "migrations"))
    web.init_app(app)
    sessions.init_app(app)
    changes.init_app(app)
    hook.init_app(app, enter=sessions.enter, leave=sessions.leave)
    readiness.init_app(app)
    health.init_app(app, readiness.CHECKS)
    metrics.init_app(app, counts.measured)
    pipeline.init_app(app)


def _set_up_templates(app: Flask) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
