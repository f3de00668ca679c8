"""Every component has a licence that somebody has allowed; the list of them leaves nothing out."""

import pytest

from portal.config import ROOT
from tools import sbom


def component(**licence: str) -> sbom.Component:
    return {"name": "x", "version": "1", "licenses": [{"license": licence}] if licence else []}


@pytest.fixture(scope="module")
def made() -> dict:
    return sbom.made()


def test_it_lists_every_package_that_is_locked_and_only_those(made) -> None:
    packages = {
        sbom.plain(each["name"]) for each in made["components"] if "npm/" not in each["bom-ref"]
    }
    assert packages == sbom.locked((ROOT / "requirements.txt").read_text())
    assert made["bomFormat"] == "CycloneDX"
    assert all(each["version"] for each in made["components"])
    names = {each["bom-ref"] for each in made["components"]}
    assert {ref for each in made["dependencies"] for ref in each["dependsOn"]} <= names


def test_every_licence_is_allowed(made) -> None:
    assert [each["name"] for each in made["components"] if not sbom.allowed(each)] == []


def test_what_lies_in_vendor_is_listed(made) -> None:
    names = {each["name"] for each in made["components"]}
    assert {"htmx.org", "lucide-static", "@fontsource-variable/inter"} <= names
    told = (sbom.VENDORED / "README.md").read_text()
    ours = {"README.md"} | {file.name for file in sbom.VENDORED.glob("*-LICENSE.txt")}
    assert [
        f.name for f in sbom.VENDORED.iterdir() if f.name not in ours and f.name not in told
    ] == []


def test_a_licence_nobody_allowed_is_found() -> None:
    assert sbom.allowed(component(id="MIT"))
    assert not sbom.allowed(component(id="AGPL-3.0-only"))
    assert not sbom.allowed(component(name="License :: Other/Proprietary License"))
    assert not sbom.allowed(component())
    both = {"name": "x", "version": "1", "licenses": [{"expression": "MIT AND GPL-3.0-only"}]}
    assert not sbom.allowed(both)


def test_what_installs_it_is_pinned_too() -> None:
    pinned = (ROOT / "requirements-build.txt").read_text()
    assert sbom.locked(pinned) == {"pip"}
    assert "--hash=sha256:" in pinned
    made = (ROOT / "Makefile").read_text().partition("-m venv")[2]
    assert "--require-hashes -r requirements-build.txt" in made
