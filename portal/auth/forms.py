"""What people type to sign in."""

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, PasswordField
from wtforms.validators import InputRequired, Length

from portal.web.forms import Line, PortalForm

REQUIRED = InputRequired(_("This is needed."))


class SignInForm(PortalForm):
    """Clinic, e-mail, password; and where to go afterwards."""

    clinic = Line(_("Clinic"), [REQUIRED, Length(max=63)])
    email = Line(_("E-mail"), [REQUIRED, Length(max=254)])
    password = PasswordField(_("Password"), [REQUIRED, Length(max=1024)])
    next = HiddenField()


class WelcomeForm(PortalForm):
    """A new password."""

    password = PasswordField(_("New password"), [REQUIRED, Length(max=1024)])
