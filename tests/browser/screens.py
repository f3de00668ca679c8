"""Every screen: a page of each GET route, and the states that pages come into.

A route that answers a GET is a page unless it is named here as something else.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.auth.routes import ROUTES
from tests.browser.demo import Demo
from tests.browser.keyboard import MILLISECONDS

# Asked for by a page that is there already, by machines, or to be kept as a file.
FRAGMENTS = {"appointments.day_changes", "appointments.flow_changes", "exchange.made_changes"}
DATA = {"healthz", "readyz", "metrics", "auth.idle", "appointments.openings"}
FILES = {"static", "exchange.made_file", "exchange.report"}
NO_PAGES = FRAGMENTS | DATA | FILES

# Who looks at a page that the owner of the demo clinic has no use for.
SEEN_BY = {
    "auth.sign_in": "nobody",
    "auth.code": "unproven",
    "auth.recovery": "unproven",
    "auth.passkey": "unproven",
    "auth.enrolment": "unenrolled",
    "auth.passkey_new": "unenrolled",
    "patients.other_facilities": "desk",
    "patients.break_glass": "desk",
}
# Addresses that say more than the route; `{...}` is one of the demo's ids.
SAYS = {
    "patients.break_glass": "/patients/{outsider_id}/break-glass",
    "patients.duplicates_of": "/patients/{two_patients_patient_id}/duplicates",
    "activity.disclosures": "/activity/patients/{disclosure_patient_id}/disclosures",
    "appointments.waitlist_new": "/appointments/waitlist/new?patient={patient_id}",
    "appointments.overlaps": "/appointments/overlaps?facility={facility_id}&doctor={busy_id}"
    "&since=2026-03-02T12:00:00Z&until=2026-03-03T00:00:00Z",
    "exchange.export": "/exchange/exports/new?list=visits&facility_id={facility_id}",
}


class Screen(NamedTuple):
    """What is looked at: an address, by whom, after doing something there."""

    name: str
    seen_by: str
    address: str | None = None
    act: Callable[[Page], None] = lambda _page: None
    status: int = 200

    @property
    def area(self) -> str:
        return self.name.partition(".")[0]

    def where(self, demo: Demo) -> str:
        """Its address; without one of its own it is the route's."""
        if self.address is None:
            return demo.where(self.name.partition(":")[0])
        return self.address.format(**demo.ids)


def shown(page: Page, selector: str) -> None:
    """Wait for it, also while the machine is busy."""
    expect(page.locator(selector).first).to_be_visible(timeout=MILLISECONDS)


def refused(page: Page) -> None:
    """Send the page's last form with nothing typed."""
    page.evaluate(
        """() => {
            const form = [...document.querySelectorAll("main form[method=post]")].pop();
            const typed = ":is(input:not([type=hidden], [type=checkbox], [type=radio]), textarea)";
            for (const field of form.querySelectorAll(typed)) field.value = "";
            form.noValidate = true;
            form.requestSubmit();
        }"""
    )
    shown(page, ".errors")


def pressed(button: str, shows: str) -> Callable[[Page], None]:
    """Press something, and wait for what that shows."""

    def press(page: Page) -> None:
        page.locator(button).first.click()
        shown(page, shows)

    return press


def typed(text: str, field: str, shows: str) -> Callable[[Page], None]:
    """Type into a field, and wait for the list beneath it."""

    def type_in(page: Page) -> None:
        page.locator(field).press_sequentially(text)
        shown(page, shows)
        page.keyboard.press("ArrowDown")

    return type_in


def both(*acts: Callable[[Page], None]) -> Callable[[Page], None]:
    """One after the other."""

    def do(page: Page) -> None:
        for act in acts:
            act(page)

    return do


def booking(*then: Callable[[Page], None]) -> Callable[[Page], None]:
    """Open the booking on the board, and go on there."""

    return both(pressed("#new-booking", "#dialog #appointments-booking"), *then)


def nothing_booked(page: Page) -> None:
    """Send the booking as it opens."""
    page.keyboard.press("Control+Enter")
    shown(page, "#dialog .errors")


def somebody_new(page: Page) -> None:
    """Open the fields of a patient who has yet to be registered."""
    page.locator("[data-register] > summary").click()
    shown(page, "[name=last_name]")


