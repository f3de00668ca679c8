"""Making a tenant's keys."""

from portal.phi.commands.making import create_keys

__all__ = ["create_keys"]
