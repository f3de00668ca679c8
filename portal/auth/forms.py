"""Forms of signing in."""

from flask import abort, current_app
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from wtforms import HiddenField, IntegerField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from portal.auth.passkeys import LARGEST_ANSWER
from portal.auth.rules import tidy_code
from portal.web.addresses import own_address
from portal.web.forms.fields import Line, tidy
from portal.web.forms.form import PortalForm
from portal.web.languages import choices

REQUIRED = InputRequired(_("This is needed."))
SIX_DIGITS = Regexp(r"^\d{6}$", message=_("A code has six digits."))


def tidy_typed(value: str | None) -> str:
    """A code without the blanks people put into it."""
    return tidy_code(value or "")


class OwnAddress(HiddenField):
    """Where to go afterwards; anything but an address of ours is the first page."""

    def process_data(self, value: str | None) -> None:
        """Take the question of the page."""
        self.data = own_address(value) if value else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the answer of the device."""
        if valuelist:
            self.process_data(valuelist[0])


class SignInForm(PortalForm):
    """Clinic, e-mail, password; and where to go afterwards."""

    clinic = Line(_("Clinic"), [REQUIRED, Length(max=63)])
    email = Line(_("E-mail"), [REQUIRED, Length(max=254)])
    password = PasswordField(_("Password"), [REQUIRED, Length(max=1024)])
    next = OwnAddress()


class WelcomeForm(PortalForm):
    """A new password."""

    password = PasswordField(_("New password"), [REQUIRED, Length(max=1024)])


class PasswordForm(WelcomeForm):
    """Another password, by who knows the one of now."""

    current_password = PasswordField(_("Current password"), [REQUIRED, Length(max=1024)])


class LanguageForm(PortalForm):
    """The language that the portal speaks to somebody; the clinic's when none is chosen."""

    locale = SelectField(_("Language"), coerce=tidy)

    def offer(self, chosen: str | None) -> None:
        """Offer the choices, and the one made before, though no list has it."""
        known = dict(choices())
        own = {chosen: chosen} if chosen else {}
        self.locale.choices = [("", gettext("As the clinic")), *(own | known).items()]


class ProofForm(PortalForm):
    """The password again."""

    current_password = PasswordField(_("Password"), [REQUIRED, Length(max=1024)])
    next = OwnAddress()


class SessionEndingForm(PortalForm):
    """Which session ends; none named means every other one."""

    session_id = IntegerField(validators=[Optional()])


class CodeForm(PortalForm):
    """The six digits that an authenticator shows."""

    code = StringField(_("Code"), [REQUIRED, SIX_DIGITS], filters=[tidy_typed])
    next = OwnAddress()


class PasskeyForm(PortalForm):
    """The answer of the browser's device."""

    credential = HiddenField(validators=[REQUIRED, Length(max=LARGEST_ANSWER)])
    next = OwnAddress()


class NewPasskeyForm(PasskeyForm):
    """A new passkey, and what its owner calls it."""

    name = Line(_("What to call it"), [REQUIRED, Length(max=60)])


class PasskeyRemovalForm(PortalForm):
    """Which of one's own passkeys goes."""

    passkey_id = IntegerField(validators=[Optional()])


class RecoveryForm(PortalForm):
    """One of the codes that were shown when the authenticator was set up."""

    recovery_code = StringField(_("Recovery code"), [REQUIRED, Length(max=40)])
    next = OwnAddress()


class EnrolmentForm(CodeForm):
    """The first code of a new authenticator, and the secret it was given: our own, signed."""

    secret = HiddenField()

    def offer(self, session_id: int | None, secret: str) -> None:
        """Give the secret along with the page."""
        self.secret.data = _serializer().dumps([session_id, secret])

    def offered(self, session_id: int | None) -> str:
        """The secret this session was given. Another one's is a forgery: 400."""
        try:
            owner, secret = _serializer().loads(self.secret.data or "")
        except BadSignature:
            abort(400)
        if owner != session_id:
            abort(400)
        return str(secret)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="enrolment")
