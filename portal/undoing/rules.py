"""For how long one takes one's own acts back, and what stands in the way."""

from datetime import timedelta

from portal.errors import N_, Conflict

STACK = timedelta(minutes=10)


class TakenBackAlready(Conflict):
    """Whoever pressed twice, or went another way, has taken it back."""

    message = N_("This was undone already.")


class RecordChangedSince(Conflict):
    """Somebody has changed the record since: what they did is not taken back with it.

    `patient` is whose name is read in what it says.
    """

    patient: int | None = None
    message = N_("Not undone, since it was changed in the meantime: %(what)s")


class LookFirst(Conflict):
    """Taking it back touches appointments; the page at `address` shows which, before it is done."""

    message = N_("Booked appointments are affected. Look at them below, then save.")

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__()
