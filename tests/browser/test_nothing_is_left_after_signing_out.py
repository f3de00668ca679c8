"""After signing out, neither Back nor anything on the disk still knows a patient."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Site, sign_in
from tests.support.machine import need

pytestmark = pytest.mark.browser

GZIP = b"\x1f\x8b\x08"
# What the browser keeps whole to go back to, which its driver usually turns off.
KEEPS_PAGES = ["--disable-back-forward-cache"]
SAYS_WHETHER_KEPT = "addEventListener('pageshow', event => { window.kept = event.persisted })"
ARRIVED = "step => window.leaving !== step && document.readyState === 'complete'"
KEPT = """async () => JSON.stringify([
    { ...sessionStorage }, { ...localStorage }, await indexedDB.databases(), await caches.keys(),
    history.state, document.title, window.name])"""


def names_on(page: Page) -> set[str]:
    """The names of the patients in the list."""
    names = page.locator("#patients-list tbody th").all_inner_texts()
    return {part for name in names for part in name.replace(",", " ").split() if len(part) > 4}


def contents(file: Path) -> Iterator[bytes]:
    """A file as it lies there, and whatever it holds that was compressed on the way."""
    content = file.read_bytes()
    yield content
    at = content.find(GZIP)
    while at >= 0:
        with suppress(zlib.error):
            yield zlib.decompressobj(31).decompress(content[at:])
        at = content.find(GZIP, at + 1)


def files_with(folder: Path, words: set[str]) -> set[str]:
    """Which of the words any file of the browser holds, in either of its encodings."""
    return {
        f"{word} in {file.relative_to(folder)}"
        for file in folder.rglob("*")
        if file.is_file()
        for content in contents(file)
        for word in words
        if word.encode() in content or word.encode("utf-16-le") in content
    }


def back(page: Page, step: int) -> bool:
    """Go back by one page; whether the browser had kept it as it was, scripts and all."""
    page.evaluate("step => { window.leaving = step }", step)
    page.evaluate("history.back()")
    # A page that was kept whole is there without loading: there is no such event to wait for.
    page.wait_for_function(ARRIVED, arg=step)
    return page.evaluate("window.kept === true")


def test_nobody_is_left_in_the_browser(chromium: Browser, site: Site, tmp_path: Path):
    folder = tmp_path / "browser"
    context = chromium.browser_type.launch_persistent_context(
        str(folder), executable_path=need("chromium"), base_url=site.address,
        args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        ignore_default_args=KEEPS_PAGES,
    )  # fmt: skip
    context.add_init_script(SAYS_WHETHER_KEPT)
    page = sign_in(context.pages[0], site.desk)
    page.goto("/patients/")
    names = names_on(page)
    assert len(names) >= 5
    page.locator("#patients-list tbody th a").first.click()
    page.wait_for_selector("#patients-patient")
    page.goto("/patients/")
    page.locator("#q").fill(min(names))
    with page.expect_response("**/patients/search"):
        page.keyboard.press("Enter")
    page.goto("/appointments/new")
    page.goto("/")
    assert back(page, 0), "while signed in, the page is there as it was left"
    page.goto("/")
    page.locator("form[action='/sign-out']").evaluate("form => form.requestSubmit()")
    page.wait_for_url("**/sign-in")
    for step in range(1, 8):
        assert not back(page, step)
        assert not {name for name in names if name in page.content()}
        assert not {name for name in names if name in page.evaluate(KEPT)}
    assert not {name for name in names if name in str(context.cookies())}
    context.close()
    # What it does keep is found: the cookies' names. What a cache kept as it was sent would be too.
    assert files_with(folder, {"portal"})
    (folder / "as sent").write_bytes(b"headers" + gzip.compress(b"Canaryella") + b"more")
    assert files_with(folder, {"Canaryella"})
    assert files_with(folder, names) == set()
