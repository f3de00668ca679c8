"""The Nu Html Checker, which knows what is valid HTML. It comes from npm and runs where Java is."""

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

VERSION = "26.9.27"
SHA256 = "5970d3ffca91a627cf0965e5d91bb2e4242307c29292998de0b419d6a901b2b7"
JAR = Path(sys.prefix) / "share" / f"vnu-{VERSION}.jar"
NEEDED = ("java", "npm")
# Of its messages, the one on what htmx adds to HTML.
HTMX = r".*Attribute .hx-[a-z-]+. not allowed on element .*"
A_DOCUMENT = '<!doctype html><html lang="en"><head><title>Part</title></head><body>{}</body></html>'


def fetch() -> None:
    """Have the checker beside Python's packages, where it can run."""
    if JAR.exists() or not all(shutil.which(each) for each in NEEDED):
        return
    print(f"Fetching npm's vnu-jar {VERSION} ...", flush=True)
    with TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--ignore-scripts", f"vnu-jar@{VERSION}"]
        subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False)
        archive = Path(folder) / f"vnu-jar-{VERSION}.tgz"
        if archive.exists() and hashlib.sha256(archive.read_bytes()).hexdigest() == SHA256:
            _unpack(archive)
    if not JAR.exists():
        print("Not here: the Nu Html Checker. Its test is skipped.")


def _unpack(archive: Path) -> None:
    JAR.parent.mkdir(exist_ok=True)
    half = JAR.with_suffix(".half")
    with tarfile.open(archive) as packed:
        content = packed.extractfile("package/build/dist/vnu.jar")
        assert content
        half.write_bytes(content.read())
    half.replace(JAR)


def need() -> None:
    """Skip the test where the checker cannot be."""
    if not shutil.which("java"):
        pytest.skip("Not here: Java, which the Nu Html Checker runs on.")
    if not JAR.exists():
        pytest.skip("Not here: the Nu Html Checker; python -m tests.support.machine fetches it.")


def complaints(pages: dict[str, str], folder: Path) -> list[str]:
    """What is not valid on pages and parts of pages, by their names; one start of Java for all."""
    names = {f"{number}.html": name for number, name in enumerate(pages)}
    for file, name in names.items():
        html = pages[name]
        whole = html if "<html" in html else A_DOCUMENT.format(html)
        (folder / file).write_text(whole)
    options = ["--format", "json", "--stdout", "--exit-zero-always", "--filterpattern", HTMX]
    command = ["java", "-Xss4m", "-jar", str(JAR), *options, str(folder)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    return [
        f"{names[Path(each['url']).name]}: {each['message']} {each.get('extract', '')!r}"
        for each in json.loads(answer.stdout)["messages"]
    ]
