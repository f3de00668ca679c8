"""The audit log."""

from portal.audit.notes import note

__all__ = ["note"]
