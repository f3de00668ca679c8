"""The area's registration."""

from portal.auth.invariants import clinics_without_an_owner, sessions_that_should_have_ended
from portal.auth.views import bp
from portal.errors import N_
from portal.registry.area import Area
from portal.registry.log import LogWords

LOG = LogWords(
    records={
        "passkeys": N_("Passkey"),
        "recovery_codes": N_("Recovery code"),
        "user_factors": N_("Authenticator"),
    },
    done={
        "passkey.added": N_("Added a passkey"),
        "passkey.copied": N_("Was refused what may be a copy of a passkey"),
        "passkey.removed": N_("Removed a passkey"),
        "password.changed": N_("Changed the password"),
        "proof": N_("Gave the password again"),
        "recovery-codes.renewed": N_("Made new recovery codes"),
        "second-factor": N_("Gave the second factor"),
        "second-factor.enrolled": N_("Set up an authenticator"),
        "second-factor.failed": N_("Failed to give the second factor"),
        "sessions.ended": N_("Ended sessions"),
        "sign-in": N_("Signed in"),
        "sign-in.failed": N_("Failed to sign in"),
        "sign-out": N_("Signed out"),
    },
)
AREA = Area(
    blueprint=bp,
    label=N_("their own account"),
    log=LOG,
    invariants={
        "whoever may not sign in has no session": sessions_that_should_have_ended,
        "somebody owns the clinic": clinics_without_an_owner,
    },
)
