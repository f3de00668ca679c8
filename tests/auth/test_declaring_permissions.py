"""Default deny: what declares nothing does not start."""

import pytest
from flask import Flask

from portal.auth.permissions import (
    RIGHTS,
    TABLE,
    UndeclaredRoutes,
    access_of,
    may,
    permission,
    public,
    require_declarations,
)


def test_an_undeclared_route_stops_the_start():
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/open", "open", public(lambda: "open"))
    app.add_url_rule("/oops", "oops", lambda: "oops")
    with pytest.raises(UndeclaredRoutes, match="oops"):
        require_declarations(app)


def test_a_right_that_is_not_in_the_table_is_a_mistake():
    with pytest.raises(LookupError):
        permission("facilities.demolish")


def test_every_row_of_the_table_has_a_mark_for_every_role():
    assert all(set(marks.split()) <= {"x", "-"} for marks, _words in TABLE.values())


def test_the_owner_may_do_everything():
    assert all("owner" in roles for roles in RIGHTS.values())


def test_an_auditor_changes_nothing():
    allowed = {right for right in RIGHTS if may("auditor", right)}
    assert {right.split(".")[1] for right in allowed} <= {"see", "open", "export", "own"}


# Which exports there are, how far they have come, and throwing one away: nothing is handed out.
ABOUT_EXPORTS = {
    "exchange.made",
    "exchange.made_changes",
    "exchange.made_discarding",
    "exchange.exports",
}


def test_exports_user_administration_and_break_glass_want_a_fresh_proof(app):
    asked = {
        endpoint: getattr(view, "stepped_up", False)
        for endpoint, view in app.view_functions.items()
        if endpoint not in ABOUT_EXPORTS
        for right in [access_of(app, endpoint).right or ""]
        if right == "staff.manage" or right.endswith(".export")
        or "export" in endpoint or endpoint == "patients.break_glass"
    }  # fmt: skip
    assert len(asked) >= 11
    assert [endpoint for endpoint, wanted in asked.items() if not wanted] == []
