"""The words that an area gives the activity log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Screen(NamedTuple):
    """The page of a kind of record, and what its address calls the record."""

    endpoint: str
    parameter: str
    right: str


@dataclass(frozen=True)
class LogWords:
    """Words of the log for an area's records and for what is done there; message ids throughout.

    Attributes:
        records: table -> what one of its records is called.
        patients_seen: endpoint -> what somebody saw of a patient there.
        done: action -> what somebody did.
        screens: table -> the page of one of its records.
    """

    records: Mapping[str, str] = field(default_factory=dict)
    patients_seen: Mapping[str, str] = field(default_factory=dict)
    done: Mapping[str, str] = field(default_factory=dict)
    screens: Mapping[str, Screen] = field(default_factory=dict)
