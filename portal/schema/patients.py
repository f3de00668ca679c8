"""Patients, whose every personal field is an envelope; how they are found; who broke the glass."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.phi.columns import is_envelope
from portal.phi.sealed import DATE, OBJECT, Sealed
from portal.tenancy.models import Dated, SoftDeleted, TenantOwned, belongs_to, one_of

NOTHING = text("'{}'::bigint[]")
PERSONAL = (
    "first_name",
    "last_name",
    "email",
    "phone",
    "dob",
    "member_numbers",
    "notes",
    "meta",
)


class Patient(SoftDeleted, Dated, TenantOwned, Base):
    """A patient of the clinic group (the second founding document's Client)."""

    __tablename__ = "patients"
    __table_args__ = (
        belongs_to("user_id", "users", on_delete="SET NULL"),
        belongs_to("facility_id", "facilities", on_delete="RESTRICT"),
        belongs_to("default_insurance_plan_id", "insurance_plans", on_delete="SET NULL"),
        belongs_to("merged_into", "patients", on_delete="NO ACTION"),
        one_of("status", "active", "inactive", "merged", "deceased"),
        CheckConstraint("(status = 'merged') = (merged_into IS NOT NULL)", name="merged_into"),
        *(is_envelope(column) for column in PERSONAL),
        UniqueConstraint("tenant_id", "mrn"),
        UniqueConstraint("tenant_id", "row_uid"),
        Index("ix_patients_facility_id", "tenant_id", "facility_id"),
        Index("ix_patients_user_id", "tenant_id", "user_id"),
        Index("ix_patients_default_insurance_plan_id", "tenant_id", "default_insurance_plan_id"),
        Index("ix_patients_merged_into", "tenant_id", "merged_into"),
        Index(
            "ix_patients_updated_at",
            "tenant_id",
            "updated_at",
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    row_uid: Mapped[UUID] = mapped_column(Uuid, default=uuid4)
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    facility_id: Mapped[int | None] = mapped_column(BigInteger)
    mrn: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(Text, server_default="active")
    first_name_envelope: Mapped[bytes] = mapped_column("first_name", LargeBinary)
    last_name_envelope: Mapped[bytes] = mapped_column("last_name", LargeBinary)
    email_envelope: Mapped[bytes | None] = mapped_column("email", LargeBinary)
    phone_envelope: Mapped[bytes | None] = mapped_column("phone", LargeBinary)
    dob_envelope: Mapped[bytes | None] = mapped_column("dob", LargeBinary)
    member_numbers_envelope: Mapped[bytes | None] = mapped_column("member_numbers", LargeBinary)
    notes_envelope: Mapped[bytes | None] = mapped_column("notes", LargeBinary)
    meta_envelope: Mapped[bytes | None] = mapped_column("meta", LargeBinary)
    default_insurance_plan_id: Mapped[int | None] = mapped_column(BigInteger)
    preferred_language: Mapped[str | None] = mapped_column(String(10))
    merged_into: Mapped[int | None] = mapped_column(BigInteger)

    first_name = Sealed("first_name_envelope", patient="id")
    last_name = Sealed("last_name_envelope", patient="id")
    email = Sealed("email_envelope", patient="id")
    phone = Sealed("phone_envelope", patient="id")
    dob = Sealed("dob_envelope", DATE, patient="id")
    member_numbers = Sealed("member_numbers_envelope", OBJECT, patient="id")
    notes = Sealed("notes_envelope", patient="id")
    meta = Sealed("meta_envelope", OBJECT, patient="id")


class PatientSearchToken(Base):
    """One keyed hash by which a patient can be found; its primary key is the search's index."""

    __tablename__ = "patient_search_tokens"
    __table_args__ = (
        belongs_to("patient_id", "patients", on_delete="CASCADE"),
        Index("ix_patient_search_tokens_patient_id", "tenant_id", "patient_id"),
        CheckConstraint("octet_length(token) BETWEEN 8 AND 32", name="token"),
    )

    tenant_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("tenants.id"),
        primary_key=True,
        server_default=text("current_tenant()"),
    )
    field: Mapped[str] = mapped_column(String(20), primary_key=True)
    token: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    patient_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class BreakGlass(TenantOwned, Base):
    """A patient of another facility, opened for an hour with a reason; the database makes these.

    It ends with the session that it was made in, and is looked through by somebody else.
    """

    __tablename__ = "break_glass"
    __table_args__ = (
        belongs_to("user_id", "users", on_delete="RESTRICT"),
        belongs_to("session_id", "user_sessions", on_delete="SET NULL"),
        belongs_to("patient_id", "patients", on_delete="RESTRICT"),
        belongs_to("reviewed_by", "users", on_delete="RESTRICT"),
        CheckConstraint("char_length(btrim(reason)) BETWEEN 10 AND 500", name="reason"),
        CheckConstraint("expires_at <= created_at + interval '60 minutes'", name="expires_at"),
        Index("ix_break_glass_session_id_patient_id", "tenant_id", "session_id", "patient_id"),
        Index("ix_break_glass_user_id", "tenant_id", "user_id"),
        Index("ix_break_glass_patient_id", "tenant_id", "patient_id"),
        Index("ix_break_glass_reviewed_by", "tenant_id", "reviewed_by"),
        Index(
            "ix_break_glass_unreviewed",
            "tenant_id",
            "id",
            postgresql_where=text("reviewed_at IS NULL"),
        ),
    )

    user_id: Mapped[int] = mapped_column(BigInteger)
    session_id: Mapped[int | None] = mapped_column(BigInteger)
    patient_id: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reviewed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reviewed_by: Mapped[int | None] = mapped_column(BigInteger)


class PatientMerge(TenantOwned, Base):
    """A record that lives on in another, with all it takes to part them again.

    `patient_id` is the record that it is part of now: one that is merged on takes it along
    (`merge_ids`). `known_as` are the names and numbers by which it is still found; `changes` are
    the fields that the record that stays took over, before and after.
    """

    __tablename__ = "patient_merges"
    __table_args__ = (
        belongs_to("patient_id", "patients", on_delete="RESTRICT"),
        belongs_to("merged_id", "patients", on_delete="RESTRICT"),
        belongs_to("merged_by", "users", on_delete="RESTRICT"),
        belongs_to("undone_by", "users", on_delete="RESTRICT"),
        CheckConstraint("patient_id <> merged_id", name="another"),
        one_of("merged_status", "active", "inactive", "deceased"),
        is_envelope("known_as"),
        is_envelope("changes"),
        UniqueConstraint("tenant_id", "row_uid"),
        UniqueConstraint("tenant_id", "merge_key"),
        Index(
            "uq_patient_merges_live",
            "tenant_id",
            "merged_id",
            unique=True,
            postgresql_where=text("undone_at IS NULL"),
        ),
        Index("ix_patient_merges_patient_id", "tenant_id", "patient_id"),
        Index("ix_patient_merges_merged_id", "tenant_id", "merged_id"),
        Index("ix_patient_merges_merged_by", "tenant_id", "merged_by"),
        Index("ix_patient_merges_undone_by", "tenant_id", "undone_by"),
    )

    row_uid: Mapped[UUID] = mapped_column(Uuid, default=uuid4)
    merge_key: Mapped[UUID] = mapped_column(Uuid)
    patient_id: Mapped[int] = mapped_column(BigInteger)
    merged_id: Mapped[int] = mapped_column(BigInteger)
    merged_status: Mapped[str] = mapped_column(Text)
    known_as_envelope: Mapped[bytes] = mapped_column("known_as", LargeBinary)
    changes_envelope: Mapped[bytes] = mapped_column("changes", LargeBinary)
    visit_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default=NOTHING)
    disclosure_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default=NOTHING)
    merge_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default=NOTHING)
    waitlist_ids: Mapped[list[int]] = mapped_column(
        ARRAY(BigInteger), server_default=NOTHING, sort_order=93
    )
    alert_ids: Mapped[list[int]] = mapped_column(
        ARRAY(BigInteger), server_default=NOTHING, sort_order=94
    )
    note_ids: Mapped[list[int]] = mapped_column(
        ARRAY(BigInteger), server_default=NOTHING, sort_order=95
    )
    contact_ids: Mapped[list[int]] = mapped_column(
        ARRAY(BigInteger), server_default=NOTHING, sort_order=96
    )
    merged_by: Mapped[int | None] = mapped_column(BigInteger)
    undone_by: Mapped[int | None] = mapped_column(BigInteger)
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    known_as = Sealed("known_as_envelope", OBJECT)
    changes = Sealed("changes_envelope", OBJECT)


class PatientDistinction(TenantOwned, Base):
    """Two records that somebody looked at and found to be two people."""

    __tablename__ = "patient_distinctions"
    __table_args__ = (
        belongs_to("patient_id", "patients", on_delete="RESTRICT"),
        belongs_to("other_id", "patients", on_delete="RESTRICT"),
        belongs_to("decided_by", "users", on_delete="RESTRICT"),
        CheckConstraint("patient_id < other_id", name="order"),
        UniqueConstraint("tenant_id", "patient_id", "other_id"),
        Index("ix_patient_distinctions_other_id", "tenant_id", "other_id"),
        Index("ix_patient_distinctions_decided_by", "tenant_id", "decided_by"),
    )

    patient_id: Mapped[int] = mapped_column(BigInteger)
    other_id: Mapped[int] = mapped_column(BigInteger)
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
