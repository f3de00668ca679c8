"""Settings of the environment: read once, checked, and refused in one line when wrong."""

import base64
import binascii
import json
import os
import secrets
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from portal import demo_clock, settings, waiting
from portal.connections import ClinicPool
from portal.embedded import ensure_running
from portal.files import made_once

KEY_BYTES = 32
SHORTEST_SECRET = 32
MOST_PROXIES = 5
ROOT = Path(__file__).parent.parent


class ConfigError(Exception):
    """A setting is missing or wrong; the message is one line for whoever starts the portal."""


@dataclass(frozen=True, repr=False)
class Config:
    """The settings of one process."""

    production: bool
    instance: Path
    database_url: str
    owner_url: str | None
    worker_url: str | None
    key: bytes
    secret_key: str
    secure_cookies: bool
    now: datetime | None
    smtp_url: str | None
    syslog: str | None = None
    # whether connections may prepare statements: a pooler that lends them by transaction may not
    # know the statement that another one prepared
    prepare: bool = True
    # whether the database must keep what it acknowledged, whatever happens to it
    durable: bool = False
    # the names the portal answers to; None: to any
    trusted_hosts: tuple[str, ...] | None = None
    # how many proxies of one's own stand before it, each of which adds to X-Forwarded-For
    proxies: int = 0
    metrics_token: str | None = None
    # a folder with the catalogues of further languages
    translations: Path | None = None

    def flask(self) -> dict[str, Any]:
        """The settings as Flask and its extensions name them."""
        line: dict[str, Any] = dict(waiting.LINE)
        if not self.prepare:
            line["prepare_threshold"] = None
        web, jobs = (
            {
                "poolclass": ClinicPool,
                "json_deserializer": read_json,
                "connect_args": {**line, "options": settings.options(web=each)},
            }
            for each in (True, False)
        )
        binds = {"owner": self.owner_url, "worker": self.worker_url}
        return {
            "SECRET_KEY": self.secret_key,
            "SESSION_COOKIE_SECURE": self.secure_cookies,
            "SQLALCHEMY_DATABASE_URI": driver_url(self.database_url),
            "SQLALCHEMY_ENGINE_OPTIONS": web,
            "SQLALCHEMY_BINDS": {
                name: {"url": driver_url(url), **jobs} for name, url in binds.items() if url
            },
            "PORTAL_INSTANCE": self.instance,
            "PORTAL_KEY": self.key,
            "PORTAL_NOW": self.now,
            "PORTAL_PRODUCTION": self.production,
            "PORTAL_DURABLE": self.durable,
            "PORTAL_SYSLOG": self.syslog,
            "PORTAL_PROXIES": self.proxies,
            "PORTAL_METRICS_TOKEN": self.metrics_token,
            "PORTAL_TRANSLATIONS": self.translations,
            "PORTAL_HOSTS": self.trusted_hosts,
            "SMTP_URL": self.smtp_url,
        }


def read_json(text: str | bytes) -> Any:
    """A value of the database's; of one that Python does not read, how it begins.

    PostgreSQL nests without end and writes numbers of a hundred thousand digits.
    """
    try:
        return json.loads(text)
    except (RecursionError, ValueError):
        return {"unreadable": str(text[:200])}


def load(environ: Mapping[str, str]) -> Config:
    """The settings in `environ`; in development what is missing comes from the instance folder.

    Raises:
        ConfigError: a setting is wrong, or production lacks one.
    """
    production = _choice(environ, "PORTAL_ENV", "development", "production") == "production"
    instance = Path(environ.get("PORTAL_INSTANCE") or ROOT / "instance").resolve()
    instance.mkdir(parents=True, exist_ok=True)
    if production and demo_clock.is_kept_in(instance):
        raise ConfigError(f"{instance} is a demonstration's: it has a clock of its own.")
    source = _Source(environ, production, instance)
    key, secret_key = _key(source), _secret_key(source)
    return Config(
        production=production,
        instance=instance,
        key=key,
        secret_key=secret_key,
        secure_cookies=_secure_cookies(environ, production),
        now=_fixed_now(environ, production),
        smtp_url=environ.get("SMTP_URL") or None,
        syslog=environ.get("PORTAL_SYSLOG") or None,
        prepare=_choice(environ, "DATABASE_PREPARE", "yes", "no") == "yes",
        durable=production and _choice(environ, "DATABASE_DURABLE", "yes", "no") == "yes",
        trusted_hosts=_trusted_hosts(source),
        proxies=int(_choice(environ, "PORTAL_PROXIES", *map(str, range(MOST_PROXIES + 1)))),
        metrics_token=_metrics_token(environ),
        translations=_translations(environ),
        **_database_urls(source),
    )


def configured() -> Config:
    """The settings of this process; a wrong one ends it with a line on stderr and exit code 1."""
    try:
        return load(os.environ)
    except (ConfigError, RuntimeError, OSError) as error:
        sys.exit(f"portal: {error}")


