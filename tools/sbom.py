"""`make sbom`: what the portal is made of, as CycloneDX in dist/sbom.json, and its licences.

Packages are those of requirements.txt as they are installed, and what lies in static/vendor. It
ends with 1 when one has no licence, or one that nobody has allowed.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from portal.config import ROOT

OUT = ROOT / "dist" / "sbom.json"
VENDORED = ROOT / "portal" / "static" / "vendor"
ROW = re.compile(
    r"^\| `([^`]+)`(?:, `[^`]+`)* \| (?:`([^`]+)` ([\d.]+)|likewise)[^|]*\| ([^|]+) \|", re.M
)
# LGPL: used as they are, as packages of their own. What is here may be used and passed on.
ALLOWED = frozenset({
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CNRI-Python", "ISC", "LGPL-3.0-only",
    "MIT", "MIT-0", "OFL-1.1", "PSF-2.0", "Unlicense",
    "License :: OSI Approved :: Apache Software License",
    "License :: OSI Approved :: BSD License",
})  # fmt: skip
SPDX = {"Zero-Clause BSD": "0BSD", "SIL OFL 1.1": "OFL-1.1", "ISC": "ISC"}

Component = dict[str, Any]


def main() -> int:
    """Write the list and show each component's licences; 1 when one will not do."""
    bom = made()
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(bom, indent=2) + "\n")
    for each in bom["components"]:
        print(f"{each['name']} {each['version']}: {', '.join(licences(each)) or 'NONE'}")
    wrong = [each["name"] for each in bom["components"] if not allowed(each)]
    print(f"\n{len(bom['components'])} components in {OUT.relative_to(ROOT)}.")
    print(f"Not allowed: {', '.join(wrong)}" if wrong else "Every licence is allowed.")
    return 1 if wrong else 0


def made() -> dict[str, Any]:
    """The list as cyclonedx-py makes it of this environment, without what only tests need."""
    program = Path(sys.executable).with_name("cyclonedx-py")
    options = ["--output-reproducible", "--pyproject", "pyproject.toml", sys.executable]
    told = subprocess.run(  # noqa: S603 - our own command
        [program, "environment", *options], cwd=ROOT, capture_output=True, check=True
    )
    bom: dict[str, Any] = json.loads(told.stdout)
    wanted = locked((ROOT / "requirements.txt").read_text())
    kept = [each for each in bom["components"] if plain(each["name"]) in wanted]
    references = {each["bom-ref"] for each in kept} | {bom["metadata"]["component"]["bom-ref"]}
    bom["components"] = sorted([*kept, *vendored()], key=lambda each: plain(each["name"]))
    bom["dependencies"] = [
        each | {"dependsOn": sorted(references.intersection(each.get("dependsOn", [])))}
        for each in bom["dependencies"]
        if each["ref"] in references
    ]
    return bom


def vendored() -> list[Component]:
    """What is not from PyPI, as the table beside it says."""
    found: dict[str, Component] = {}
    for _file, name, version, licence in ROW.findall((VENDORED / "README.md").read_text()):
        if name:
            found[name] = {
                "type": "library", "bom-ref": f"npm/{name}", "name": name, "version": version,
                "purl": f"pkg:npm/{name.replace('@', '%40')}@{version}",
                "licenses": [{"license": {"id": SPDX[licence]}}],
            }  # fmt: skip
    return list(found.values())


def locked(requirements: str) -> set[str]:
    """The names in a file of pins."""
    return {plain(name) for name in re.findall(r"^([\w.-]+)==", requirements, re.MULTILINE)}


def plain(name: str) -> str:
    """A package's name, however it is spelled."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licences(component: Component) -> list[str]:
    """By their SPDX names where they have one; each part of an expression by itself."""
    found = []
    for each in component.get("licenses", []):
        said = each.get("expression") or each["license"].get("id") or each["license"]["name"]
        found += re.split(r" (?:AND|OR) ", said)
    return found


def allowed(component: Component) -> bool:
    """Whether it says under which licence it comes, and that is allowed."""
    found = licences(component)
    return bool(found) and set(found) <= ALLOWED


if __name__ == "__main__":
    sys.exit(main())
