"""The form of a patient's details."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.validators import AnyOf, Length, Optional
from wtforms.widgets import HiddenInput

from portal.facilities.labels import facility_words
from portal.facilities.queries import countries, list_facilities
from portal.insurance.labels import plan_words, plans
from portal.patients.commands.merging import MergeDetails
from portal.patients.commands.registering import check_person
from portal.patients.display import interpreter_choices, kind_words, language_choices, sex_words
from portal.patients.rules.access_scope import LONGEST_REASON
from portal.patients.rules.charting import ALERT_KINDS, LONGEST_ALERT, LONGEST_NOTE
from portal.patients.rules.details import PatientDetails
from portal.patients.rules.finding import SearchedPatient
from portal.patients.rules.kept import LONGEST_LINE, SEXES, Extras, extras_of, with_extras
from portal.patients.rules.merging import BOTH, FIELDS, JOINABLE, OTHER, THIS, usual_choice
from portal.schema.patients import Patient
from portal.tenancy.context import request_context
from portal.web.forms.fields import Line, PhoneLine, record_number, tidy
from portal.web.forms.form import PortalForm
from portal.web.forms.picking import PickField

CHOOSE = lazy_gettext("Choose one of the two.")
# What a merge calls the fields that a patient's form has not.
LABELS = {
    "status": lazy_gettext("Status"),
    "member_numbers": lazy_gettext("Member numbers"),
    "address": lazy_gettext("Address"),
    "consent": lazy_gettext("Consent to messages"),
    "alert": lazy_gettext("Alert"),
    "notes": lazy_gettext("Notes"),
}
YES_NO = {"y": True, "n": False}


def as_kept(patient: Patient) -> dict[str, Any]:
    """The form's values of a patient beside the columns."""
    extras = extras_of(patient.meta)
    letters = {None: "", True: "y", False: "n"}
    street = extras.address.get("line") or []
    return {
        "sex": extras.sex,
        "interpreter": letters[extras.interpreter],
        "phone_messages": letters[extras.consent.get("phone")],
        "email_messages": letters[extras.consent.get("email")],
        "street": street if isinstance(street, str) else "\n".join(map(str, street)),
        "postal_code": extras.address.get("postalCode"),
        **{name: extras.address.get(name) for name in ("city", "state", "country")},
    }


class PatientForm(PortalForm):
    """A patient; what can be known is checked by the command, beside the field it is about."""

    last_name = Line(lazy_gettext("Last name"), [Length(max=100)])
    first_name = Line(lazy_gettext("First name"), [Length(max=100)])
    dob = DateField(lazy_gettext("Date of birth"), [Optional()])
    phone = PhoneLine(lazy_gettext("Phone"), [Length(max=50)])
    email = Line(lazy_gettext("E-mail"), [Length(max=254)])
    preferred_language = SelectField(lazy_gettext("Preferred language"), coerce=tidy)
    interpreter = SelectField(lazy_gettext("Interpreter"), coerce=tidy)
    sex = SelectField(lazy_gettext("Sex (administrative)"), coerce=tidy)
    street = TextAreaField(lazy_gettext("Street address"), [Length(max=400)], filters=[tidy])
    city = Line(lazy_gettext("City"), [Length(max=LONGEST_LINE)])
    state = Line(lazy_gettext("State or region"), [Length(max=LONGEST_LINE)])
    postal_code = Line(lazy_gettext("ZIP or postal code"), [Length(max=LONGEST_LINE)])
    country = Line(lazy_gettext("Country"), [Length(max=LONGEST_LINE)])
    phone_messages = SelectField(lazy_gettext("Messages to this phone"), coerce=tidy)
    email_messages = SelectField(lazy_gettext("Messages to this e-mail"), coerce=tidy)
    facility_id = SelectField(lazy_gettext("Facility"), coerce=record_number)
    default_insurance_plan_id = PickField(lazy_gettext("Insurance"))

    def set_choices(self, patient: Patient | None = None) -> None:
        """The facilities and plans there are.

        Args:
            patient: who is changed; where they are registered stays a choice, though it may be a
                facility that is not this person's, or none.
        """
        places: dict[int | str, str] = {each.id: each.name for each in list_facilities()}
        # A new patient of no facility would be reached by those alone who see all of them.
        if request_context().facility_ids is None or (patient and patient.facility_id is None):
            places = {"": gettext("None"), **places}
        self.facility_id.choices = list(places.items())
        self.keep("facility_id", facility_words)
        self._offer_words(patient)
        self_pay = gettext("Self-pay")
        self.pick("default_insurance_plan_id", plans(), none=self_pay, named=plan_words)

    def _offer_words(self, patient: Patient | None) -> None:
        """The choices that are words; a language that is none of the list stays one."""
        kept = patient.preferred_language if patient else None
        self.preferred_language.choices = [
            ("", gettext("Not known")),
            *language_choices(besides=kept),
        ]
        self.sex.choices = [("", gettext("Not asked")), *((sex, sex_words(sex)) for sex in SEXES)]
        self.interpreter.choices = interpreter_choices()
        for field in (self.phone_messages, self.email_messages):
            field.choices = [
                ("", gettext("Not asked")),
                ("y", gettext("Yes")),
                ("n", gettext("No")),
            ]

    def details(self, **kept: Any) -> PatientDetails:
        """The typed values, with those that this form does not show kept as they are."""
        meta = with_extras(kept.pop("meta", None), self._extras())
        return PatientDetails(
            first_name=self.first_name.data or "", last_name=self.last_name.data or "",
            dob=self.dob.data, phone=self.phone.data, email=self.email.data,
            preferred_language=self.preferred_language.data, facility_id=self.facility_id.data,
            default_insurance_plan_id=self.default_insurance_plan_id.data, **kept, meta=meta,
        )  # fmt: skip

    def check(self) -> None:
        """As registering and changing check it."""
        check_person(self.details())

    def _extras(self) -> Extras:
        lines = (line.strip() for line in (self.street.data or "").splitlines())
        address = {
            "line": [line for line in lines if line],
            "city": self.city.data, "state": self.state.data,
            "postalCode": self.postal_code.data, "country": self.country.data,
        }  # fmt: skip
        consent = {"phone": self.phone_messages.data, "email": self.email_messages.data}
        return Extras(
            sex=self.sex.data or None,
            address={key: value for key, value in address.items() if value},
            interpreter=YES_NO.get(self.interpreter.data),
            consent={
                channel: YES_NO[answer] for channel, answer in consent.items() if answer in YES_NO
            },
        )


