"""What is made of all areas is made of what each registers, and of nothing else."""

import tomllib
from pathlib import Path

import pytest
from flask import Blueprint

from portal.app import AREAS, registered
from portal.config import ROOT
from portal.registry.area import Area, Areas, RegisteredTwice
from portal.registry.log import LogWords
from portal.web.navigation import RailEntry

PORTAL = ROOT / "portal"
# The floors that are made of what areas register.
OF_ALL = ("activity/labels.py", "cli/invariants.py", "registry", "undoing", "web", "worker")


def has_pages(folder: Path) -> bool:
    return any(file.name in {"views.py", "views"} for file in folder.rglob("views*"))


def test_every_folder_with_pages_is_an_area_and_registers_itself():
    """The kind of fault: an area whose pages, words or jobs are nowhere, being forgotten."""
    assert {folder.name for folder in PORTAL.iterdir() if has_pages(folder)} == set(AREAS)
    assert {file.parent.name for file in PORTAL.glob("*/register.py")} == set(AREAS)
    assert {area.name for area in registered().all} == set(AREAS)


def files_of(name: str) -> list[Path]:
    found = PORTAL / name
    return sorted(found.rglob("*.py")) if found.is_dir() else [found]


def test_what_is_made_of_all_areas_imports_none_of_them():
    """The kind of fault: a registry in the middle of the house that each new area must edit."""
    apart = [f"portal.{name}" for name in AREAS if name != "auth"]
    files = [file for name in OF_ALL for file in files_of(name)]
    wrong = [
        f"{file.relative_to(PORTAL)}: {area}"
        for file in files
        for area in apart
        if f"{area}." in file.read_text()
        and file.relative_to(PORTAL).parts[0] != area.split(".")[1]
    ]
    assert len(files) > 40
    assert wrong == []


def an_area(name: str, place: int, **more: str) -> Area:
    return Area(
        blueprint=Blueprint(name, __name__), label=name, log=LogWords(records=more),
        rail=[RailEntry(place, f"{name}.index", "users", name)],
    )  # fmt: skip


def test_the_rail_has_an_order_of_its_own_and_all_else_that_of_the_areas():
    both = Areas(
        [an_area("equipment", 20, equipment="Machine"), an_area("rooms", 10, rooms="Room")]
    )
    assert [entry.endpoint for entry in both.rail] == ["rooms.index", "equipment.index"]
    assert list(both.records.items()) == [("equipment", "Machine"), ("rooms", "Room")]


def test_nothing_is_registered_by_two_areas():
    with pytest.raises(RegisteredTwice):
        Areas([an_area("equipment", 20, rooms="Machine"), an_area("rooms", 10, rooms="Room")])


def test_every_module_of_every_area_is_held_to_its_layer():
    """The kind of fault: an area that no contract holds, or one that leaves a module of it out."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    held = {
        area.removeprefix("portal.")
        for contract in contracts["contracts"]
        if contract.get("exhaustive") and not contract.get("exhaustive_ignores")
        for area in contract["containers"]
    }
    # An area of two parts is held by what each of them is.
    assert set(AREAS) - {area.split(".")[0] for area in held} == set()