def driver_url(url: str) -> str:
    """A libpq URL as SQLAlchemy wants it, with the driver's name."""
    return "postgresql+psycopg://" + url.partition("://")[2]


@dataclass(frozen=True)
class _Source:
    environ: Mapping[str, str]
    production: bool
    instance: Path

    def get(self, name: str) -> str | None:
        """A setting; None lets development make its own. Raises ConfigError in production."""
        value = self.environ.get(name)
        if not value and self.production:
            raise ConfigError(f"{name} is not set, and production has no default for it.")
        return value or None


def _choice(environ: Mapping[str, str], name: str, *choices: str) -> str:
    """One of the choices; the first is the default."""
    value = environ.get(name) or choices[0]
    if value not in choices:
        raise ConfigError(f"{name} is {value!r}; it can be {' or '.join(choices)}.")
    return value


def _secure_cookies(environ: Mapping[str, str], production: bool) -> bool:
    if not production:
        return _choice(environ, "PORTAL_COOKIES", "http", "https") == "https"
    if _choice(environ, "PORTAL_COOKIES", "https", "http") == "http":
        raise ConfigError("PORTAL_COOKIES is http, which production refuses: serve over https.")
    return True


def _trusted_hosts(source: _Source) -> tuple[str, ...] | None:
    named = source.get("TRUSTED_HOSTS")
    hosts = tuple(filter(None, (host.strip() for host in (named or "").split(","))))
    if named and not hosts:
        raise ConfigError("TRUSTED_HOSTS names no host.")
    return hosts or None


def _metrics_token(environ: Mapping[str, str]) -> str | None:
    token = environ.get("PORTAL_METRICS_TOKEN") or None
    if token and len(token) < SHORTEST_SECRET:
        raise ConfigError(f"PORTAL_METRICS_TOKEN is shorter than {SHORTEST_SECRET} characters.")
    return token


def _translations(environ: Mapping[str, str]) -> Path | None:
    named = environ.get("PORTAL_TRANSLATIONS")
    if not named:
        return None
    folder = Path(named).resolve()
    if not folder.is_dir():
        raise ConfigError(f"PORTAL_TRANSLATIONS {named} is no folder.")
    return folder


def _fixed_now(environ: Mapping[str, str], production: bool) -> datetime | None:
    text = environ.get("PORTAL_NOW")
    if not text:
        return None
    if production:
        raise ConfigError("PORTAL_NOW is set, and production lets no clock stand still.")
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"PORTAL_NOW is {text!r}, which is no ISO 8601 instant.") from None
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


def _database_urls(source: _Source) -> dict[str, Any]:
    app_url = source.get("DATABASE_URL")
    if app_url is None:
        server = ensure_running(source.instance)
        url_roles = {"database_url": "app", "owner_url": "owner", "worker_url": "worker"}
        return {name: server.url(role) for name, role in url_roles.items()}
    urls = {"DATABASE_URL": app_url}
    for name in ("DATABASE_OWNER_URL", "DATABASE_WORKER_URL"):
        urls[name] = source.environ.get(name, "")
    for name, url in urls.items():
        if url and not url.startswith(("postgresql://", "postgres://")):
            raise ConfigError(f"{name} does not begin with postgresql://.")
    return {
        "database_url": app_url,
        "owner_url": urls["DATABASE_OWNER_URL"] or None,
        "worker_url": urls["DATABASE_WORKER_URL"] or None,
    }


def _key(source: _Source) -> bytes:
    """The key-encryption key."""
    named = source.get("PORTAL_KEY_FILE")
    return read_key(Path(named) if named else made_once(source.instance / "portal.key", _new_key))


def read_key(path: Path) -> bytes:
    """The key-encryption key in a file that only its owner can read.

    Raises:
        ConfigError: the file cannot be read, others can read it, or it holds no key.
    """
    try:
        readable_by_others = path.stat().st_mode & 0o077
        text = path.read_text().strip()
    except OSError as error:
        raise ConfigError(f"PORTAL_KEY_FILE {path}: {error.strerror}.") from None
    if readable_by_others:
        raise ConfigError(f"PORTAL_KEY_FILE {path} can be read by others: chmod 0400 it.")
    with suppress(binascii.Error, ValueError):
        key = base64.b64decode(text, validate=True)
        if len(key) == KEY_BYTES:
            return key
    raise ConfigError(f"PORTAL_KEY_FILE {path} does not hold {KEY_BYTES} bytes as base64.")


def _secret_key(source: _Source) -> str:
    secret = source.get("SECRET_KEY")
    if secret is None:
        made = made_once(source.instance / "secret.key", lambda: f"{secrets.token_urlsafe(48)}\n")
        return made.read_text().strip()
    if len(secret) < SHORTEST_SECRET:
        raise ConfigError(f"SECRET_KEY is shorter than {SHORTEST_SECRET} characters.")
    return secret


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode() + "\n"
