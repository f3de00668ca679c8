"""Whom a form is for: somebody who is known, or somebody new who is registered with it."""

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, DateField, HiddenField, SelectField, StringField
from wtforms.validators import Length, Optional, StopValidation, ValidationError

from portal.appointments.rules.visits import inactive
from portal.patients.commands.registering import check_person
from portal.patients.display import interpreter_choices, languages
from portal.patients.queries.records import get_patient
from portal.patients.queries.searching import search_patients
from portal.patients.rules.details import PatientDetails
from portal.patients.rules.kept import Extras, with_extras
from portal.web.candidates import LEAST_LETTERS
from portal.web.forms.fields import Line, PhoneLine, record_number, tidy
from portal.web.forms.form import PortalForm, translate
from portal.web.forms.picking import PickField

NEW = "new"
INTERPRETER = {"y": True, "n": False}


class ChosenPatient(StringField):
    """Who was picked from what the search field beside it found."""

    typed_in = "patient_query"


def asked_for(form: "ForSomebody", field: DateField) -> None:
    """Nobody is registered whose birth date was not asked: by it they are found again."""
    if form.registers and not (form.dob_unknown.data or any(field.raw_data or ())):
        field.errors = []
        raise StopValidation(gettext("Enter it, or tick that it is unknown."))


class ForSomebody(PortalForm):
    """The fields of a form that is for a patient, and of the short registration."""

    patient_id = ChosenPatient(lazy_gettext("Patient"))
    found_patient_id = StringField()
    patient_query = Line(lazy_gettext("Patient"))
    patient_plain = StringField()
    plan_for = HiddenField()
    last_name = Line(lazy_gettext("Last name"), [Length(max=100)])
    first_name = Line(lazy_gettext("First name"), [Length(max=100)])
    dob = DateField(lazy_gettext("Date of birth"), [asked_for, Optional()])
    dob_unknown = BooleanField(lazy_gettext("The birth date is unknown"))
    phone = PhoneLine(lazy_gettext("Phone"), [Length(max=50)])
    preferred_language = PickField(
        lazy_gettext("Preferred language"), coerce=tidy, validate_choice=False
    )
    interpreter = SelectField(lazy_gettext("Interpreter"), coerce=tidy, validate_choice=False)

    def offer_languages(self) -> None:
        """Offer languages for a new patient, and whether an interpreter comes."""
        self.pick("preferred_language", languages(), none=gettext("Not known"))
        self.interpreter.choices = interpreter_choices()

    @property
    def somebody_else(self) -> bool:
        """Whether those who may be the new patient were shown, and it is none of them."""
        return self.found_patient_id.data == NEW

    @property
    def chosen_patient(self) -> int | None:
        """Whom the type-ahead, or without script the list of matches, says it is for."""
        found = record_number(self.found_patient_id.data)
        return record_number(self.patient_id.data) if found is None else found

    @property
    def is_plain(self) -> bool:
        """Whether no script picks the patient: then the server finds who is typed."""
        return bool(self.patient_plain.data) and not self.found_patient_id.data

    @property
    def names_typed(self) -> bool:
        """Whether somebody new is named."""
        return bool(self.last_name.data or self.first_name.data)

    @property
    def registers(self) -> bool:
        """Whether a new patient is registered with the visit."""
        return self.chosen_patient is None and (self.patient_id.data == NEW or self.names_typed)

    def validate_patient_id(self, _field: StringField) -> None:
        """Somebody it is for, and who is alive. Raises what `get_patient` raises."""
        if self.registers:
            return
        if self.chosen_patient is None:
            self._say_who_is_inactive()
            raise ValidationError(gettext("Choose a patient from the list, or register a new one."))
        status = get_patient(self.chosen_patient).status
        if status != "active":
            raise ValidationError(translate(inactive(status)))

    def _say_who_is_inactive(self) -> None:
        """Of the only one whom the typed text means, why the list did not let them be chosen."""
        typed = self.patient_query.data or ""
        found = search_patients(typed, limit=2) if len(typed) >= LEAST_LETTERS else []
        if len(found) == 1 and found[0].status != "active":
            raise ValidationError(translate(inactive(found[0].status)))

    def validate_last_name(self, field: Line) -> None:
        """Of whoever is new both names; who has one only is registered among the patients."""
        if self.registers and not field.data:
            raise ValidationError(gettext("Enter the last name to register a new patient."))

    def validate_first_name(self, field: Line) -> None:
        """As the last name."""
        if self.registers and not field.data:
            raise ValidationError(gettext("Enter the first name to register a new patient."))

    def check(self) -> None:
        """Of whoever is new, as registering checks it."""
        if self.registers:
            check_person(self.newcomer(None, None))

    def newcomer(self, facility_id: int | None, plan_id: int | None) -> PatientDetails:
        """The new patient, with where they are at home and their plan."""
        return PatientDetails(
            first_name=self.first_name.data or "", last_name=self.last_name.data or "",
            dob=self.dob.data, phone=self.phone.data,
            preferred_language=self.preferred_language.data,
            meta=with_extras(None, Extras(interpreter=INTERPRETER.get(self.interpreter.data))),
            facility_id=facility_id, default_insurance_plan_id=plan_id,
        )  # fmt: skip
