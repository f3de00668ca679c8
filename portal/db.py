"""The database: one metadata with one naming convention, and one session a request."""

from typing import Any

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Constraint, Index, MetaData, Table
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import DeclarativeBase


def _own_columns(constraint: Constraint | Index, _table: Table) -> str:
    """Column names for a constraint's name; the tenant is in every key and says nothing."""
    names = [column.name for column in constraint.columns]  # type: ignore[union-attr]
    return "_".join([name for name in names if name != "tenant_id"] or names)


NAMING_CONVENTION: dict[str, Any] = {
    "own_columns": _own_columns,
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(own_columns)s",
    "fk": "fk_%(table_name)s_%(own_columns)s",
    "ix": "ix_%(table_name)s_%(own_columns)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class Base(DeclarativeBase):
    """The declarative base of every model."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class PortalSession(FlaskSession):
    """A session that can be told, through `info["bind"]`, to work as another database role."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        """The engine of the role in `info["bind"]` (None: `portal_app`)."""
        role = self.info.get("bind")
        if role is None:
            return super().get_bind(*args, **kwargs)
        return db.engines[role]


db = SQLAlchemy(
    model_class=Base, session_options={"class_": PortalSession, "expire_on_commit": False}
)
session = db.session
