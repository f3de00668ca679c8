"""The second factor: enrolling an authenticator, its codes, and the codes for when it is lost."""

from sqlalchemy import delete, func, update

from portal import clock
from portal.audit.notes import note
from portal.auth import queries, rules
from portal.auth.commands.sessions import end_sessions, my_id, renewed_session
from portal.auth.proofs import pseudonym
from portal.auth.vouching import vouch
from portal.db import session
from portal.errors import N_, Conflict, DomainError, refusing
from portal.schema.accounts import Passkey, RecoveryCode, UserFactor
from portal.tenancy.context import request_context


class CodeWrong(DomainError):
    """Not the code of now, or one that was used already."""

    field = "code"
    message = N_("This code is not right, or was used already. Type the next one.")


class RecoveryCodeWrong(DomainError):
    """None of the person's unused recovery codes."""

    field = "recovery_code"
    message = N_("This is none of your recovery codes, or it was used already.")


class NoFactor(Conflict):
    """Recovery codes stand in for a factor."""

    message = N_("You have no second factor yet. Set one up first.")


class FactorThere(Conflict):
    """Of two enrolments at once, the other one was first."""

    message = N_("You have set up an authenticator already.")


def enrol(secret: str, code: str) -> tuple[str, list[str]]:
    """Keep the authenticator that shows this code, in place of any other of the person's.

    The session has given its second factor then.

    Returns:
        The token for the cookie, and ten recovery codes, which nobody can show again.

    Raises:
        CodeWrong, FactorThere
    """
    step = rules.accepted_step(secret, code, now=clock.real())
    if step is None:
        raise CodeWrong
    mine = my_id()
    _forget(UserFactor, mine)
    with refusing({"uq_user_factors_user_id": FactorThere}):
        session.add(UserFactor(user_id=mine, secret=secret, last_step=step))
    note("second-factor.enrolled", table="users", record=mine)
    end_sessions(mine, but=request_context().session_id)
    return given_factor(), new_recovery_codes(mine)


def give_code(code: str) -> str:
    """Spend the authenticator's present code on this session.

    Returns:
        The token for the cookie.

    Raises:
        CodeWrong
    """
    factor = queries.find_factor(my_id())
    after = factor.last_step if factor else 0
    step = (
        rules.accepted_step(factor.secret, code, now=clock.real(), after=after) if factor else None
    )
    if factor is None or step is None or not _spend(factor, step):
        raise CodeWrong
    note("second-factor", table="users", record=factor.user_id)
    return given_factor()


def give_recovery_code(code: str) -> tuple[str, int]:
    """Spend a recovery code on this session.

    Returns:
        The token for the cookie, and how many codes are left.

    Raises:
        RecoveryCodeWrong
    """
    mine = my_id()
    given = {"user_id": mine, "code_hash": _hash_of(mine, rules.tidy_code(code))}
    unused = update(RecoveryCode).where(
        RecoveryCode.user_id == mine,
        RecoveryCode.code_hash == given["code_hash"],
        RecoveryCode.used_at.is_(None),
    )
    vouch("recovery_codes", "UPDATE", given)
    if session.scalar(unused.values(used_at=func.now()).returning(RecoveryCode.id)) is None:
        raise RecoveryCodeWrong
    note("second-factor", table="users", record=mine, reason="recovery code")
    return given_factor(), queries.count_recovery_codes(mine)


def forget_factor(user_id: int) -> None:
    """Take a person's authenticator, passkeys and recovery codes away; their sessions end."""
    for model in (UserFactor, Passkey, RecoveryCode):
        _forget(model, user_id)
    end_sessions(user_id)


def _forget(model: type[UserFactor | Passkey | RecoveryCode], user_id: int) -> None:
    vouch(model.__tablename__, "DELETE", {"user_id": user_id})
    session.execute(delete(model).where(model.user_id == user_id))


def _spend(factor: UserFactor, step: int) -> bool:
    """Of requests with the same code, the row's lock lets one through."""
    later = update(UserFactor).where(UserFactor.id == factor.id, UserFactor.last_step < step)
    vouch("user_factors", "UPDATE", {"id": factor.id, "last_step": step})
    spent = session.scalar(later.values(last_step=step).returning(UserFactor.id))
    return spent is not None


def given_factor() -> str:
    """The session has given its second factor; the token for the cookie."""
    return renewed_session(proven=True, factor=True)


def renew_recovery_codes() -> tuple[str, list[str]]:
    """Ten other recovery codes; those of before are void, and other sessions end.

    Returns:
        The token for the cookie, and the codes, which nobody can show again.

    Raises:
        NoFactor
    """
    mine = my_id()
    if not request_context().has_factor:
        raise NoFactor
    codes = new_recovery_codes(mine)
    note("recovery-codes.renewed", table="users", record=mine)
    end_sessions(mine, but=request_context().session_id)
    return renewed_session(), codes


def new_recovery_codes(user_id: int) -> list[str]:
    """Ten recovery codes in place of any before, which nobody can show again."""
    _forget(RecoveryCode, user_id)
    codes = [rules.new_recovery_code() for _ in range(rules.RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(user_id=user_id, code_hash=_hash_of(user_id, rules.tidy_code(code)))
        for code in codes
    )
    session.flush()
    return codes


def _hash_of(user_id: int, code: str) -> bytes:
    """Keyed, since fifty random bits alone could be guessed from a copy of the table."""
    return pseudonym("recovery", str(request_context().tenant_id), str(user_id), code)
