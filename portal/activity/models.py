"""Disclosures of patient data to others, which a patient may ask an account of."""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Date, Index, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.phi.columns import is_envelope
from portal.phi.sealed import Sealed
from portal.tenancy.models import TenantOwned, belongs_to

TOLD = ("recipient_name", "recipient_address", "what", "purpose")


class Disclosure(TenantOwned, Base):
    """What was told of a patient, to whom and why (45 CFR 164.528(b)(2))."""

    __tablename__ = "disclosures"
    __table_args__ = (
        belongs_to("patient_id", "patients", on_delete="RESTRICT"),
        belongs_to("recorded_by", "users", on_delete="RESTRICT"),
        *(is_envelope(column) for column in TOLD),
        UniqueConstraint("tenant_id", "row_uid"),
        Index("ix_disclosures_patient_id_disclosed_on", "tenant_id", "patient_id", "disclosed_on"),
        Index("ix_disclosures_recorded_by", "tenant_id", "recorded_by"),
    )

    row_uid: Mapped[UUID] = mapped_column(Uuid, default=uuid4)
    patient_id: Mapped[int] = mapped_column(BigInteger)
    disclosed_on: Mapped[date] = mapped_column(Date)
    recipient_name_envelope: Mapped[bytes] = mapped_column("recipient_name", LargeBinary)
    recipient_address_envelope: Mapped[bytes | None] = mapped_column(
        "recipient_address", LargeBinary
    )
    what_envelope: Mapped[bytes] = mapped_column("what", LargeBinary)
    purpose_envelope: Mapped[bytes] = mapped_column("purpose", LargeBinary)
    recorded_by: Mapped[int | None] = mapped_column(BigInteger)

    recipient_name = Sealed("recipient_name_envelope")
    recipient_address = Sealed("recipient_address_envelope")
    what = Sealed("what_envelope")
    purpose = Sealed("purpose_envelope")
