"""How a kind of act on a record is taken back."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from flask import Response

from portal.schema.acts import OwnAct
from portal.tenancy.models import TenantOwned
from portal.web.messages import named


class SaidAct(NamedTuple):
    """An act in words; where `PATIENT` stands in them, that patient's name is read."""

    text: str
    patient: int | None = None

    def read(self) -> str:
        """The words, with the name."""
        return named(self._asdict())


class WayBack(NamedTuple):
    """How a kind of act is taken back.

    Attributes:
        right: what the act itself wanted, asked again.
        mark: what the record says now, as far as the way back minds; raises what its reading does.
        describe: what was done.
        take_back: does it, says so (`say_undone`), and answers. It raises what its command does.
        record: whose row its command locks first. It is locked before it is asked whether somebody
            has changed it: whoever is changing it now has done so then.
        records: the ids of those rows, where they are more than the one it is of.
    """

    right: str
    mark: Callable[[OwnAct], str]
    describe: Callable[[OwnAct], SaidAct]
    take_back: Callable[[OwnAct], Response]
    record: type[TenantOwned] | None = None
    records: Callable[[OwnAct], Sequence[int]] = lambda act: [act.record_id]
