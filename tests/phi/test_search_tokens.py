"""What people type and what was registered become the same tokens."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.phi import tokens

NAMES = st.text(
    st.characters(categories=["Lu", "Ll", "Lo", "Mn", "Zs"], include_characters="'’-"), max_size=20
)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("O'Connell", {"o", "connell", "oconnell"}),
        ("O’Connell", {"o", "connell", "oconnell"}),
        ("O´Connell", {"o", "connell", "oconnell"}),
        ("Smith-Jones", {"smith", "jones", "smithjones"}),
        ("Concepción", {"concepcion"}),
        ("Łukasz Strauß", {"lukasz", "strauss"}),
        ("İpek", {"ipek"}),
        ("de la Cruz", {"de", "la", "cruz"}),
        ("J.R.", {"j", "r", "jr"}),
        ("Donya787", {"donya787"}),
        ("Nguyễn", {"nguyen"}),
        ("ﬃ", {"ffi"}),
        ("  ", set()),
    ],
)
def test_parts_of_names(name, parts):
    assert tokens.name_parts(name) == parts


def test_prefixes_have_two_to_eight_letters():
    assert list(tokens.prefixes("alexandria")) == [
        "al", "ale", "alex", "alexa", "alexan", "alexand", "alexandr",
    ]  # fmt: skip
    assert list(tokens.prefixes("o")) == []


@given(NAMES)
def test_composed_or_not_and_in_any_case_a_name_has_the_same_parts(name):
    parts = tokens.name_parts(name)
    assert tokens.name_parts(unicodedata.normalize("NFD", name)) == parts
    assert all(part == tokens.normalised(part) and part.isalnum() for part in parts)


def test_a_token_depends_on_key_field_and_value_and_is_short():
    made = tokens.token(b"k", "prefix", "an")
    assert len(made) == tokens.TOKEN_BYTES
    assert made not in (
        tokens.token(b"l", "prefix", "an"),
        tokens.token(b"k", "name", "an"),
        tokens.token(b"k", "prefix", "ann"),
    )
