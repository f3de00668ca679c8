import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.config import ConfigError, load

URL = "postgresql://portal_app:secret@/portal?host=%2Ftmp"
SECRET = "x" * 40


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A complete production environment."""
    return {
        "DATABASE_URL": URL,
        "PORTAL_ENV": "production",
        "PORTAL_INSTANCE": str(tmp_path / "instance"),
        "PORTAL_KEY_FILE": str(key_file(tmp_path / "key", bytes(32))),
        "SECRET_KEY": SECRET,
        "TRUSTED_HOSTS": "clinic.example",
    }


def key_file(path: Path, key: bytes, mode: int = 0o400) -> Path:
    path.write_text(base64.b64encode(key).decode() + "\n")
    path.chmod(mode)
    return path


def test_production_takes_what_it_is_given(environ: dict[str, str]) -> None:
    config = load(environ)
    assert config.production
    assert config.secure_cookies
    assert config.durable
    assert config.key == bytes(32)
    assert config.flask()["SQLALCHEMY_DATABASE_URI"].startswith("postgresql+psycopg://portal_app:")
    assert config.flask()["SQLALCHEMY_BINDS"] == {}


@pytest.mark.parametrize("name", ["DATABASE_URL", "PORTAL_KEY_FILE", "SECRET_KEY", "TRUSTED_HOSTS"])
def test_production_has_no_defaults(environ: dict[str, str], name: str) -> None:
    del environ[name]
    with pytest.raises(ConfigError, match=f"{name} is not set"):
        load(environ)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("PORTAL_ENV", "staging", "can be development or production"),
        ("PORTAL_COOKIES", "http", "serve over https"),
        ("PORTAL_COOKIES", "none", "can be https or http"),
        ("PORTAL_NOW", "2026-03-08T07:30:00Z", "no clock stand still"),
        ("DATABASE_PREPARE", "off", "can be yes or no"),
        ("DATABASE_DURABLE", "maybe", "can be yes or no"),
        ("SECRET_KEY", "short", "shorter than 32"),
        ("DATABASE_URL", "sqlite:///portal.db", "does not begin with postgresql://"),
        ("DATABASE_WORKER_URL", "mysql://x", "does not begin with postgresql://"),
        ("PORTAL_KEY_FILE", "/nowhere/key", "No such file"),
    ],
)
def test_a_wrong_setting_is_one_line(
    environ: dict[str, str], name: str, value: str, reason: str
) -> None:
    with pytest.raises(ConfigError, match=reason) as refusal:
        load(environ | {name: value})
    assert "\n" not in str(refusal.value)


def test_the_key_is_32_bytes(environ: dict[str, str], tmp_path: Path) -> None:
    environ["PORTAL_KEY_FILE"] = str(key_file(tmp_path / "short", bytes(31)))
    with pytest.raises(ConfigError, match="does not hold 32 bytes"):
        load(environ)


def test_only_its_owner_reads_the_key(environ: dict[str, str], tmp_path: Path) -> None:
    environ["PORTAL_KEY_FILE"] = str(key_file(tmp_path / "open", bytes(32), 0o440))
    with pytest.raises(ConfigError, match="can be read by others"):
        load(environ)


def test_development_makes_its_keys_once(tmp_path: Path) -> None:
    environ = {"DATABASE_URL": URL, "PORTAL_INSTANCE": str(tmp_path)}
    first, second = load(environ), load(environ)
    assert (first.key, first.secret_key) == (second.key, second.secret_key)
    assert len(first.key) == 32
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o400}
    assert not first.secure_cookies


def test_the_clock_can_stand_still_in_development(tmp_path: Path) -> None:
    environ = {"DATABASE_URL": URL, "PORTAL_INSTANCE": str(tmp_path)}
    config = load(environ | {"PORTAL_NOW": "2026-03-08T01:30:00-06:00"})
    assert config.now == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    with pytest.raises(ConfigError, match="no ISO 8601 instant"):
        load(environ | {"PORTAL_NOW": "yesterday"})
