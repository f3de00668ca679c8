"""`flask patients import`: the report, no duplicates, nothing half-done."""

import json

import pytest

from portal.patients.commands import importing
from portal.patients.queries.records import get_patient, list_recent_patients
from portal.patients.queries.searching import search_patients
from tests.support.samples import sample


@pytest.fixture
def run(app, alder):
    """Runs the command for alder's facility; gives what it printed and its exit code."""

    def command(file, *options, tenant="alder", facility="central"):
        words = ["patients", "import", str(file), "--tenant", tenant, "--facility", facility]
        return app.test_cli_runner().invoke(args=[*words, *options])

    return command


@pytest.fixture
def ten(tmp_path):
    """A file of ten patients."""
    file = tmp_path / "ten.ndjson"
    file.write_text("\n".join(patient(str(number)) for number in range(10)))
    return file


def count(clinic, session) -> int:
    with clinic.at_work():
        return len(list_recent_patients(limit=1_000))


def patient(number: str, **fields) -> str:
    name = [{"family": "Okafor", "given": ["Ann"]}]
    born = {"resourceType": "Patient", "id": number, "name": name, "birthDate": "1980-03-04"}
    return json.dumps(born | fields)


def test_the_synthea_patients_come_in_once(run, alder, session):
    synthea = sample("synthea-patients.ndjson")
    first = run(synthea)
    assert (first.exit_code, first.output.splitlines()[-1]) == (
        0, "120 registered, 0 already here, 0 refused, 0 remarks.",
    )  # fmt: skip
    assert run(synthea).output == "0 registered, 120 already here, 0 refused, 0 remarks.\n"
    with alder.at_work():
        [found] = search_patients("o'conner maryrose")
        assert found.name == "Maryrose226 Cordia574 O'Conner199"
        assert get_patient(found.id).facility_id == alder.facility_id
        assert {row.name for row in search_patients("concepcion")} == {"Luis923 Concepción765"}


def test_a_dry_run_says_the_same_and_changes_nothing(run, alder, session, ten):
    result = run(ten, "--dry-run")
    assert result.output == "10 would be registered, 0 already here, 0 refused, 0 remarks.\n"
    assert count(alder, session) == 0


def test_refused_lines_are_named_without_naming_anybody(run, alder, session, tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 6)
    file = tmp_path / "patients.ndjson"
    lines = [
        patient("1"), "{oops", patient("2", birthDate="2190-01-01"), patient("1"),
        patient("3", birthDate="1980"), patient("4"), patient("5"), patient("4"),
    ]  # fmt: skip
    file.write_text("\n".join(lines))
    result = run(file)
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "line 2: is not JSON (at character 2)",
        "line 3: dob: Enter a birth date between 1870 and today.",
        "line 4: has the same identifier as an earlier line",
        "line 5: has only a part of a birth date; taken without one",
        "line 8: has the same identifier as an earlier line",
        "4 registered, 0 already here, 4 refused, 1 remarks.",
    ]
    assert "Okafor" not in result.output
    assert count(alder, session) == 4


def test_two_clinics_may_import_the_same_patient(run, alder, birch, session, tmp_path):
    file = tmp_path / "patients.ndjson"
    file.write_text(patient("1"))
    run(file)
    assert run(file, tenant="birch").output.startswith("1 registered, 0 already here")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"file": "missing.ndjson"}, "missing.ndjson cannot be read: No such file or directory."),
        ({"file": "."}, "cannot be read: Is a directory."),
        ({"file": "any.csv", "tenant": "elm"}, "There is no clinic elm."),
        ({"file": "any.csv", "facility": "north"}, "There is no facility north."),
    ],
)
def test_what_cannot_be_read_at_all_ends_with_one_line_and_code_1(run, options, reason):
    result = run(**options)
    assert result.exit_code == 1
    assert reason in result.output
    assert len(result.output.splitlines()) == 1


def test_a_file_that_breaks_off_leaves_nothing_half_done(run, alder, session, ten, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 5)
    register = importing.register_checked
    batches = iter([True, False])

    def break_off(many):
        if not next(batches):
            raise OSError(5, "Input/output error")
        return register(many)

    monkeypatch.setattr(importing, "register_checked", break_off)
    assert "Input/output error" in run(ten).output
    assert count(alder, session) == 0
