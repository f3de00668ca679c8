"""Contexts that the database did not sign as they are, made from one that it did."""

from collections.abc import Iterator

from tests.tenancy.rows import Clinic


def forgeries(true: str, other: Clinic) -> dict[str, str]:
    """One of each kind: what was done to the true context, and what it became."""
    payload, mac = true.rsplit("|", 1)
    fields = payload.split("|")
    return {
        "another clinic's tenant": "|".join(["v1", str(other.tenant_id), *fields[2:], mac]),
        "an expired end": "|".join([*fields[:-1], "1", mac]),
        "a cut MAC": true[:-1],
        "a flipped digit": true[:-1] + ("0" if true[-1] != "0" else "1"),
        "an added field": true + "|1",
        "no MAC": payload + "|",
        "only bars": "|" * 9,
        "nonsense": "v1",
        "nothing": "",
    }


def with_one_bit_flipped(true: str) -> Iterator[str]:
    """The context once for each bit of each of its characters, that bit the other way round."""
    for place, char in enumerate(true):
        for bit in range(8):
            yield true[:place] + chr(ord(char) ^ 1 << bit) + true[place + 1 :]


def cut_short(true: str) -> Iterator[str]:
    """Every proper beginning and end of the context."""
    for place in range(1, len(true)):
        yield true[:place]
        yield true[place:]