def known_already(page: Page) -> None:
    """Register whoever is registered."""
    page.locator("#patient_query").press_sequentially("Example")
    page.locator("#option-new").click()
    page.locator("#first_name").fill("Ann")
    page.locator("#dob").fill("1980-03-04")
    page.keyboard.press("Control+Enter")
    shown(page, "#appointments-alike")


def about_to_end(page: Page) -> None:
    """Two minutes before the session ends."""
    page.evaluate("document.getElementById('idle').showModal()")


LOST = """it => it.dispatchEvent(new CustomEvent("htmx:error",
    {bubbles: true, detail: {ctx: {sourceElement: it}}}))"""


def lost(page: Page) -> None:
    """Two polls have failed."""
    page.locator("[data-poll]").evaluate(LOST)
    page.locator("[data-poll]").evaluate(LOST)
    shown(page, "#stale")


def cut(page: Page) -> None:
    """Carry an appointment to another day."""
    page.locator(".visit[data-movable]").first.focus()
    page.keyboard.press("x")
    shown(page, "#carried")


def menu_of_the_day(page: Page) -> None:
    """What a narrow window has no room for."""
    page.set_viewport_size({"width": 360, "height": 740})
    pressed("[popovertarget=day-more]", ".go-to-day")(page)


def saved_by_another(page: Page) -> None:
    """Save what somebody else saved meanwhile, otherwise."""
    beside = page.context.new_page()
    beside.goto(page.url)
    for each in (beside, page):
        each.locator("#email").fill(f"{uuid4().hex}@example.org")
        each.locator("main [type=submit].primary").click()
        if each is beside:
            each.wait_for_url(lambda url: not url.endswith("/edit"))
    beside.close()
    shown(page, ".errors")


def session_ended(page: Page) -> None:
    """Send what was typed when its session has ended, and have that again for what comes next."""
    kept = page.context.cookies()
    page.context.clear_cookies(name="portal")
    page.locator("main [name=last_name]").fill("Typed before")
    pressed("main [type=submit].primary", ".toast")(page)
    page.context.add_cookies(kept)


def compact(page: Page) -> None:
    """The board in the tighter of its two densities, which the browser is not to remember."""
    pressed("[data-command=density]", "[data-density=compact]")(page)
    page.evaluate("localStorage.clear()")


def filled(text: str, field: str, button: str, shows: str) -> Callable[[Page], None]:
    """Fill a field, press something, and wait for what that shows."""
    return both(lambda page: page.locator(field).fill(text), pressed(button, shows))


