"""Doctors, their numbers, and their places at facilities."""

import pytest

from portal.doctors.commands import (
    AlreadyPlaced,
    DoctorDetails,
    DoctorNameMissing,
    NpiTaken,
    add_doctor,
    change_doctor,
    end_place,
    place_at_facility,
    retire_doctor,
)
from portal.doctors.queries import get_doctor, list_choices, list_places
from portal.doctors.rules import NpiInvalid, is_npi
from portal.errors import NotFound


@pytest.mark.parametrize("number", ["1234567893", "1245319599"])
def test_a_number_whose_last_digit_checks_the_others(number):
    assert is_npi(number)


@pytest.mark.parametrize(
    "number", ["1234567890", "1234567839", "123456789", "12345678933", "12345678ab", "١٢٣٤٥٦٧٨٩٣"]
)
def test_a_number_that_is_none(number):
    assert not is_npi(number)


def test_a_doctor_is_added_and_shown_by_name(clinic):
    doctor = add_doctor(DoctorDetails(" Ada ", "Byrne", npi="1234 567-893", specialty="Family"))
    assert (doctor.first_name, doctor.display_name, doctor.npi) == (
        "Ada",
        "Dr. Byrne",
        "1234567893",
    )
    assert get_doctor(doctor.id) is doctor
    change_doctor(doctor, DoctorDetails("Ada", "Byrne", "Dr. Ada"))
    assert (doctor.display_name, doctor.npi) == ("Dr. Ada", None)


def test_what_cannot_be_a_doctor_is_refused_at_its_field(clinic):
    with pytest.raises(NpiInvalid) as refused:
        add_doctor(DoctorDetails("Ada", "Byrne", npi="1234567890"))
    assert refused.value.field == "npi"
    with pytest.raises(DoctorNameMissing):
        add_doctor(DoctorDetails("Ada", " "))
    add_doctor(DoctorDetails("Ada", "Byrne", npi="1234567893"))
    with pytest.raises(NpiTaken):
        add_doctor(DoctorDetails("Eve", "Byrne", npi="1234567893"))


def test_a_place_is_given_ended_and_taken_up_again(clinic):
    doctor = add_doctor(DoctorDetails("Ada", "Byrne"))
    place = place_at_facility(doctor.id, clinic.facility_id, role="Locum")
    with pytest.raises(AlreadyPlaced):
        place_at_facility(doctor.id, clinic.facility_id)
    assert [each.role for each in list_places(facility_id=clinic.facility_id)] == ["Locum"]
    end_place(doctor.id, clinic.facility_id)
    assert list_places(facility_id=clinic.facility_id) == []
    assert place_at_facility(doctor.id, clinic.facility_id).id == place.id


def test_a_retired_doctor_is_gone_and_the_number_free(clinic):
    doctor = add_doctor(DoctorDetails("Ada", "Byrne", npi="1234567893"))
    place_at_facility(doctor.id, clinic.facility_id)
    retire_doctor(doctor)
    assert (list_choices(), list_places(doctor_id=doctor.id)) == ([], [])
    with pytest.raises(NotFound):
        get_doctor(doctor.id)
    assert add_doctor(DoctorDetails("Eve", "Byrne", npi="1234567893")).npi == "1234567893"


def test_another_clinics_doctor_is_not_found(alder, birch):
    with alder.at_work():
        doctor_id = add_doctor(DoctorDetails("Ada", "Byrne")).id
    with birch.at_work(), pytest.raises(NotFound):
        get_doctor(doctor_id)
