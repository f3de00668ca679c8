"""Payers, plans, and from when to when a facility takes them."""

from datetime import date

import pytest

from portal.errors import NotFound
from portal.insurance.commands.acceptance import AcceptanceDetails, accept_plan, stop_accepting_plan
from portal.insurance.commands.payers import (
    PayerDetails,
    PayerNameTaken,
    PlanCodeTaken,
    PlanDetails,
    add_payer,
    add_plan,
    change_payer,
    change_plan,
)
from portal.insurance.queries.acceptance import find_plan_at, list_plans_at
from portal.insurance.queries.payers import get_payer, get_plan, list_payers, list_plans
from portal.insurance.rules import Cover, DatesBackwards
from tests.support.scheduling import a_plan

DAY = date(2026, 3, 2)
BEFORE, AFTER = date(2026, 3, 1), date(2026, 3, 3)
TAKEN = {"known": True, "enabled": True}


@pytest.mark.parametrize(
    ("cover", "gap"),
    [
        (Cover(**TAKEN), None),
        (Cover(**TAKEN, accepted_since=DAY, accepted_until=DAY), None),
        (Cover(), "not_accepted"),
        (Cover(known=True), "not_accepted"),
        (Cover(**TAKEN, accepted_since=AFTER), "outside_contract"),
        (Cover(**TAKEN, accepted_until=BEFORE), "outside_contract"),
        (Cover(**TAKEN, effective_from=AFTER), "not_effective"),
        (Cover(**TAKEN, effective_to=BEFORE), "not_effective"),
        (Cover(**TAKEN, effective_from=DAY, effective_to=DAY), None),
    ],
)
def test_a_plan_is_taken_on_a_day_or_not(cover, gap):
    assert cover.gap_on(DAY) == gap


@pytest.fixture
def plan(clinic):
    payer = add_payer(PayerDetails("Harborview"))
    return add_plan(PlanDetails(payer.id, "HV-1", "Harborview One"))


def test_a_facility_sees_every_plan_with_what_it_says_of_it(clinic, plan):
    [seen] = list_plans_at(clinic.facility_id)
    assert (seen.plan_name, seen.payer_name, seen.acceptance_id) == (
        "Harborview One", "Harborview", None,
    )  # fmt: skip
    accept_plan(clinic.facility_id, plan.id, AcceptanceDetails(DAY, notes="By letter"))
    seen = find_plan_at(clinic.facility_id, plan.id)
    assert (seen.gap_on(BEFORE), seen.gap_on(DAY), seen.notes) == (
        "outside_contract", None, "By letter",
    )  # fmt: skip


def test_acceptance_ends_and_begins_again_on_one_row(clinic, plan):
    first = accept_plan(clinic.facility_id, plan.id)
    stop_accepting_plan(clinic.facility_id, plan.id)
    assert find_plan_at(clinic.facility_id, plan.id).gap_on(DAY) == "not_accepted"
    assert accept_plan(clinic.facility_id, plan.id).id == first.id
    assert find_plan_at(clinic.facility_id, plan.id).gap_on(DAY) is None


def test_what_is_taken_or_backwards_is_refused_at_its_field(clinic, plan):
    with pytest.raises(PayerNameTaken):
        add_payer(PayerDetails("Harborview"))
    with pytest.raises(PlanCodeTaken) as refused:
        add_plan(PlanDetails(plan.insurance_provider_id, "HV-1", "Again"))
    assert refused.value.field == "plan_code"
    with pytest.raises(DatesBackwards) as refused:
        accept_plan(clinic.facility_id, plan.id, AcceptanceDetails(AFTER, BEFORE))
    assert refused.value.field == "accepted_until"
    details = PlanDetails(plan.insurance_provider_id, "HV-2", "Two", AFTER, BEFORE)
    with pytest.raises(DatesBackwards) as refused:
        change_plan(plan, details)
    assert refused.value.field == "effective_to"


def test_payers_and_plans_are_listed_and_changed(plan):
    payer = get_payer(plan.insurance_provider_id)
    change_payer(payer, PayerDetails("Harbourview", "https://harbourview.example"))
    assert [each.name for each in list_payers()] == ["Harbourview"]
    assert list_plans(payer_id=payer.id) == [plan]


def test_another_clinics_payers_and_plans_are_not_found(alder, birch):
    with alder.at_work():
        plan = a_plan()
        ids = (plan.insurance_provider_id, plan.id)
    with birch.at_work():
        assert list_payers() == list_plans() == []
        for get, unknown in zip((get_payer, get_plan), ids, strict=True):
            with pytest.raises(NotFound):
                get(unknown)
