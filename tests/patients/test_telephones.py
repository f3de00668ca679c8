"""A telephone number is one number however it is spelled.

The kind of fault: numbers compared as strings of digits, cut to ten, with everything after an "x"
dropped; national and international spellings, several numbers in a field, extensions and words
around a number were each other people's then. `phonenumbers` knows every country's spellings.
"""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat

from portal.patients.queries.searching import search_patients
from portal.patients.rules.details import PatientDetails, PhoneMalformed, checked
from portal.patients.rules.duplicates import Resemblance, resemblance
from portal.patients.rules.finding import SearchedPatient, readings
from portal.telephones import bare_number, country_of, displayed, national_digits, telephones
from portal.web.filters import dialled, telephone
from tests.patients.conftest import register
from tests.patients.test_today_is_the_facilitys import TODAY
from tests.support.client import Browser

FORMATS = [
    PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL,
    PhoneNumberFormat.RFC3966,
]  # fmt: skip
KINDS = sorted(set(phonenumbers.PhoneNumberType.values()))
EXAMPLES = [
    (region, example)
    for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    for kind in KINDS
    if (example := phonenumbers.example_number_for_type(region, kind))
    and phonenumbers.is_valid_number(example)
]


def spelled(number, how) -> str:
    if how is None:
        return phonenumbers.national_significant_number(number)
    return phonenumbers.format_number(number, how)


@given(st.sampled_from(EXAMPLES), st.sampled_from([*FORMATS, None]), st.sampled_from(FORMATS))
def test_any_countrys_number_is_found_by_any_spelling(example, kept, typed):
    region, number = example
    countries = ("US", region)
    patient = SearchedPatient("Ann", "Okafor", phone=spelled(number, kept), countries=(region,))
    meant = readings(spelled(number, typed), today=TODAY, countries=countries)
    assert any(reading.holds_for(patient) for reading in meant)


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        ("612 345 678", "+34 612 345 678"), ("+49 30 1234567", "0301234567"),
        ("0301234567", "+49 30 1234567"), ("+33 6 12 34 56 78", "0612345678"),
        ("312-555-0143 #22", "3125550143"), ("312-555-0143", "312-555-0143 x22"),
        ("312 555 0150 / 312 555 0199", "3125550150"), ("312 555 0150 / 312 555 0199", "5550199"),
        ("(312) 555-0161 int. 4", "3125550161"), ("312-555-0143", "tel:3125550143"),
        ("Fax 312 555 0144", "312 555 0144"), ("Alex (son) 312 555 0145", "1 312 555 0145"),
        ("312 555 0146, mobile 312 555 0147", "+1 (312) 555-0147"),
        ("312 555 0148 Durchwahl 9", "0148"), ("3125550150 3125550199", "3125550199"),
        ("٣١٢٥٥٥٠١٤٣", "3125550143"), ("+1 555 010 1111", "5550101111"),
    ],
)  # fmt: skip
def test_a_patient_of_chicago_is_found(clinic, kept, typed):
    ann = register("Ann", "Okafor", phone=kept)
    register("Zora", "Neale", phone="708 555 7943")
    assert [row.id for row in search_patients(typed)] == [ann.id]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("612 345 670", "+34 612 345 670", True), ("312 555 0143", "+1 312-555-0143 x2", True),
        ("312 555 0100 x1", "312 555 0100 ext. 2", False), ("312 555 0143", "312 555 0144", False),
        ("+34 612 345 670", "+33 6 12 34 56 70", False), ("555 010", "555 010", False),
        ("708 555 1000 / 312 555 0143", "Fax (312) 555-0143", True),
    ],
)  # fmt: skip
def test_the_same_telephone_in_another_spelling(one, other, same):
    ann = SearchedPatient("Ann", "Okafor", phone=one, countries=("US",))
    grace = SearchedPatient("Grace", "Eze", phone=other, countries=("US",))
    assert (resemblance(ann, grace) is Resemblance.PHONE) is same


@pytest.mark.parametrize(
    "number", ["Fax 312 555 0144", "Alex (son) 312 555 0145", "0148", "555 01"]
)
def test_words_around_a_number_do_no_harm(number):
    details = PatientDetails(first_name="Ann", last_name="Okafor", phone=number)
    assert checked(details, today=TODAY).phone == number


@pytest.mark.parametrize("number", ["none", "1 2 3", "x22", "ask her son"])
def test_what_is_no_number_is_refused(number):
    with pytest.raises(PhoneMalformed):
        checked(PatientDetails(first_name="Ann", last_name="Okafor", phone=number), today=TODAY)


@pytest.mark.parametrize(
    ("typed", "reads"),
    [
        ("3125550199", "(312) 555-0199"), ("+13125550199", "(312) 555-0199"),
        ("+442079460018", "+44 20 7946 0018"), ("call 3125550199 or 7085550100 x2",
         "call (312) 555-0199 or (708) 555-0100 x2"), ("030 1234567", "030 1234567"),
        ("ask her son", "ask her son"),
    ],
)  # fmt: skip
def test_a_number_is_read_as_the_country_writes_it(typed, reads):
    assert "".join(piece for piece, _link in displayed(typed, "US")) == reads


def test_a_number_is_dialled_by_its_link(clinic):
    link = '<a href="tel:+13125550142;ext=22">(312) 555-0142 x22</a>'
    assert dialled("Al 312 555 0142 x22 <b>") == f'<bdi dir="ltr">Al {link} &lt;b&gt;</bdi>'
    assert telephone("3125550142") == '<bdi dir="ltr">(312) 555-0142</bdi>'
    assert dialled("") == telephone(None) == ""


def test_a_list_shows_what_was_typed_as_it_is_read(browser: Browser, alder):
    with alder.at_work():
        register("Ann", "Okafor", phone="3125550199")
    browser.sign_in(alder.desk)
    assert "(312) 555-0199" in browser.get("/patients/").text


@pytest.mark.parametrize(
    ("locale", "zone", "country"),
    [(None, "America/Chicago", "US"), ("de-AT", "Europe/Berlin", "AT"),
     ("es", "Europe/Madrid", "ES"), (None, "Pacific/Auckland", "NZ"),
     (None, "Asia/Calcutta", "IN"), (None, "UTC", None), ("en-001", "Europe/London", "GB")],
)  # fmt: skip
def test_a_places_country_is_its_locales_or_its_time_zones(locale, zone, country):
    assert country_of(locale, zone) == country


@given(st.text(alphabet="0123456789+()-. /x#extntel:;=,Añ٣ ", max_size=60))
def test_nothing_typed_breaks_the_reading(typed):
    for number in telephones(typed, ("US", "DE")):
        assert 0 <= number.start < number.end <= len(typed)
        assert number.national in national_digits(typed, ("US", "DE"))
    assert "".join(piece for piece, _link in displayed(typed, None)) or not typed
    bare_number(typed)
