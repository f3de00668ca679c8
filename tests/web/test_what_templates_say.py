"""Templates are compiled once for each language; a word is not looked up while a page is made."""

import pytest
from flask import Flask
from jinja2 import DictLoader
from markupsafe import Markup

from portal.web import languages
from portal.web.templates import Speaking

TEMPLATES = {
    "whole": "{% extends 'frame' %}{% block said %}{% include 'part' %}{% endblock %}",
    "frame": "{% block said %}{% endblock %} {% from 'macros' import also %}{{ also() }}",
    "part": '{{ _("Today") }} {{ _("MRN %(number)s", number=number) }}',
    "macros": '{% macro also(word=_("Doctor")) %}{{ word }} {{ none or _("No") }}{% endmacro %}',
    "variable": "{{ _(word) }} {{ _(*words) }}",
}


@pytest.fixture
def speaking(app: Flask) -> Speaking:
    return Speaking(app, loader=DictLoader(TEMPLATES), autoescape=True)


def said(app: Flask, speaking: Speaking, name: str, language: str, **context: object) -> str:
    with app.test_request_context(), languages.speaking(language):
        return speaking.get_template(name).render(**context)


def test_each_language_has_its_own_words_and_what_is_put_in_is_escaped(app, speaking):
    """All that a template extends, includes and imports speaks as it does; nothing is looked up."""
    for _ in range(2):
        english = said(app, speaking, "whole", "en", number="<7>")
        assert english == "Today MRN &lt;7&gt; Doctor No"
        spanish = said(app, speaking, "whole", "es", number=Markup("<b>7</b>"))
        assert spanish == "Hoy N.º de historia <b>7</b> Médico No"


def test_words_in_a_variable_are_looked_up(app, speaking):
    speaking.globals["_"] = languages.say_in_template
    context = {"word": "Today", "words": ["Today"]}
    assert said(app, speaking, "variable", "es", **context) == "Hoy Hoy"
