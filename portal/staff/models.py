"""Which facilities a member of staff works at; none listed means every one."""

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base
from portal.tenancy.models import TenantOwned, belongs_to


class UserFacility(TenantOwned, Base):
    """One facility that a user is limited to."""

    __tablename__ = "user_facilities"
    __table_args__ = (
        belongs_to("user_id", "users", on_delete="CASCADE"),
        belongs_to("facility_id", "facilities", on_delete="CASCADE"),
        UniqueConstraint("tenant_id", "user_id", "facility_id"),
        Index("ix_user_facilities_facility_id", "tenant_id", "facility_id"),
    )

    user_id: Mapped[int] = mapped_column(BigInteger)
    facility_id: Mapped[int] = mapped_column(BigInteger)
