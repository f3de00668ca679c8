"""`make attack`: wapiti and sqlmap against a demo of its own on this machine.

The demo lives in a temporary folder and is gone afterwards; the two are installed beside it, apart
from what the portal needs. Both are signed in as the owner, so that they reach every page; what
they find is printed, and the exit code is 1 when that is anything.
"""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import venv
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from portal.config import ROOT

SECONDS = int(os.environ.get("ATTACK_SECONDS", "120"))
ACCOUNT = {
    "clinic": "lakeside",
    "email": "owner@lakeside.example",
    "password": "lakeside-demo-2026",
}
TOOLS = ("wapiti3==3.2.3", "sqlmap==1.10.10")
MODULES = "backup,cookieflags,crlf,csp,exec,file,htaccess,http_headers,ldap,methods,permanentxss"
MODULES += ",redirect,sql,timesql,upload,xss"
# Ending the session or the clinic's staff would end the attack.
LEFT_ALONE = (
    "/sign-out", "/account/password", "/account/sessions/*", "/account/recovery-codes",
    "/staff/*/deactivation", "/staff/*/sessions/*",
)  # fmt: skip
# Every kind of thing that an address or a search takes.
TYPED = (
    "/patients/?q=ann", "/patients/?q=ann&before=9", "/doctors/?q=a&page=1&retired=y",
    "/insurance/?q=a&page=1", "/insurance/acceptance?q=a&page=1", "/services/?q=a&page=1",
    "/availability/?q=a&page=1", "/availability/1?week=2026-11-24",
    "/availability/exceptions/?q=a&past=y&page=1",
    "/availability/exceptions/month?facility=1&month=2026-11&q=a",
    "/availability/facilities/1/holidays?region=CA", "/activity/?page=1&action=sign-in",
    "/appointments/day?facility=1&date=2026-11-24", "/appointments/flow?facility=1",
    "/appointments/new?facility=1&slot=1", "/staff/?page=1",
    "/account/proof?next=/staff/", "/sign-in/enrolment?next=/staff/",
)  # fmt: skip
# Here also what the cookies say is tried.
WITH_COOKIES = "/facilities/?page=1"
FORMS = {
    "/sign-in": {"clinic": "lakeside", "email": "a@b.example", "password": "wrong"},
    "/patients/new": {"first_name": "Ann", "last_name": "Eze", "dob": "1980-03-04", "phone": "5"},
    "/doctors/new": {"first_name": "Ann", "last_name": "Eze", "npi": "1234567893"},
    "/facilities/new": {"name": "Hall", "slug": "hall", "timezone": "Europe/London"},
}
# Its throttle has every guess wait, at last for a quarter of an hour: each comes from another
# address and for another account. A password is one account's, whose throttle nothing lifts.
OF_FORM = {"/sign-in": ("--tamper", "xforwardedfor", "-p", "clinic,email")}


