"""Every write of signing in: sessions, passwords and the second factor."""

from portal.auth.commands.factor import (
    CodeWrong,
    FactorThere,
    RecoveryCodeWrong,
    enrol,
    forget_factor,
    give_code,
    give_recovery_code,
)
from portal.auth.commands.signing_in import (
    LinkSpent,
    PasswordCommon,
    PasswordNamesSomebody,
    PasswordTooShort,
    SignInRefused,
    keep_messages,
    note_failed_sign_in,
    require_good,
    require_length,
    set_password,
    sign_in,
    sign_out,
)

__all__ = [
    "CodeWrong",
    "FactorThere",
    "LinkSpent",
    "PasswordCommon",
    "PasswordNamesSomebody",
    "PasswordTooShort",
    "RecoveryCodeWrong",
    "SignInRefused",
    "enrol",
    "forget_factor",
    "give_code",
    "give_recovery_code",
    "keep_messages",
    "note_failed_sign_in",
    "require_good",
    "require_length",
    "set_password",
    "sign_in",
    "sign_out",
]