class ElsewhereForm(PortalForm):
    """Details of somebody whom another facility may know."""

    name = Line(lazy_gettext("Name"), [Length(max=200)])
    dob = DateField(lazy_gettext("Date of birth"), [Optional()])
    phone = PhoneLine(lazy_gettext("Phone"), [Length(max=50)])
    email = Line(lazy_gettext("E-mail"), [Length(max=254)])
    mrn = Line(lazy_gettext("Patient number"), [Length(max=20)])

    def person(self) -> SearchedPatient:
        """The typed values; one name may be either."""
        return SearchedPatient(
            "",
            self.name.data or "",
            dob=self.dob.data,
            phone=self.phone.data,
            email=self.email.data,
            mrn=self.mrn.data or "",
            countries=countries(),
        )


class BreakGlassForm(PortalForm):
    """Why a patient of another facility is opened."""

    reason = TextAreaField(
        lazy_gettext("Why do you need to open this patient?"),
        [Length(max=2 * LONGEST_REASON)],
        filters=[tidy],
    )


class RegistrationForm(PatientForm):
    """A new patient, who may turn out to be registered already, with a first alert and note."""

    kind = SelectField(lazy_gettext("Kind of alert"), default="allergy")
    alert = Line(lazy_gettext("Alert"), [Length(max=LONGEST_ALERT)])
    note = TextAreaField(lazy_gettext("Note"), [Length(max=LONGEST_NOTE)], filters=[tidy])

    register_anyway = BooleanField(lazy_gettext("This is somebody else: register them anyway"))

    def set_choices(self, patient: Patient | None = None) -> None:
        """Set the choices of a patient's details, and the kinds of alerts."""
        super().set_choices(patient)
        self.kind.choices = [(kind, kind_words(kind)) for kind in ALERT_KINDS]


class MergeForm(PortalForm):
    """Which of two records stays, and for each field whose value is kept; the key merges once.

    `this` is the record on the left, whichever stays.
    """

    merge_key = StringField(widget=HiddenInput())
    stays = StringField(lazy_gettext("Which record stays?"), [AnyOf((THIS, OTHER), CHOOSE)])

    def choice_of(self, field: str) -> StringField:
        """Where a field's choice is made; a form has a status of its own."""
        found: StringField = self["patient_status" if field == "status" else field]
        return found

    def suggest(self, this: Mapping[str, Any], other: Mapping[str, Any]) -> None:
        """Choose what is usually kept of two records' values."""
        self.merge_key.data, self.stays.data = str(uuid4()), THIS
        for field in FIELDS:
            self.choice_of(field).data = usual_choice(field, this[field], other[field])

    def details(self, patient_id: int, other_id: int) -> MergeDetails:
        """The choices, as values of the record that stays."""
        chosen = {field: self.choice_of(field).data or THIS for field in FIELDS}
        key = UUID(self.merge_key.data)
        if self.stays.data == THIS:
            return MergeDetails(patient_id, other_id, chosen, key)
        flipped = {THIS: OTHER, OTHER: THIS, BOTH: BOTH}
        turned = {field: flipped[choice] for field, choice in chosen.items()}
        return MergeDetails(other_id, patient_id, turned, key)

    def validate_merge_key(self, field: StringField) -> None:
        """One of ours; another is replaced."""
        try:
            UUID(field.data)
        except (TypeError, ValueError):
            field.data = str(uuid4())


for _name in FIELDS:
    _label = LABELS[_name] if _name in LABELS else getattr(PatientForm, _name).args[0]
    _choices = (THIS, OTHER, BOTH) if _name in JOINABLE else (THIS, OTHER)
    _field = "patient_status" if _name == "status" else _name
    setattr(MergeForm, _field, StringField(_label, [Optional(), AnyOf(_choices, CHOOSE)]))
