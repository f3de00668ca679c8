"""The registration of an area, and those of all areas together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TypeVar

from flask import Blueprint, Flask, current_app

from portal.registry.jobs import Job
from portal.registry.lists import ExportedList, ExportKind, ImportedKind
from portal.registry.log import LogWords
from portal.registry.ways import WayBack
from portal.web.navigation import RailEntry

Value = TypeVar("Value")
Check = Callable[[], Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Area:
    """One area: its `register.py` has it as AREA, and `portal.app.AREAS` names the area.

    Everything that is made of all areas is made of these: there is no other list to put an area in.

    Attributes:
        blueprint: its pages.
        label: what the log calls them: "Opened a page about ...".
        formerly: what it was named in older entries of the log -> what these call its pages.
        rail: its entries in the rail.
        within: how endpoints of it begin that light the entry of another area -> that area.
        log: the words for its records, and for what is seen and done in it.
        lists: what /exports/ offers of it.
        imports: kind -> what /imports/ takes of it.
        exports: kind -> what the worker exports of it.
        invariants: a promise -> the check that gives what breaks it, a line each.
        jobs: what the worker does for it.
        ways_back: a kind of `schema.acts.OWN_ACTS` -> how it is taken back.
    """

    blueprint: Blueprint
    label: str
    formerly: Mapping[str, str] = field(default_factory=dict)
    rail: Sequence[RailEntry] = ()
    within: Mapping[str, str] = field(default_factory=dict)
    log: LogWords = field(default_factory=LogWords)
    lists: Sequence[ExportedList] = ()
    imports: Mapping[str, ImportedKind] = field(default_factory=dict)
    exports: Mapping[str, ExportKind] = field(default_factory=dict)
    invariants: Mapping[str, Check] = field(default_factory=dict)
    jobs: Sequence[Job] = ()
    ways_back: Mapping[str, WayBack] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As its addresses' endpoints begin."""
        return self.blueprint.name


class RegisteredTwice(Exception):
    """Two areas registered something under one name; the portal does not start."""


class Areas:
    """All registrations together; in the order of the areas, the rail in its own."""

    def __init__(self, areas: Iterable[Area]) -> None:
        self.all = tuple(areas)
        entries = [entry for area in self.all for entry in area.rail]
        self.rail = tuple(sorted(entries, key=attrgetter("position")))
        self.within = _together(area.within for area in self.all)
        self.labels = _together({area.name: area.label, **area.formerly} for area in self.all)
        self.records = _together(area.log.records for area in self.all)
        self.patients_seen = _together(area.log.patients_seen for area in self.all)
        self.done = _together(area.log.done for area in self.all)
        self.screens = _together(area.log.screens for area in self.all)
        self.lists = _together({each.name: each} for area in self.all for each in area.lists)
        self.imports = _together(area.imports for area in self.all)
        self.exports = _together(area.exports for area in self.all)
        self.invariants = _together(area.invariants for area in self.all)
        self.jobs = tuple(job for area in self.all for job in area.jobs)
        self.ways_back = _together(area.ways_back for area in self.all)


def init_app(app: Flask, areas: Areas) -> None:
    """Give an application its areas."""
    app.extensions["areas"] = areas


def areas() -> Areas:
    """The application's."""
    found: Areas = current_app.extensions["areas"]
    return found


def _together(parts: Iterable[Mapping[str, Value]]) -> dict[str, Value]:
    """All of them in one. Raises RegisteredTwice."""
    whole: dict[str, Value] = {}
    for part in parts:
        if twice := whole.keys() & part.keys():
            raise RegisteredTwice(sorted(twice))
        whole |= part
    return whole
