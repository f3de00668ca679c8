"""Who reaches a patient: refusals, and how long a reason is."""

from portal.errors import N_, DomainError

SHORTEST_REASON, LONGEST_REASON = 10, 500


class OutsideFacilities(DomainError):
    """A patient of this clinic whom only other facilities know."""

    message = N_("Only other facilities know this patient.")
    status = 403

    def __init__(self, patient_id: int) -> None:
        super().__init__()
        self.patient_id = patient_id


class ReasonTooShort(DomainError):
    """Nobody who looks through it could tell what for."""

    message = N_("Say why in at least %(least)s letters. An administrator will read it.")
    field = "reason"


class ReasonTooLong(DomainError):
    """More than a reason."""

    message = N_("A reason has at most %(most)s characters.")
    field = "reason"


class TooLittleKnown(DomainError):
    """Asking by a name alone would be leafing through other facilities' patients."""

    message = N_(
        "Enter a name with the date of birth, or a whole telephone number, e-mail address or"
        " patient number."
    )


def checked_reason(typed: str) -> str:
    """The reason without stray spaces.

    Raises:
        ReasonTooShort, ReasonTooLong.
    """
    reason = " ".join(typed.split())
    if sum(map(str.isalnum, reason)) < SHORTEST_REASON:
        raise ReasonTooShort(least=SHORTEST_REASON)
    if len(reason) > LONGEST_REASON:
        raise ReasonTooLong(most=LONGEST_REASON)
    return reason
