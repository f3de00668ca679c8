"""Predicates of a slot, in SQL, each once.

Each takes the name that a row of `availability_slots` has in the statement. Parameters that some
of them ask: `now`, and `user_id`, whose own hold stands in nobody's way.

Times are compared by btree alone, which row security lets come to the index.
"""

# No appointment takes longer than 32 hours with its buffers, and no buffer longer than four: a
# slot that begins before the one, or after the other, has taken its doctor for other times.
LONGEST_BEFORE, LONGEST_AFTER = "interval '36 hours'", "interval '4 hours'"


def excluded(slot: str) -> str:
    """Its doctor is taken, as the exclusion constraint counts: also by a hold that has expired."""
    return f"({slot}.booked_count > 0 OR {slot}.status = 'reserved')"


def held(slot: str) -> str:
    """Somebody holds it."""
    return f"({slot}.status = 'reserved' AND {slot}.reserved_until > :now)"


def held_by_others(slot: str) -> str:
    """Somebody else holds it."""
    return f"({held(slot)} AND {slot}.reserved_by IS DISTINCT FROM CAST(:user_id AS bigint))"


def taken(slot: str) -> str:
    """Its doctor is taken: it is booked, or somebody holds it."""
    return f"({slot}.booked_count > 0 OR {held(slot)})"


def taken_by_others(slot: str) -> str:
    """Its doctor is taken, by more than a hold of one's own."""
    return f"({slot}.booked_count > 0 OR {held_by_others(slot)})"


def busy_during(slot: str, start: str, end: str) -> str:
    """Whether its part of its doctor's time overlaps a span; a range of the doctor's index."""
    return (
        f"{slot}.start_at > {start} - {LONGEST_BEFORE}"
        f" AND {slot}.start_at < {end} + {LONGEST_AFTER}"
        f" AND {slot}.busy_from < {end} AND {slot}.busy_until > {start}"
    )


def has_seat(slot: str) -> str:
    """A seat of it is free."""
    return f"{slot}.booked_count < {slot}.capacity"


def is_supported(slot: str) -> str:
    """Hours support it, or did for its appointment: it was not made beside somebody else's."""
    return f"{slot}.orphaned_at IS NULL AND NOT {slot}.overbooked"


def by_rule(slot: str) -> str:
    """It was laid out, and not made for one appointment."""
    return f"({slot}.created_from_rule_id IS NOT NULL OR {slot}.service_offering_id IS NULL)"


def is_of_one(slot: str) -> str:
    """It was made for one appointment: no rule has to support it, and none loses it."""
    return f"({slot}.overbooked OR NOT {by_rule(slot)})"


def is_part_of_hours(slot: str) -> str:
    """Its doctor works then."""
    return f"{slot}.status <> 'cancelled' AND {is_supported(slot)} AND {by_rule(slot)}"


def is_for(slot: str, offering_id: str) -> str:
    """It is kept for no other service than an offering's."""
    return f"({slot}.service_offering_id IS NULL OR {slot}.service_offering_id = {offering_id})"
