"""Long lists, a window at a time. One row more than shown tells whether there is a next page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True)
class Window:
    """Which part of a list is asked for: page `number` (from 1) of `size` rows."""

    number: int = 1
    size: int = 50

    @property
    def offset(self) -> int:
        """Rows before this window."""
        return (self.number - 1) * self.size

    @property
    def limit(self) -> int:
        """Rows to fetch: one more than are shown."""
        return self.size + 1


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """The rows of one window."""

    rows: Sequence[Row]
    window: Window
    more: bool

    @classmethod
    def of(cls, fetched: Sequence[Row], window: Window) -> "Listing[Row]":
        """Cut what `window.limit` fetched to what is shown."""
        return cls(fetched[: window.size], window, more=len(fetched) > window.size)

    @property
    def previous(self) -> int | None:
        """The page before, or None."""
        return self.window.number - 1 if self.window.number > 1 else None

    @property
    def next(self) -> int | None:
        """The page after, or None."""
        return self.window.number + 1 if self.more else None


def window_from(number: str | None, *, size: int = 50) -> Window:
    """The window a `?page=` asks for; nonsense means the first."""
    wanted = int(number) if number and number.isascii() and number.isdigit() else 1
    return Window(min(max(wanted, 1), 10_000), size)