def main() -> int:
    """Serve, attack, tell."""
    with tempfile.TemporaryDirectory(prefix="portal-attack-") as name:
        folder = Path(name)
        venv.create(folder / "tools", with_pip=True)
        _run(str(folder / "tools/bin/pip"), "install", "--quiet", *TOOLS)
        with _served(folder) as site:
            cookie = _cookie(site)
            found = [*_wapiti(site, folder, cookie), *_sqlmap(site, folder, cookie)]
            if not _signed_in(site, cookie):
                found.append("the session ended under way: not everything was reached")
    print("\nFound: " + ("; ".join(found) if found else "nothing"))
    return 1 if found else 0


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = os.environ | {"PORT": str(port), "PORTAL_INSTANCE": str(folder / "instance"),
                            "PORTAL_PROXIES": "1"}  # fmt: skip
    server = subprocess.Popen(
        [sys.executable, "-m", "portal.serve"], cwd=ROOT, env=environ, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for line in server.stdout or ():
            if "Ctrl-C" in line:
                break
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(60)


def _cookie(site: str) -> str:
    """The owner's session, as a header says it."""
    jar = CookieJar()
    opener = build_opener(HTTPCookieProcessor(jar))
    page = opener.open(f"{site}/sign-in").read().decode()
    token = re.search(r'name="csrf-token" content="([^"]+)"', page)
    typed = urlencode(ACCOUNT | {"csrf_token": token[1] if token else ""}).encode()
    opener.open(f"{site}/sign-in", typed).read()
    return "; ".join(f"{each.name}={each.value}" for each in jar)


def _signed_in(site: str, cookie: str) -> bool:
    opener = build_opener()
    opener.addheaders = [("Cookie", cookie)]
    try:
        return bool(opener.open(f"{site}/account/session").status == 204)
    except HTTPError:
        return False


def _wapiti(site: str, folder: Path, cookie: str) -> list[str]:
    report = folder / "wapiti.json"
    left_alone = [word for path in LEFT_ALONE for word in ("-x", site + path)]
    _run(
        str(folder / "tools/bin/wapiti"), "-u", f"{site}/", "-H", f"Cookie: {cookie}",
        "-m", MODULES, "-d", "2", "--max-links-per-page", "20", "--max-scan-time", str(SECONDS),
        "--max-attack-time", str(SECONDS // 3), "--flush-session",
        "-f", "json", "-o", str(report), *left_alone,
    )  # fmt: skip
    told = json.loads(report.read_text())
    print(f"wapiti: {told['infos'].get('crawled_pages_nbr', '?')} pages crawled")
    sections = told["vulnerabilities"] | told["anomalies"]
    return [f"wapiti: {kind}: {each['path']} ({each['info']})"
            for kind, those in sections.items() for each in those]  # fmt: skip


def _sqlmap(site: str, folder: Path, cookie: str) -> list[str]:
    usual = ("--batch", "--risk", "2", "--timeout", "30", "--ignore-code", "401",
             "--disable-coloring", "--output-dir", str(folder / "sqlmap"), "--dbms", "PostgreSQL",
             "--cookie", cookie, "--flush-session")  # fmt: skip
    sqlmap, asked = str(folder / "tools/bin/sqlmap"), folder / "addresses"
    asked.write_text("".join(f"{site}{address}\n" for address in TYPED))
    told = _run(sqlmap, "-m", str(asked), "--threads", "2", *usual)
    told += _run(sqlmap, "-u", f"{site}{WITH_COOKIES}", "--level", "2", *usual)
    for path, typed in FORMS.items():
        data = urlencode({"csrf_token": "x", **typed})
        told += _run(sqlmap, "-u", f"{site}{path}", "--data", data, "--csrf-token", "csrf_token",
                     "--csrf-url", f"{site}{path}", *OF_FORM.get(path, ()), *usual)  # fmt: skip
    held = re.findall(r"(\w+) parameter '([^']+)' does not seem to be injectable", told)
    kinds = Counter(kind for kind, _name in held)
    print(f"sqlmap: {len(TYPED) + 1} addresses and {len(FORMS)} forms, parameters that hold:", *(
        f"{count} by {kind}" for kind, count in kinds.items()))  # fmt: skip
    # What only "appears to be" injectable it tries again, and names here when that holds.
    said = re.compile(r"is vulnerable|^Parameter: |false positive")
    lines = [line for line in told.splitlines() if said.search(line)]
    print(*lines, sep="\n")
    found = [f"sqlmap: {line}" for line in lines if "false positive" not in line]
    untried = [kind for kind in ("GET", "POST", "Cookie") if kind not in kinds]
    return [*found, *(f"sqlmap tried nothing by {kind}" for kind in untried)]


def _run(*command: str) -> str:
    print(f"{Path(command[0]).name} {command[1]} {command[2]} ...", flush=True)
    try:
        done = subprocess.run(  # noqa: S603 - the programs of TOOLS
            command, capture_output=True, text=True, check=False, timeout=30 * SECONDS
        )
    except subprocess.TimeoutExpired as late:
        return str(late.stdout or "")
    return done.stdout + done.stderr


if __name__ == "__main__":
    sys.exit(main())
