"""A clinic on the Monday of `tests.support.scheduling`, and a new one as its owner finds it."""

from collections.abc import Iterator

import pytest
from flask import Flask

from portal.staff.commands.people import NewClinic, Person, create_user, found_clinic
from portal.tenancy.context import as_job
from tests.support.client import Browser
from tests.support.people import PASSWORD, Clinic
from tests.support.people import Person as Somebody
from tests.support.scheduling import on_monday


@pytest.fixture
def clinic(alder: Clinic) -> Iterator[Clinic]:
    """The clinic at work."""
    with on_monday(), alder.at_work():
        yield alder


@pytest.fixture
def cedar(app: Flask) -> Somebody:
    """The owner of a clinic where nothing is set up."""
    details = NewClinic("cedar", "Cedar", "America/Chicago", settings={"checklist": "open"})
    tenant_id = found_clinic(details)
    with as_job(tenant_id, "tests"):
        email = "ines@cedar.example"
        user = create_user(Person(email, "Ines Cedar", "owner"), PASSWORD)
        return Somebody("cedar", email, "owner", user.id)


@pytest.fixture
def owner(browser: Browser, cedar: Somebody) -> Browser:
    """That owner's browser."""
    return browser.sign_in(cedar)
