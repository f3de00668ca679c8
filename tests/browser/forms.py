"""Every form of every page, read from the pages themselves, and markup typed into their fields."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import count
from urllib.parse import urlencode

from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from tests.support.client import Browser

# The longest that a field takes is what is typed into it.
EVIL = (
    "<div hx-get=/evil{n} hx-trigger=load></div><script>fetch('/evil')</script><img src=/evil{n}>",
    "<div hx-get=/evil{n} hx-trigger=load></div>",
    "<img src=/evil{n}>",
)
TEXT = {"text", "search", "tel", "url", "email", ""}
# What is typed where markup is refused, or where a form needs more than it has of itself.
GOOD = {
    "email": "ann@example.org", "slug": "hall-{n}", "locale": "en-US",
    "website": "https://example.org", "code": "C{n}", "dob": "1980-03-04",
    "phone": "+1 312 555 0147", "end_at": "2026-03-03T11:30",
}  # fmt: skip
OF_TYPE = {
    "date": "2026-03-03",
    "time": "10:30",
    "number": "10",
    "datetime-local": "2026-03-03T10:30",
}
# Who is told that somebody may be registered already says that it is somebody else.
ANSWERS = {"appointments-alike": ("found_patient_id", "new")}
MOST_TRIES = 24
# What is in the name of any record.
ANYTHING = "e"
_numbers = count(1)

Key = tuple[str, str]


@dataclass
class Form:
    """Where a form goes and by which method, its fields as the page fills them, and the texts."""

    action: str
    posts: bool
    fields: dict[str, list[str]] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)
    types: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    offered: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """The forms of a page, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._select: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a browser would send."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            posts = given.get("method", "get").lower() == "post"
            self.found.append(Form(given.get("action", ""), posts))
        elif self.found and tag in {"input", "select", "textarea", "option", "fieldset"}:
            self._field(self.found[-1], tag, given)

    def _field(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name, kind, value = given.get("name", ""), given.get("type", ""), given.get("value", "")
        if given.get("aria-invalid") == "true":
            form.refused.add(name or given.get("id", ""))
        if tag == "select":
            self._select = name
        elif tag == "option":
            if self._select and ("selected" in given or self._select not in form.fields):
                form.fields[self._select] = [value]
        elif name and (tag == "textarea" or (tag == "input" and kind in TEXT)):
            form.fields[name] = [value]
            form.texts.add(name)
        elif name and tag == "input":
            form.types[name] = kind
            form.offered.setdefault(name, value)
            if kind not in {"checkbox", "radio"} or "checked" in given:
                form.fields.setdefault(name, []).append(
                    value or ("on" if kind == "checkbox" else "")
                )


@dataclass
class Filler:
    """Fills every form it meets with markup, and keeps what took it and what did not."""

    browser: Browser
    routes: MapAdapter
    took: dict[Key, int] = field(default_factory=dict)
    met: set[Key] = field(default_factory=set)
    said: dict[Key, set[str]] = field(default_factory=lambda: defaultdict(set))
    done: set[str] = field(default_factory=set)
    led_to: set[str] = field(default_factory=set)
    searched: set[str] = field(default_factory=set)
    raw: list[str] = field(default_factory=list)

    def fill_all(self, address: str) -> None:
        """Fill each form of a page."""
        page = self.browser.get(address)
        if page.status_code == 200 and page.mimetype == "text/html":
            for form in Forms(page.text).found:
                self._fill(form, form.action or address)

    def _fill(self, form: Form, action: str) -> None:
        keys = {name: (self._endpoint(action, form), plain(name)) for name in form.texts}
        self.met |= set(keys.values())
        if not form.texts or all(key in self.took or key[0] in self.done for key in keys.values()):
            return
        depth = {name: len(EVIL) if searches(name) else 0 for name in form.texts}
        for _ in range(MOST_TRIES):
            answer, again = self._send(form, action, typed(form, depth))
            if again is None:
                self.took |= {keys[n]: deep for n, deep in depth.items() if deep < len(EVIL)}
                self.done |= {form_key for form_key, _name in keys.values()}
                self.led_to |= {answer.location} if answer.location else set()
                return
            self._learn(form, again, depth)
        for key in keys.values():
            self.said[key].add(f"{answer.status_code} {sorted(again.refused)}")

    def _learn(self, form: Form, again: Form, depth: dict[str, int]) -> None:
        """Type less where that was refused, and what a field needs where nothing was."""
        for name in again.refused:
            if name in ANSWERS:
                asked, said = ANSWERS[name]
                form.fields[asked] = [said]
            elif searches(name):
                self._choose(form, again, name)
            elif name in depth:
                depth[name] = min(depth[name] + 1, len(EVIL))
            else:
                needed = GOOD.get(name) or OF_TYPE.get(form.types.get(name, ""))
                form.fields[name] = [needed or (form.fields.get(name) or ["1"])[0]]
        if again.fields.get("confirmation_token"):
            form.fields["confirmation_token"] = again.fields["confirmation_token"]

    def _choose(self, form: Form, again: Form, name: str) -> None:
        """Of a search field that has to be filled: look for anything, then take the first found."""
        found = name.replace("_text", "_found")
        form.fields[name] = [ANYTHING]
        if found in again.offered:
            form.fields[found] = [again.offered[found]]

    def _send(self, form: Form, action: str, values: dict[str, list[str]]):
        """Post the form, or ask by it; the form it came back with, or None when it was taken."""
        if not form.posts:
            answer = self.browser.get(action, query_string=values)
            self.searched.add(f"{action.partition('?')[0]}?{urlencode(values, doseq=True)}")
            self._look(answer.text, action)
            return answer, None
        sent = values | {"csrf_token": [self.browser.csrf]}
        answer = self.browser.post(action, data=sent | {"do": ["show"]})
        mark = re.search(r'name="confirmation_token"[^>]*value="([0-9a-f]{32})"', answer.text)
        if answer.status_code == 200 and mark:
            answer = self.browser.post(
                action, data=sent | {"confirmation_token": [mark[1]], "do": ["confirm"]}
            )
        assert answer.status_code < 500, action
        self._look(answer.text, action)
        if answer.status_code in {200, 303}:
            return answer, None
        back = [each for each in Forms(answer.text).found if (each.action or action) == action]
        return answer, back[0] if back else Form(action, posts=True)

    def _look(self, html: str, action: str) -> None:
        if "<img src=/evil" in html or "<div hx-get=/evil" in html:
            self.raw.append(action)

    def _endpoint(self, action: str, form: Form) -> str:
        try:
            method = "POST" if form.posts else "GET"
            return str(self.routes.match(action.partition("?")[0], method=method)[0])
        except HTTPException:
            return action


def searches(name: str) -> bool:
    """Whether what is typed there only finds a record: it is matched, and kept nowhere."""
    return name.endswith("_text")


def unlike(text: str) -> str:
    """A text that nothing else has."""
    return text.replace("{n}", str(next(_numbers)))


def plain(name: str) -> str:
    """A field's name without which of several it is."""
    return re.sub(r"\d+", "N", name)


def typed(form: Form, depth: dict[str, int]) -> dict[str, list[str]]:
    """What is sent: markup as long as each field takes, else what is usual there."""
    values = dict(form.fields)
    for name, deep in depth.items():
        if deep < len(EVIL):
            values[name] = [unlike(EVIL[deep])]
        elif not any(form.fields[name]):
            values[name] = [unlike(GOOD.get(name, ""))]
    return values
