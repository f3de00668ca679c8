"""Payers and plans from the lines of a table. Nothing that is here already is changed."""

from collections.abc import Mapping
from dataclasses import replace

from portal.csv_reader import Column, LineRefused
from portal.db import plan_anew
from portal.errors import N_
from portal.insurance.commands.payers import (
    PayerDetails,
    PlanDetails,
    add_payers,
    add_plans,
    check_payer,
    check_plan,
)
from portal.insurance.queries.known import payers_by_name, plan_keys
from portal.registry.lines import PendingRows, contact, day
from portal.registry.lists import ImportedKind

COLUMNS = (
    Column("payer", N_("Payer"), True, 200, ("payername", "insurer", "company")),
    Column("website", N_("Website"), most=300, spellings=("url", "web")),
    Column("phone", N_("Phone"), most=50, spellings=("telephone",)),
    Column("email", N_("E-mail"), most=254, spellings=("mail", "emailaddress")),
    Column("plan_code", N_("Plan code"), most=100, spellings=("planid", "code", "hpid")),
    Column("name", N_("Plan"), most=200, spellings=("planname", "plan")),
    Column("effective_from", N_("In effect from"), most=10, spellings=("from", "start")),
    Column("effective_to", N_("In effect until"), most=10, spellings=("to", "until", "end")),
)  # fmt: skip


class Plans:
    """A payer, found again by its name, and on most lines one of its plans, by its code."""

    def __init__(self) -> None:
        self.payers = payers_by_name()
        self.known = plan_keys()
        self.new: PendingRows[PayerDetails] = PendingRows()
        self.plans: list[PlanDetails] = []

    def load(self, values: Mapping[str, str]) -> bool:
        payer, code = values["payer"], values.get("plan_code")
        if code is None and "name" in values:
            raise LineRefused(N_("is missing: a plan has a code"), field="plan_code")
        known = self.payers.get(payer)
        new = code is not None and (known, code) not in self.known
        if new:
            check_plan(_plan(values, known or 0))
        # Remembered last: a line that is refused half-way leaves nothing to remember.
        number = known or self._newcomer(values)
        self.payers[payer] = number
        if new:
            self.known.add((number, code))
            self.plans.append(_plan(values, number))
        return new or known is None

    def finish(self) -> None:
        self.new.have(add_payers(self.new.details))
        plan_anew()
        payer_ids = (self.new.id_of(plan.insurance_provider_id) for plan in self.plans)
        add_plans(
            [
                replace(plan, insurance_provider_id=payer_id)
                for plan, payer_id in zip(self.plans, payer_ids, strict=True)
            ]
        )

    def _newcomer(self, values: Mapping[str, str]) -> int:
        details = _payer(values)
        check_payer(details)
        return self.new.add(details)


def _payer(values: Mapping[str, str]) -> PayerDetails:
    return PayerDetails(values["payer"], values.get("website"), contact(values))


def _plan(values: Mapping[str, str], payer_id: int) -> PlanDetails:
    code = values["plan_code"]
    first, last = day(values, "effective_from"), day(values, "effective_to")
    return PlanDetails(payer_id, code, values.get("name", code), first, last)


IMPORT = ImportedKind(N_("Payers and plans"), COLUMNS, Plans)
