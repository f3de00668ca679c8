"""What no template may hold: the CSP blocks it, htmx would run it, or htmx 4 forgot its name."""

import re

import pytest

from tests.house.files import TEMPLATES, offenders

FRAGMENTS = [file for file in TEMPLATES if file.name.startswith("_")]

REFUSED = {
    "code in an hx-on attribute": r"\bhx-on\b",
    "a filter in a trigger": r"""\bhx-trigger=["'][^"']*\[""",
    "a value that is evaluated": r"""\bhx-(vals|headers)=["']?\s*(js|javascript):""",
    "an address that is evaluated": r"""["'\s]javascript:""",
    "an event attribute": r"""<[^>{}]*\son[a-z]+\s*=""",
    "an instant that HTML cannot read": r"""<time(>|[^>]*datetime="\{\{(?![^}]*\|\s*markedtime))""",
    "an inline style": r"""<style\b|<[^>]*\sstyle\s*=""",
    "an inline script": r"<script\b(?![^>]*\bsrc=)[^>]*>",
    "a name of htmx 2": (
        r"\bhx-(ext|vars|params|prompt|inherit|disinherit|request|history|history-elt|"
        r"disabled-elt)\b|\bhtmx:[a-z]+[A-Z]"
    ),
    "a filter that trusts its text": r"\|\s*safe\b|\bautoescape\s+false\b",
}
NEEDS = re.compile(r"\A\{# .+?\bNeeds: .+?#\}\n", re.DOTALL)


def refused(template: str) -> list[str]:
    text = re.sub(r"\{#.*?#\}", "", template, flags=re.DOTALL)
    return [what for what, pattern in REFUSED.items() if re.search(pattern, text)]


def test_a_template_holds_nothing_refused() -> None:
    assert offenders(TEMPLATES, refused) == {}


def test_a_fragment_begins_with_what_it_is_and_needs() -> None:
    assert offenders(FRAGMENTS, lambda text: not NEEDS.match(text)) == {}


@pytest.mark.parametrize(
    ("markup", "what"),
    [
        ('<b hx-on:click="x()">', "code in an hx-on attribute"),
        ('<b hx-trigger="keyup[ctrlKey]">', "a filter in a trigger"),
        ("<b hx-vals='js:{a: 1}'>", "a value that is evaluated"),
        ('<a href="javascript:x()">', "an address that is evaluated"),
        ('<b class="c" onclick="x()">', "an event attribute"),
        ("<time>8:00</time>", "an instant that HTML cannot read"),
        ('<time datetime="{{ at.isoformat() }}">', "an instant that HTML cannot read"),
        ('<b style="color: red">', "an inline style"),
        ("<script>x()</script>", "an inline script"),
        ('<b hx-disabled-elt="this">', "a name of htmx 2"),
        ("{{ text | safe }}", "a filter that trusts its text"),
    ],
)
def test_the_lint_sees(markup: str, what: str) -> None:
    assert re.search(REFUSED[what], markup)


def test_where_a_key_is_shown_on_a_button_its_form_is_sent_by_it() -> None:
    """Ctrl and Enter: from anywhere in the dialog the form that says so has to be found."""

    def unsent(text: str) -> int:
        return max(0, text.count("Ctrl ↵") - text.count("data-ctrl-enter"))

    assert offenders(TEMPLATES, unsent) == {}
