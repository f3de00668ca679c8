"""Making, exchanging and destroying a tenant's keys."""

from portal.phi.commands.making import create_keys
from portal.phi.commands.resealing import reseal_some, rows_left
from portal.phi.commands.rotating import (
    begin_rotation,
    destroy_keys,
    retire,
    rewrap_keys,
    switch_index,
)

__all__ = [
    "begin_rotation",
    "create_keys",
    "destroy_keys",
    "reseal_some",
    "retire",
    "rewrap_keys",
    "rows_left",
    "switch_index",
]
