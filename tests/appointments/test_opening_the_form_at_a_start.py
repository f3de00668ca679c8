"""The booking form that is opened at a start of the board: what it suggests there."""

from portal.appointments.commands.holds import hold_slot
from portal.appointments.queries.day import board
from tests.support.scheduling import (
    MONDAY,
    Practice,
    a_doctor,
    a_practice,
    a_service,
    acting_as,
    an_offering,
    book,
    chicago,
    hours,
    on_monday,
)


def test_an_opening_suggests_the_usual_one_of_the_services_that_fit_there(browser, alder):
    """The kind: what a page opens with is refused by the same page."""
    with on_monday():
        with alder.at_work():
            one = a_practice(alder.facility_id, minutes=(45,))
            an_offering(one.service, a_doctor(alder.facility_id), alder.facility_id)
            service = a_service()
            offering = an_offering(service, one.doctor, alder.facility_id, minutes=(15,),
                                   default_duration_minutes=15)  # fmt: skip
            short = Practice(alder.facility_id, one.doctor, service, offering)
            hours(one, slot_duration_minutes=15)
            book(short, "08:15")
            slots = {
                slot.start_at: slot.id for slot in board(alder.facility_id, MONDAY.date()).slots
            }
        with alder.at_work(), acting_as(alder.admin):
            hold_slot(slots[chicago(2, "10:00")])
        browser.sign_in(alder.desk)
        for time, suggested in (("08:00", service), ("08:30", one.service), ("10:00", service)):
            page = browser.get(f"/appointments/new?slot={slots[chicago(2, time)]}").text
            chosen = page.partition('id="service_id"')[2].partition("</select>")[0]
            assert f'value="{suggested.id}" selected' in chosen, time
