"""Every write of availability: rules, exceptions, and the slots that follow."""

from portal.availability.commands.closing import close_for_days
from portal.availability.commands.exceptions import (
    ExceptionDetails,
    add_exception,
    change_exception,
    check_exception,
    remove_exception,
)
from portal.availability.commands.materialise import Materialised, materialise, materialise_doctors
from portal.availability.commands.orphans import StartKeptAlready, keep_as_booked
from portal.availability.commands.splitting import split_around, split_from
from portal.availability.commands.weekly import (
    RuleDetails,
    add_rule,
    add_rules,
    change_rule,
    check_rule,
    details_of,
    end_rule,
)

__all__ = [
    "ExceptionDetails",
    "Materialised",
    "RuleDetails",
    "StartKeptAlready",
    "add_exception",
    "add_rule",
    "add_rules",
    "change_exception",
    "change_rule",
    "check_exception",
    "check_rule",
    "close_for_days",
    "details_of",
    "end_rule",
    "keep_as_booked",
    "materialise",
    "materialise_doctors",
    "remove_exception",
    "split_around",
    "split_from",
]
