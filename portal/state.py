"""The state of the work that a database session is doing, each thing by its name."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID


@dataclass(frozen=True)
class RequestContext:
    """Who works in a transaction, and for which tenant; as the database has said.

    `locale` is the person's, for words and how days are written. What is so of a patient or of the
    clinic goes by `clinic_locale`, which is the same for everybody.
    """

    tenant_id: int
    actor: str
    user_id: int | None = None
    session_id: int | None = None
    role: str | None = None
    name: str | None = None
    email: str | None = None
    facility_ids: tuple[int, ...] | None = None
    tenant_slug: str = ""
    tenant_name: str = ""
    timezone: str = "UTC"
    locale: str = "en"
    clinic_locale: str = "en"
    settings: dict[str, Any] = field(default_factory=dict)
    messages: tuple[Any, ...] = ()
    idle_ends_at: datetime | None = None
    # what the session still owes before it is anybody's: `code`, `enrolment`, or nothing
    pending_step: str | None = None
    has_factor: bool = False
    # whether the person has proven themself within the last five minutes
    fresh: bool = False


class Asker(NamedTuple):
    """Which request it is, from where, and with what; the audit triggers write it down."""

    id: str | None = None
    ip: str | None = None
    user_agent: str | None = None


@dataclass
class State:
    """The state of one session from the beginning of a request, or of a job, to its end.

    Attributes:
        role: the database role to work as (None: `portal_app`).
        request_context: who works, once a tenant has been entered.
        asker: the request; None in a command or a job.
        started: the session that was started, until the database has said whose it is.
        patients_seen: ids of the patients whose data was opened.
        unreadable: table, column and row of each field that did not open.
        afterwards: entries that are written although the request is refused.
        messages: what waits to be shown to this person.
        done_message: the message of what this request did.
        countries: the countries of the clinic's facilities, and for whom they were read.
        act_group: what is done to appointments now is one act under this name.
        acts_apart: what is done to appointments now is on nobody's stack of undo.
        settled: whether the request's entries are written and committed.
        touches_last: whether the session's row is to say, before the commit, that it was active.
        ends_for_good: whether the session is near the end that staying does not put off.
        works_until: until when (`time.monotonic`) a job works for one clinic; None without an end.
    """

    role: str | None = None
    request_context: RequestContext | None = None
    asker: Asker | None = None
    started: int | None = None
    patients_seen: set[int] = field(default_factory=set)
    unreadable: set[tuple[str, str, str]] = field(default_factory=set)
    afterwards: list[Callable[[], None]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    done_message: dict[str, Any] | None = None
    countries: tuple[RequestContext, tuple[str, ...]] | None = None
    act_group: UUID | None = None
    acts_apart: bool = False
    settled: bool = False
    touches_last: bool = False
    ends_for_good: bool = False
    works_until: float | None = None
