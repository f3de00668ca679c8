"""Differences between a seal's list and the entries that are there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from portal.audit.leaves import id_of, instant_of


@dataclass(frozen=True)
class Difference:
    """One entry that is not as it was sealed; `instant` is the sealed one if there is one."""

    entry: int
    kind: str
    text: str
    instant: int


def differences(listed: Sequence[bytes], found: Sequence[bytes]) -> Iterator[Difference]:
    """Every difference, by id.

    Args:
        listed: the items that were sealed.
        found: the items that are there now.
    """
    expected = {id_of(item): item for item in listed}
    there: dict[int, list[bytes]] = {}
    for item in found:
        there.setdefault(id_of(item), []).append(item)
    owners = {item[8:]: id_of(item) for item in listed}
    for number in sorted(expected.keys() | there.keys()):
        want, have = expected.get(number), there.get(number, [])
        if have != [want]:
            kind, text = _told(number, want, have, owners)
            yield Difference(number, kind, text, instant_of(want or have[0]))


def _told(
    number: int, want: bytes | None, have: list[bytes], owners: dict[bytes, int]
) -> tuple[str, str]:
    if not have:
        return "deleted", f"Entry {number} is missing."
    if want is None or len(have) > 1:
        return "inserted", f"Entry {number} was put in afterwards."
    other = owners.get(have[0][8:])
    if other is not None:
        return "swapped", f"Entry {number} holds what entry {other} said."
    if have[0][16:] == want[16:]:
        return "moved-in-time", f"Entry {number} was moved in time."
    return "changed", f"Entry {number} was changed."
