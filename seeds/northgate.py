"""Northgate: one facility in London, which nobody at Lakeside can see."""

from seeds.catalogue import CARES, TEMPLATES, british, in_british
from seeds.lakeside import BONES, CHILDREN, GENERAL
from seeds.names import FIRST_NAMES, LAST_NAMES, STREETS
from seeds.shapes import Group, Payer, Physician, Place, Plan

NORTHGATE = Group(
    slug="northgate",
    name="Northgate Practice",
    timezone="Europe/London",
    locale="en-GB",
    places=(
        Place(
            "london",
            "London Tannery Lane",
            "Europe/London",
            "9 Tannery Lane, London",
            "020 7946 0100",
            "en-GB",
        ),
    ),
    physicians=(
        Physician(
            "Philippa",
            "Wetherspoon",
            "General practice",
            GENERAL,
            {"london": (1, 2, 3, 4, 5)},
        ),
        Physician("Oluwaseun", "Bankole", "General practice", GENERAL, {"london": (0, 1, 3, 5, 6)}),
        Physician("Gethin", "Prosser", "Paediatrics", CHILDREN, {"london": (0, 2, 4, 6)}),
        Physician(
            "Marjolein",
            "Haverkamp",
            "Orthopaedics",
            tuple(map(british, BONES)),
            {"london": (0, 1, 2, 6)},
        ),
    ),
    templates={british(name): minutes for name, minutes in TEMPLATES.items()},
    cares=tuple(map(in_british, CARES)),
    payers=(
        Payer(
            "Albion Health",
            "https://albionhealth.example",
            (Plan("AH-ONE", "Albion One"), Plan("AH-TWO", "Albion Two")),
        ),
    ),
    refused={},
    people={
        "owner": "Augustus Pennyfeather",
        "admin": "Bronagh Tolland",
        "desk": "Sefton Ackroyd",
        "clinician": "Philippa Wetherspoon",
        "auditor": "Ottoline Vane",
    },
    scoped={},
    first_names=FIRST_NAMES,
    last_names=LAST_NAMES,
    streets=STREETS,
    area_codes=(),
    languages=("pl", "ur", "bn", "pa", "ro"),
)
