"""Two doctors are not shown under one name: not on the board, nor in choices, nor on call lists.

The kind of fault: the name shown is made of the last name alone, and nobody asks whose it is.
"""

import pytest

from portal.doctors.commands import (
    DoctorDetails,
    ShownNameTaken,
    add_doctor,
    add_doctors,
    change_doctor,
    restore_doctor,
    retire_doctor,
)


@pytest.fixture
def clinic(alder):
    with alder.at_work():
        yield alder


def test_the_second_is_told_from_the_first(clinic):
    assert add_doctor(DoctorDetails("John", "Abbott")).display_name == "Dr. Abbott"
    assert add_doctor(DoctorDetails("Jane", "Abbott")).display_name == "Dr. Abbott (Jane)"
    third = add_doctor(DoctorDetails("Jane", "Abbott", specialty="Surgery"), namesake=True)
    assert third.display_name == "Dr. Abbott (Jane, Surgery)"
    fourth = add_doctor(DoctorDetails("Jane", "Abbott"), namesake=True)
    assert fourth.display_name == "Dr. Abbott (Jane, 2)"


def test_those_of_a_file_are_told_apart_whatever_it_says(clinic):
    file = [DoctorDetails("John", "Abbott"), DoctorDetails("Jane", "Abbott", "Dr. Abbott"),
            DoctorDetails("Mary", "Lovell", "Mary Lovell")]  # fmt: skip
    shown = [doctor.display_name for doctor in add_doctors(file)]
    assert shown == ["Dr. Abbott", "Dr. Abbott (Jane)", "Mary Lovell"]


def test_a_name_that_is_somebody_elses_is_refused_beside_its_field(clinic):
    add_doctor(DoctorDetails("John", "Abbott"))
    jane = add_doctor(DoctorDetails("Jane", "Abbott"))
    with pytest.raises(ShownNameTaken) as refused:
        change_doctor(jane, DoctorDetails("Jane", "Abbott", "DR. ABBOTT"))
    assert refused.value.field == "display_name"
    assert "Dr. Abbott (Jane)" in str(refused.value)
    assert change_doctor(jane, DoctorDetails("Jane", "Abbott", "Jane A.")).display_name == "Jane A."


def test_a_change_of_something_else_keeps_the_name(clinic):
    john = add_doctor(DoctorDetails("John", "Abbott"))
    kept = change_doctor(john, DoctorDetails("John", "Abbott", "Dr. Abbott", specialty="Surgery"))
    assert (kept.display_name, kept.specialty) == ("Dr. Abbott", "Surgery")


def test_who_comes_back_is_told_from_who_came_since(clinic):
    john = add_doctor(DoctorDetails("John", "Abbott"))
    retire_doctor(john)
    add_doctor(DoctorDetails("Jane", "Abbott"))
    restore_doctor(john)
    assert john.display_name == "Dr. Abbott (John)"
