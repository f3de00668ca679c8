"""Lists from files, by the command."""

import pytest
from sqlalchemy import func, select

from portal.db import session
from portal.schema.insurance import InsurancePlan, InsuranceProvider
from portal.schema.services import Service
from tests.support.people import Clinic
from tests.support.samples import sample


def run(app, *words: str):
    return app.test_cli_runner().invoke(args=["exchange", "import", *words])


def count(clinic: Clinic, model: type) -> int:
    with clinic.at_work():
        return session.scalar(select(func.count()).select_from(model))


def test_the_public_list_of_payers_goes_in_whole(app, alder):
    file = sample("plan-net-payers.csv")
    columns = ("payer=name", "website=url", "plan_code=plan_id", "name=plan_name")
    said = [word for column in columns for word in ("--column", column)]
    dry = run(app, "plans", str(file), "--tenant", alder.slug, *said, "--dry-run")
    assert "would be added" in dry.output
    assert count(alder, InsurancePlan) == 0
    done = run(app, "plans", str(file), "--tenant", alder.slug, *said)
    assert done.exit_code == 0, done.output
    assert done.output.endswith("40 added, 0 already here, 0 refused.\n")
    assert (count(alder, InsuranceProvider), count(alder, InsurancePlan)) == (22, 31)
    again = run(app, "plans", str(file), "--tenant", alder.slug, *said)
    assert "0 added, 40 already here" in again.output


def test_each_line_that_is_refused_is_named(app, alder, tmp_path):
    file = tmp_path / "services.csv"
    file.write_text("name,minutes\nCheck-up,20\nVisit,x\nCheck-up,30\n")
    done = run(app, "services", str(file), "--tenant", alder.slug)
    assert "line 3: default_duration_minutes: is not a whole number" in done.output
    assert "1 added, 1 already here, 1 refused." in done.output


@pytest.mark.parametrize(
    ("column", "reason"),
    [("title=name", "There is no field title"), ("name=title", "The file has no column title.")],
)
def test_a_column_that_is_none_is_refused(app, alder, tmp_path, column, reason):
    file = tmp_path / "services.csv"
    file.write_text("name\nVisit\n")
    done = run(app, "services", str(file), "--tenant", alder.slug, "--column", column)
    assert done.exit_code == 1
    assert reason in done.output
    assert count(alder, Service) == 0


def test_what_is_no_table_is_refused(app, alder, tmp_path):
    file = tmp_path / "services.csv"
    file.write_bytes(b"%PDF-1.7")
    done = run(app, "services", str(file), "--tenant", alder.slug)
    assert (done.exit_code, "The file is a PDF; choose a CSV file." in done.output) == (1, True)
