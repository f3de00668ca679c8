"""Patients, whose every personal field is an envelope, and the tokens that find them."""

from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.phi.columns import is_envelope
from portal.phi.sealed import DATE, OBJECT, Sealed
from portal.tenancy.models import SoftDeleted, TenantOwned, belongs_to, one_of

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


class Patient(SoftDeleted, TenantOwned, Base):
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
