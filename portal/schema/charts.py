"""Lines of a patient's chart, each with its day and who wrote it."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.phi.columns import is_envelope
from portal.phi.sealed import Sealed
from portal.tenancy.models import Dated, TenantOwned, belongs_to, one_of


class _OfPatient:
    """The form's one-time key, whose line it is, and who wrote it."""

    row_uid: Mapped[UUID] = mapped_column(Uuid, default=uuid4)
    patient_id: Mapped[int] = mapped_column(BigInteger)
    author_id: Mapped[int | None] = mapped_column(BigInteger, sort_order=50)


class _Ended:
    """A line that is ended, never erased."""

    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), sort_order=51)
    ended_by: Mapped[int | None] = mapped_column(BigInteger, sort_order=52)


class PatientAlert(_OfPatient, _Ended, Dated, TenantOwned, Base):
    """A warning about a patient for everybody."""

    __tablename__ = "patient_alerts"
    __table_args__ = (
        belongs_to("patient_id", "patients", on_delete="RESTRICT"),
        belongs_to("author_id", "users", on_delete="RESTRICT"),
        belongs_to("ended_by", "users", on_delete="RESTRICT"),
        one_of("kind", "allergy", "safety", "communication", "billing", "other"),
        CheckConstraint("ended_by IS NULL OR ended_at IS NOT NULL", name="ended_by"),
        is_envelope("text"),
        UniqueConstraint("tenant_id", "row_uid"),
        Index("ix_patient_alerts_patient_id", "tenant_id", "patient_id"),
        Index("ix_patient_alerts_author_id", "tenant_id", "author_id"),
        Index("ix_patient_alerts_ended_by", "tenant_id", "ended_by"),
    )

    kind: Mapped[str] = mapped_column(Text)
    text_envelope: Mapped[bytes] = mapped_column("text", LargeBinary)

    text = Sealed("text_envelope")


class PatientNote(_OfPatient, Dated, TenantOwned, Base):
    """A note; another corrects it, and both stay."""

    __tablename__ = "patient_notes"
    __table_args__ = (
        belongs_to("patient_id", "patients", on_delete="RESTRICT"),
        belongs_to("author_id", "users", on_delete="RESTRICT"),
        belongs_to("corrects_id", "patient_notes", on_delete="RESTRICT"),
        is_envelope("text"),
        UniqueConstraint("tenant_id", "row_uid"),
        UniqueConstraint("tenant_id", "corrects_id"),
        Index("ix_patient_notes_patient_id", "tenant_id", "patient_id"),
        Index("ix_patient_notes_author_id", "tenant_id", "author_id"),
    )

    text_envelope: Mapped[bytes] = mapped_column("text", LargeBinary)
    corrects_id: Mapped[int | None] = mapped_column(BigInteger, sort_order=51)

    text = Sealed("text_envelope")


class PatientContact(_OfPatient, _Ended, TenantOwned, Base):
    """Somebody to call about the patient."""

    __tablename__ = "patient_contacts"
    __table_args__ = (
        belongs_to("patient_id", "patients", on_delete="RESTRICT"),
        belongs_to("author_id", "users", on_delete="RESTRICT"),
        belongs_to("ended_by", "users", on_delete="RESTRICT"),
        one_of("role", "emergency", "guardian", "other"),
        CheckConstraint("ended_by IS NULL OR ended_at IS NOT NULL", name="ended_by"),
        is_envelope("name"),
        is_envelope("relation"),
        is_envelope("phone"),
        UniqueConstraint("tenant_id", "row_uid"),
        Index("ix_patient_contacts_patient_id", "tenant_id", "patient_id"),
        Index("ix_patient_contacts_author_id", "tenant_id", "author_id"),
        Index("ix_patient_contacts_ended_by", "tenant_id", "ended_by"),
    )

    role: Mapped[str] = mapped_column(Text)
    name_envelope: Mapped[bytes] = mapped_column("name", LargeBinary)
    relation_envelope: Mapped[bytes | None] = mapped_column("relation", LargeBinary)
    phone_envelope: Mapped[bytes | None] = mapped_column("phone", LargeBinary)

    name = Sealed("name_envelope")
    relation = Sealed("relation_envelope")
    phone = Sealed("phone_envelope")
