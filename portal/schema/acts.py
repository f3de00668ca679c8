"""Acts, kept so that they can be taken back: on visits, and on other records."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.phi.columns import is_envelope
from portal.phi.sealed import Sealed
from portal.schema.appointments import INSTANT, patient_of
from portal.tenancy.models import TenantOwned, belongs_to, json_object, one_of

ACTS = (
    "book", "repeat", "confirm", "check_in", "start", "start_step", "finish_step", "skip_step",
    "unskip_step", "complete", "no_show", "cancel", "move", "edit", "correct",
)  # fmt: skip
OWN_ACTS = (
    "facility_closed", "acceptance_filled", "acceptance_marked", "doctor_retired", "records_merged",
    "service_retired", "status_set", "wish_added", "wish_withdrawn",
)  # fmt: skip


class AppointmentAct(TenantOwned, Base):
    """Something done to a visit, with the rows as they were before; a booking has no before.

    Acts of one `group_uid` are taken back together. `visit_version` is the visit's after it: a
    later one says that somebody has changed the visit since. Only acts with a `user_id` are on
    somebody's stack of what they can take back.
    """

    __tablename__ = "appointment_acts"
    __table_args__ = (
        belongs_to("facility_id", "facilities", on_delete="CASCADE"),
        belongs_to("appointment_id", "appointments", on_delete="CASCADE"),
        belongs_to("user_id", "users", on_delete="CASCADE"),
        one_of("kind", *ACTS),
        json_object("before"),
        is_envelope("notes"),
        UniqueConstraint("tenant_id", "row_uid"),
        Index("ix_appointment_acts_appointment_id_id", "tenant_id", "appointment_id", "id"),
        Index("ix_appointment_acts_facility_id", "tenant_id", "facility_id"),
        Index("ix_appointment_acts_group_uid", "tenant_id", "group_uid"),
        Index("ix_appointment_acts_user_id_done_at", "tenant_id", "user_id", "done_at"),
    )

    row_uid: Mapped[UUID] = mapped_column(Uuid, default=uuid4)
    group_uid: Mapped[UUID] = mapped_column(Uuid)
    facility_id: Mapped[int] = mapped_column(BigInteger)
    appointment_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    notes_envelope: Mapped[bytes | None] = mapped_column("notes", LargeBinary)
    visit_version: Mapped[int] = mapped_column(Integer)
    done_at: Mapped[datetime] = mapped_column(INSTANT)
    undone_at: Mapped[datetime | None] = mapped_column(INSTANT)

    notes = Sealed("notes_envelope")

    @property
    def patient_id(self) -> int:
        """Whose visit it was done to; asked when the notes of before are opened."""
        return patient_of(self.appointment_id)


class OwnAct(TenantOwned, Base):
    """Something that somebody did to another record than a visit, and may take back.

    `row_uid` names it in the message that says it. `before` is what the way back needs, and nothing
    of a patient; `mark` is what the record's way back says of it after the act: another one says
    that somebody has changed the record since. Nobody reads, or takes back, a colleague's.
    """

    __tablename__ = "own_acts"
    __table_args__ = (
        belongs_to("user_id", "users", on_delete="CASCADE"),
        one_of("kind", *OWN_ACTS),
        json_object("before"),
        CheckConstraint("length(mark) BETWEEN 1 AND 64", name="mark"),
        UniqueConstraint("tenant_id", "row_uid"),
        Index("ix_own_acts_user_id_done_at", "tenant_id", "user_id", "done_at"),
    )

    row_uid: Mapped[UUID] = mapped_column(Uuid, default=uuid4)
    user_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    record_id: Mapped[int] = mapped_column(BigInteger)
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    mark: Mapped[str] = mapped_column(Text)
    done_at: Mapped[datetime] = mapped_column(INSTANT)
    undone_at: Mapped[datetime | None] = mapped_column(INSTANT)
