"""Checkpoints: what each seal came to (a signed tree head, RFC 6962), kept outside the database.

Somebody who cuts the last entries and their seals off the database leaves a chain without a
fault; only what is written elsewhere still knows of them. A line is one JSON object.
"""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from logging import INFO, LogRecord
from logging.handlers import SysLogHandler
from pathlib import Path

from portal.audit.seals import Seal, moment

# More than one line of heads takes.
TAIL = 4096


@dataclass(frozen=True)
class Head:
    """A seal as it is kept outside the database, and compared with the one inside."""

    number: int
    epoch: int
    sealed_at: str
    hash: str
    public_key: str


def head_of(seal: Seal) -> Head:
    """The part of a seal that is kept outside the database."""
    return Head(
        number=seal.number,
        epoch=seal.epoch,
        sealed_at=moment(seal.sealed_at).isoformat(),
        hash=seal.hash().hex(),
        public_key=seal.public_key.hex(),
    )


class BrokenCheckpoints(Exception):
    """The file of heads holds something else."""


@dataclass(frozen=True)
class Checkpoints:
    """A file of heads, read.

    Attributes:
        by_number: the heads that count: an epoch's first seal voids the later ones of the epoch
            before, which a restored database has lost.
        voided: how many that were.
    """

    by_number: dict[int, Head]
    voided: int

    @property
    def last(self) -> int:
        """The highest number; 0 when there is none."""
        return max(self.by_number, default=0)


def read(path: Path) -> Checkpoints:
    """The heads in a file; a line that a crash cut short at the end is left out.

    Raises:
        BrokenHeads: a line is no head.
    """
    found: dict[int, Head] = {}
    voided = epoch = 0
    for line in _whole_lines(path):
        head = _head(line, path)
        if head.epoch > epoch:
            lost = [known for known in found if known >= head.number]
            voided += len(lost)
            for known in lost:
                del found[known]
            epoch = head.epoch
        found[head.number] = head
    return Checkpoints(found, voided)


def newest(path: Path) -> Head | None:
    """The last whole line's head, without reading the rest.

    Raises:
        BrokenHeads: the line is no head.
    """
    if not path.exists():
        return None
    with path.open("rb") as file:
        file.seek(-min(TAIL, file.seek(0, os.SEEK_END)), os.SEEK_END)
        lines = [line for line in file.read().split(b"\n")[:-1] if line]
    return _head(lines[-1], path) if lines else None


def append(path: Path, seals: Iterable[Seal]) -> None:
    """Add the seals' heads, on the disk before this returns."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _end_last_line(path)
    with path.open("a") as file:
        file.writelines(_line(seal) + "\n" for seal in seals)
        file.flush()
        os.fsync(file.fileno())


def send(address: str, seals: Iterable[Seal]) -> None:
    """Send the seals' heads to syslog: a socket's path, or `host:port` (UDP)."""
    host, _, port = address.rpartition(":")
    handler = SysLogHandler((host, int(port)) if host else address)
    try:
        for seal in seals:
            handler.emit(
                LogRecord("portal", INFO, "", 0, f"portal audit head {_line(seal)}", None, None)
            )
    finally:
        handler.close()


def _line(seal: Seal) -> str:
    return json.dumps(vars(head_of(seal)))


def _head(line: bytes, path: Path) -> Head:
    try:
        return Head(**json.loads(line))
    except (TypeError, ValueError):
        raise BrokenCheckpoints(f"{path} holds a line that is no head") from None


def _whole_lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n") and line.strip():
                yield line


def _end_last_line(path: Path) -> None:
    """Cut off a line that a crash left unfinished: its head is written again."""
    if path.exists():
        content = path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            os.truncate(path, whole)
