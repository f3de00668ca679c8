"""The catalogue of services, who offers them where, and the steps a visit takes."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.sorting import kept_sorted
from portal.tenancy.models import (
    OBJECT,
    SoftDeleted,
    TenantOwned,
    belongs_to,
    json_object,
    one_of,
)


def _minutes(column: str, low: int = 1, high: int = 1440) -> CheckConstraint:
    return CheckConstraint(f"{column} BETWEEN {low} AND {high}", name=column)


class Service(SoftDeleted, TenantOwned, Base):
    """Something a clinic does for patients."""

    __tablename__ = "services"
    __table_args__ = (
        one_of("code_system", "CPT", "HCPCS", "ICD", "Custom"),
        _minutes("default_duration_minutes"),
        json_object("meta"),
        Index(
            "ix_services_sort_name",
            "tenant_id",
            "sort_name",
            "id",
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    name: Mapped[str] = mapped_column(Text)
    sort_name: Mapped[str] = kept_sorted("name")
    description: Mapped[str | None] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(String(50))
    code_system: Mapped[str] = mapped_column(Text, server_default="CPT")
    code_version: Mapped[str | None] = mapped_column(String(50))
    default_duration_minutes: Mapped[int] = mapped_column(Integer, server_default=text("30"))
    category: Mapped[str | None] = mapped_column(Text)
    meta: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=OBJECT)


class StepTemplate(TenantOwned, Base):
    """A kind of step that visits are made of."""

    __tablename__ = "step_templates"
    __table_args__ = (
        _minutes("default_duration_minutes"),
        json_object("meta"),
        Index("ix_step_templates_sort_name", "tenant_id", "sort_name", "id"),
    )

    name: Mapped[str] = mapped_column(Text)
    sort_name: Mapped[str] = kept_sorted("name")
    description: Mapped[str | None] = mapped_column(Text)
    default_duration_minutes: Mapped[int] = mapped_column(Integer)
    requires_location: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    meta: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=OBJECT)


class ServiceOffering(TenantOwned, Base):
    """A service as one doctor offers it at one facility."""

    __tablename__ = "service_offerings"
    __table_args__ = (
        belongs_to("service_id", "services", on_delete="CASCADE"),
        belongs_to("doctor_id", "doctors", on_delete="CASCADE"),
        belongs_to("facility_id", "facilities", on_delete="CASCADE"),
        UniqueConstraint("tenant_id", "service_id", "doctor_id", "facility_id"),
        one_of("visibility", "public", "private"),
        _minutes("default_duration_minutes"),
        _minutes("buffer_before_minutes", 0, 240),
        _minutes("buffer_after_minutes", 0, 240),
        json_object("meta"),
        Index(
            "ix_service_offerings_facility_id_doctor_id", "tenant_id", "facility_id", "doctor_id"
        ),
        Index("ix_service_offerings_doctor_id", "tenant_id", "doctor_id"),
    )

    service_id: Mapped[int] = mapped_column(BigInteger)
    doctor_id: Mapped[int] = mapped_column(BigInteger)
    facility_id: Mapped[int] = mapped_column(BigInteger)
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    default_duration_minutes: Mapped[int | None] = mapped_column(Integer)
    buffer_before_minutes: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    buffer_after_minutes: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    visibility: Mapped[str] = mapped_column(Text, server_default="public")
    meta: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=OBJECT)


class ServiceWorkflow(TenantOwned, Base):
    """The steps of an offering: the default, or one insurance plan's own."""

    __tablename__ = "service_workflows"
    __table_args__ = (
        belongs_to("service_offering_id", "service_offerings", on_delete="CASCADE"),
        belongs_to("insurance_plan_id", "insurance_plans", on_delete="CASCADE"),
        CheckConstraint("total_estimated_minutes >= 0", name="total_estimated_minutes"),
        CheckConstraint("NOT active OR total_estimated_minutes <= 1440", name="longest"),
        json_object("meta"),
        Index(
            "uq_service_workflows_active",
            "tenant_id",
            "service_offering_id",
            "insurance_plan_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("active"),
        ),
        Index("ix_service_workflows_insurance_plan_id", "tenant_id", "insurance_plan_id"),
        Index("ix_service_workflows_service_offering_id", "tenant_id", "service_offering_id"),
    )

    service_offering_id: Mapped[int] = mapped_column(BigInteger)
    insurance_plan_id: Mapped[int | None] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    total_estimated_minutes: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    meta: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=OBJECT)


class WorkflowStep(TenantOwned, Base):
    """One step of a workflow, in its place; minutes default to the template's."""

    __tablename__ = "workflow_steps"
    __table_args__ = (
        belongs_to("service_workflow_id", "service_workflows", on_delete="CASCADE"),
        belongs_to("step_template_id", "step_templates", on_delete="CASCADE"),
        UniqueConstraint(
            "tenant_id", "service_workflow_id", "position", deferrable=True, initially="DEFERRED"
        ),
        CheckConstraint("position >= 1", name="position"),
        _minutes("duration_minutes"),
        json_object("meta"),
        Index("ix_workflow_steps_step_template_id", "tenant_id", "step_template_id"),
        Index(
            "ix_workflow_steps_service_workflow_id_position",
            "tenant_id",
            "service_workflow_id",
            "position",
        ),
    )

    service_workflow_id: Mapped[int] = mapped_column(BigInteger)
    step_template_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    duration_minutes: Mapped[int | None] = mapped_column(Integer)
    location_type: Mapped[str | None] = mapped_column(String(50))
    requires_preparation: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    can_be_skipped: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    meta: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=OBJECT)