SHOW = "[name=do][value=show]:not([aria-hidden])"
STATES = (
    Screen("appointments.day: booking", "owner", None, booking()),
    Screen("appointments.day: booking, a patient is looked for", "owner", None,
           booking(typed("an", "#patient_query", "#patient-list [role=option]"))),
    Screen("appointments.day: booking, somebody new", "owner", None, booking(somebody_new)),
    Screen("appointments.day: booking, somebody known already", "owner", None,
           booking(known_already)),
    Screen("appointments.day: booking, refused", "owner", None, booking(nothing_booked)),
    Screen("appointments.day: a visit", "owner", None,
           pressed(".visit.st-in_progress", "#dialog #appointments-visit")),
    Screen("appointments.day: keys", "owner", None, pressed("[data-command=keys]", "#keys")),
    Screen("appointments.day: the account's menu", "owner", None,
           pressed(".menu.end > summary", ".menu.end .menu-list")),
    Screen("appointments.day: the facilities' menu", "owner", None,
           pressed(".menu > summary", ".menu .menu-list")),
    Screen("appointments.day: only those who wait", "owner", None,
           pressed("#only-checked_in", "#only")),
    Screen("appointments.day: the legend", "owner", None,
           pressed(".legend > summary", ".legend .menu-list")),
    Screen("appointments.day: without its server", "owner", None, lost),
    Screen("appointments.day: one is moved", "owner", None, cut),
    Screen("appointments.day: the day's menu", "owner", None, menu_of_the_day),
    Screen("appointments.day: walk-in", "owner", None,
           pressed("#walk-in", "#dialog #appointments-walk_in")),
    Screen("appointments.day: walk-in, refused", "owner", None, both(
        pressed("#walk-in", "#dialog #appointments-walk_in"),
        pressed("#dialog [type=submit].primary", "#dialog .errors"))),
    Screen("appointments.day: a visit, its cancellation", "owner", None, both(
        pressed(".visit.st-scheduled", "#dialog #appointments-visit"),
        pressed("#appointments-cancel > summary", "#appointments-cancel select"))),
    Screen("appointments.show: of an earlier day", "owner", "/appointments/{past_id}",
           pressed("#appointments-correct > summary", "#appointments-correct select")),
    Screen("patients.edit: saved by another", "owner", None, saved_by_another),
    Screen("patients.edit: the session has ended", "owner", None, session_ended),
    Screen("appointments.day: compact", "owner", None, compact),
    Screen("appointments.day: a patient is looked for", "owner", None,
           typed("an", "#find", "#find-list [role=option]")),
    Screen("appointments.day: the session ends", "owner", None, about_to_end),
    Screen("appointments.day: nobody works", "newcomer"),
    Screen("appointments.day: no facility", "founder", status=404),
    Screen("appointments.new: a known patient", "owner", "/appointments/new?patient={patient_id}"),
    Screen("appointments.repeat: dates", "owner", None,
           filled("4", "[name=visits]", "[value=dates]", "#appointments-dates")),
    Screen("appointments.starts: found", "owner", "/appointments/starts?facility={facility_id}",
           pressed("main form .primary", "#appointments-found table")),
    Screen("absences.new: whom it touches", "owner", "/doctors/{busy_id}/absences/new",
           pressed(SHOW, "#preview")),
    Screen("auth.sign_in: refused", "nobody", "/sign-in", refused),
    Screen("auth.sign_in: nowhere", "nobody", "/nowhere", status=404),
    Screen("auth.account: no right to it", "desk", "/staff/", status=403),
    Screen("auth.account: not there", "owner", "/appointments/1099511627776", status=404),
    Screen("activity.index: nothing found", "owner", "/activity/?since=2099-01-01"),
    Screen("activity.index: no number", "owner", "/activity/?record_id=x", status=422),
    Screen("availability.rule_ending: what it does", "owner", None, pressed(SHOW, "#preview")),
    Screen("availability.exception_removal: what it does", "owner", None,
           pressed(SHOW, "#preview")),
    Screen("patients.show: merged", "owner", "/patients/{merge_patient_id}"),
    Screen("patients.show: of another facility", "desk", "/patients/{outsider_id}", status=403),
    Screen("exchange.show: what it does", "owner", None, pressed(SHOW, "#preview")),
    Screen("services.workflow_edit: refused", "owner", None,
           filled("", "#services-builder [name=name]", "#review", ".errors")),
    Screen("services.workflow_edit: what changes", "owner", None, pressed("#review", "#publish")),
    Screen("setup.index: a new clinic", "founder", "/setup/"),
)  # fmt: skip
# Forms that have nothing which must be typed, and one that is sent in another way.
NEVER_REFUSED = {
    "staff.edit", "insurance.terms_edit", "doctors.place_new", "doctors.place_edit",
    "services.workflow_new", "services.workflow_edit", "appointments.edit",
}  # fmt: skip
# What is the same with and without records.
NEVER_EMPTY = {
    "staff.index", "setup.index", "exchange.export", "appointments.offers",
    "patients.other_facilities", "appointments.overlaps",
}  # fmt: skip


def screens(demo: Demo) -> Iterator[Screen]:
    """All of them: pages, forms that were refused, lists without anything, and further states."""
    for endpoint, route in ROUTES.items():
        if endpoint in NO_PAGES or not answers_get(demo, endpoint):
            continue
        by, address = SEEN_BY.get(endpoint, "owner"), SAYS.get(endpoint)
        yield Screen(endpoint, by, address)
        if endpoint.endswith(("new", "edit")):
            if endpoint not in NEVER_REFUSED:
                yield Screen(f"{endpoint}: refused", by, address, refused)
        elif not (route.subject or endpoint in NEVER_EMPTY or endpoint.startswith("auth.")):
            yield Screen(f"{endpoint}: empty", "newcomer")
    yield from STATES


def answers_get(demo: Demo, endpoint: str) -> bool:
    return any("GET" in rule.methods for rule in demo.app.url_map.iter_rules(endpoint))
