"""Commands on exports, of staff and the worker."""

from portal.exports.commands.asking import (
    NotReady,
    TooManyUnfinished,
    ask_export,
    discard_export,
    take_export,
)
from portal.exports.commands.making import claim, expire, process_batch, record_failure, release

__all__ = [
    "NotReady",
    "TooManyUnfinished",
    "ask_export",
    "claim",
    "discard_export",
    "expire",
    "process_batch",
    "record_failure",
    "release",
    "take_export",
]
