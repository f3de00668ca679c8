"""Disclosures of patient data to others, which a patient may ask an account of."""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    Index,
    LargeBinary,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.phi.columns import is_envelope
from portal.phi.sealed import Sealed
from portal.tenancy.models import TenantOwned, belongs_to

TOLD = ("recipient_name", "recipient_address", "what", "purpose")
SEALED = (*TOLD, "because")


class Disclosure(TenantOwned, Base):
    """A disclosure of a patient, to whom and why (45 CFR 164.528(b)(2)).

    One that was entered wrongly stays: another corrects it, and says because of what. If it is
    `withdrawn` by that, nothing is told in its place. Until the end of `withheld_until` the patient
    is not told of it, as an oversight agency or the police has asked (164.528(a)(2)).
    """

    __tablename__ = "disclosures"
    __table_args__ = (
        belongs_to("patient_id", "patients", on_delete="RESTRICT"),
        belongs_to("recorded_by", "users", on_delete="RESTRICT"),
        belongs_to("corrects_id", "disclosures", on_delete="RESTRICT"),
        *(is_envelope(column) for column in SEALED),
        CheckConstraint("(corrects_id IS NULL) = (because IS NULL)", name="corrected_because"),
        CheckConstraint(
            "NOT withdrawn OR corrects_id IS NOT NULL", name="withdrawn_by_a_correction"
        ),
        UniqueConstraint("tenant_id", "row_uid"),
        UniqueConstraint("tenant_id", "corrects_id"),
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

    corrects_id: Mapped[int | None] = mapped_column(BigInteger)
    because_envelope: Mapped[bytes | None] = mapped_column("because", LargeBinary)
    withdrawn: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    withheld_until: Mapped[date | None] = mapped_column(Date)

    recipient_name = Sealed("recipient_name_envelope")
    recipient_address = Sealed("recipient_address_envelope")
    what = Sealed("what_envelope")
    purpose = Sealed("purpose_envelope")
    because = Sealed("because_envelope")
