"""A file of FHIR patients: the public sample where this machine has it, else invented ones."""

import json
from pathlib import Path

from tests.support.samples import FOLDER

SAMPLE = FOLDER / "synthea-patients.ndjson"
INVENTED = (
    ("Marchetti", "Greta", "1976-10-09"),
    ("Søndergård", "Åse", "1913-02-28"),
    ("O'Connell", "María José", "2019-07-01"),
)


def patients_file(folder: Path) -> Path:
    """The file to import."""
    if SAMPLE.exists():
        return SAMPLE
    made = folder / "patients.ndjson"
    made.write_text("\n".join(json.dumps(patient(*each)) for each in INVENTED), encoding="utf-8")
    return made


def patient(family: str, given: str, born: str) -> dict[str, object]:
    """A FHIR R4 Patient with no more than a name and a birth date."""
    name = {"use": "official", "family": family, "given": given.split()}
    return {"resourceType": "Patient", "id": f"{family}-{born}", "name": [name], "birthDate": born}


def only_bearer(folder: Path) -> str:
    """A family name that one person in the file has or had, who can be booked."""
    people = [json.loads(line) for line in patients_file(folder).read_text("utf-8").splitlines()]
    borne = [name["family"] for each in people for name in each["name"]]
    for found in people:
        family = found["name"][0]["family"]
        if "deceasedDateTime" not in found and family.isascii() and borne.count(family) == 1:
            return family
    raise LookupError("nobody in the file can be booked and has a name of their own")


def two_letters(folder: Path, *, but: str = "") -> str:
    """The first letters of somebody's family name in the file who can be booked; of another."""
    for line in patients_file(folder).read_text(encoding="utf-8").splitlines():
        found = json.loads(line)
        family = found["name"][0]["family"]
        if "deceasedDateTime" not in found and family[:2].isascii() and family[:2].lower() != but:
            return family[:2].lower()
    raise LookupError("nobody in the file can be booked")
