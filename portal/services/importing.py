"""Services from the lines of a table. Nothing that is here already is changed."""

from collections.abc import Mapping

from portal.csv_reader import Column, LineRefused
from portal.errors import N_
from portal.registry.lines import (
    plain,
    whole_number,
)
from portal.registry.lists import ImportedKind
from portal.services.commands.catalogue import ServiceDetails, add_services, check_service
from portal.services.queries.known import services_by_name

COLUMNS = (
    Column("name", N_("Name"), True, 200, ("service", "servicename")),
    Column("code", N_("Code"), most=50),
    Column("code_system", N_("Code system"), most=10, spellings=("system",)),
    Column("code_version", N_("Version of the code"), most=50, spellings=("version",)),
    Column("description", N_("Description"), most=2000),
    Column("default_duration_minutes", N_("Minutes"), most=4, spellings=("duration",)),
    Column("category", N_("Category"), most=120),
)  # fmt: skip
CODE_SYSTEMS = {"cpt": "CPT", "hcpcs": "HCPCS", "icd": "ICD", "custom": "Custom"}


class Services:
    """A service a line, found again by its name."""

    def __init__(self) -> None:
        self.known = set(services_by_name())
        self.new: list[ServiceDetails] = []

    def load(self, values: Mapping[str, str]) -> bool:
        name = plain(values["name"])
        if name in self.known:
            return False
        system = CODE_SYSTEMS.get(plain(values.get("code_system", "cpt")))
        if system is None:
            raise LineRefused(N_("is none of CPT, HCPCS, ICD, Custom"), field="code_system")
        minutes = whole_number(values, "default_duration_minutes")
        details = ServiceDetails(
            values["name"], 30 if minutes is None else minutes, values.get("description"),
            values.get("code"), system, values.get("code_version"), values.get("category"),
        )  # fmt: skip
        check_service(details)
        self.known.add(name)
        self.new.append(details)
        return True

    def finish(self) -> None:
        add_services(self.new)


IMPORT = ImportedKind(N_("Services"), COLUMNS, Services)
