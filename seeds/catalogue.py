"""What both clinics do: step templates, services and their steps, in American words and British."""

from dataclasses import replace

from seeds.shapes import Care, Step

TEMPLATES = {
    "Check-in": 5,
    "Coverage check": 5,
    "Nurse intake": 10,
    "With the doctor": 15,
    "Blood draw": 10,
    "ECG recording": 10,
    "Ultrasound scan": 20,
    "Injection": 5,
    "Observation": 10,
    "Minor procedure": 25,
    "Cast room": 15,
    "Exercise session": 45,
    "Checkout": 5,
}

ARRIVE = Step("Check-in", room="Front desk")
INTAKE = Step("Nurse intake", room="Intake room")
LEAVE = Step("Checkout", room="Front desk", skippable=True)


def doctor(minutes: int) -> Step:
    """The part of a visit with the doctor."""
    return Step("With the doctor", minutes, room="Exam room")


CARES = (
    Care("Consultation", "CLN-101", "General", (ARRIVE, INTAKE, doctor(15), LEAVE), 35),
    Care("Follow-up", "CLN-102", "General", (ARRIVE, doctor(10)), 15),
    Care(
        "Annual check",
        "CLN-103",
        "General",
        (ARRIVE, INTAKE, Step("Blood draw", room="Lab", prepared=True), doctor(15), LEAVE),
        45,
        youngest=18,
    ),
    Care(
        "Vaccination",
        "CLN-104",
        "General",
        (ARRIVE, Step("Injection", room="Treatment room"), Step("Observation", 5, skippable=True)),
        15,
    ),
    Care(
        "Heart consultation",
        "CLN-201",
        "Cardiology",
        (ARRIVE, Step("ECG recording", room="ECG room", prepared=True), doctor(20), LEAVE),
        40,
        youngest=18,
    ),
    Care("Heart follow-up", "CLN-202", "Cardiology", (ARRIVE, doctor(15)), 20, youngest=18),
    Care("Child check", "CLN-301", "Pediatrics", (ARRIVE, INTAKE, doctor(15)), 30, oldest=15),
    Care("Acute child visit", "CLN-302", "Pediatrics", (ARRIVE, doctor(15)), 20, oldest=15),
    Care("Skin check", "CLN-401", "Dermatology", (ARRIVE, doctor(15)), 20),
    Care(
        "Mole removal",
        "CLN-402",
        "Dermatology",
        (ARRIVE, Step("Minor procedure", room="Procedure room", prepared=True), LEAVE),
        35,
        buffer_after=10,
        youngest=12,
    ),
    Care("Orthopedic consultation", "CLN-501", "Orthopedics", (ARRIVE, INTAKE, doctor(15)), 30),
    Care(
        "Cast review",
        "CLN-502",
        "Orthopedics",
        (ARRIVE, Step("Cast room", room="Cast room"), doctor(10)),
        30,
    ),
    Care(
        "Ultrasound",
        "CLN-601",
        "Women's health",
        (ARRIVE, Step("Ultrasound scan", room="Ultrasound", prepared=True), doctor(10), LEAVE),
        40,
        youngest=16,
    ),
    Care("Well-woman visit", "CLN-602", "Women's health", (ARRIVE, INTAKE, doctor(15)), 30,
         youngest=16),
    Care(
        "Physical therapy",
        "CLN-701",
        "Physical therapy",
        (ARRIVE, Step("Exercise session", 25)),
        30,
    ),
    Care(
        "Back class",
        "CLN-702",
        "Physical therapy",
        (ARRIVE, Step("Exercise session", room="Gym")),
        50,
        seats=6,
        youngest=18,
    ),
)  # fmt: skip

BRITISH = {
    "Cast room": "Plaster room",
    "Exam room": "Consulting room",
    "Orthopedic consultation": "Orthopaedic consultation",
    "Orthopedics": "Orthopaedics",
    "Pediatrics": "Paediatrics",
    "Physical therapy": "Physiotherapy",
}


def british(words: str) -> str:
    """What a British clinic calls it."""
    return BRITISH.get(words, words)


def in_british(care: Care) -> Care:
    """A service with the names that a British clinic gives to it and its steps."""
    steps = tuple(
        replace(step, template=british(step.template), room=step.room and british(step.room))
        for step in care.steps
    )
    return replace(care, name=british(care.name), category=british(care.category), steps=steps)
