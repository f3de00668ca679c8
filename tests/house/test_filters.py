"""Filters of templates have one meaning each: an area's does not replace another's of its name."""

from portal.config import ROOT


def test_no_two_filters_have_one_name():
    given: list[str] = []
    for file in sorted((ROOT / "portal").rglob("*.py")):
        text = file.read_text()
        for part in text.split("jinja_env.filters.update(")[1:]:
            inside = (
                part.partition("\n    )")[0] if part.startswith("\n") else part.partition(")")[0]
            )
            given += [each.partition("=")[0].strip() for each in inside.split(",") if "=" in each]
    assert len(given) > 10
    assert sorted(given) == sorted(set(given))
