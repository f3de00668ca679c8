"""Lakeside: three facilities in three time zones, open every day, a dozen doctors."""

from seeds.catalogue import CARES, TEMPLATES
from seeds.names import FIRST_NAMES, LAST_NAMES, STREETS
from seeds.shapes import Group, Payer, Physician, Place, Plan, Step

GENERAL = ("Consultation", "Follow-up", "Annual check", "Vaccination")
CHILDREN = ("Child check", "Acute child visit", "Vaccination")
BONES = ("Orthopedic consultation", "Cast review", "Follow-up")
AUTHORISATION = (Step("Coverage check", 10, room="Front desk"),)
SHORT_CHECK = (Step("Coverage check", room="Front desk", skippable=True),)

LAKESIDE = Group(
    slug="lakeside",
    name="Lakeside Clinics",
    timezone="America/Chicago",
    locale="en-US",
    places=(
        Place(
            "chicago",
            "Chicago Harbor Point",
            "America/Chicago",
            "18 Lantern Street, Chicago, IL",
            "(312) 555-0100",
            "en-US",
        ),
        Place(
            "new-york",
            "New York Cedar Square",
            "America/New_York",
            "402 Ropewalk Avenue, New York, NY",
            "(212) 555-0100",
            "en-US",
        ),
        Place(
            "phoenix",
            "Phoenix Mesa Verde",
            "America/Phoenix",
            "77 Mesa Verde Road, Phoenix, AZ",
            "(602) 555-0100",
            "en-US",
        ),
    ),
    physicians=(
        Physician("Ngozi", "Adeyemi", "General practice", GENERAL, {"chicago": (1, 2, 3, 4, 5)}),
        Physician("Tobias", "Halloran", "General practice", GENERAL, {"chicago": (0, 1, 4, 5, 6)}),
        Physician(
            "Ingrid",
            "Solheim",
            "Cardiology",
            ("Heart consultation", "Heart follow-up"),
            {"chicago": (0, 1, 3, 6), "new-york": (2, 4)},
        ),
        Physician("Wei-Lin", "Tan", "Pediatrics", CHILDREN, {"chicago": (0, 2, 3, 5, 6)}),
        Physician(
            "Beatriz",
            "Quiroga",
            "Dermatology",
            ("Skin check", "Mole removal"),
            {"chicago": (0, 1, 2, 6), "phoenix": (4, 5)},
        ),
        Physician("Callum", "Drever", "Orthopedics", BONES, {"chicago": (0, 2, 3, 4, 6)}),
        Physician("Miriam", "Falk", "General practice", GENERAL, {"new-york": (0, 1, 2, 3, 4)}),
        Physician(
            "Dario",
            "Venturi",
            "Women's health",
            ("Ultrasound", "Well-woman visit"),
            {"new-york": (1, 2, 4, 5, 6)},
        ),
        Physician(
            "Saoirse",
            "O'Dwyer",
            "Physical therapy",
            ("Physical therapy", "Back class"),
            {"new-york": (0, 2, 3, 5, 6)},
        ),
        Physician("Joaquín", "Peralta", "General practice", GENERAL, {"phoenix": (0, 2, 3, 4, 6)}),
        Physician("Anahera", "Kingi", "Pediatrics", CHILDREN, {"phoenix": (0, 1, 2, 5, 6)}),
        Physician(
            "Kenji",
            "Morisaki",
            "Orthopedics",
            BONES,
            {"phoenix": (0, 1, 2, 3), "chicago": (4, 5)},
        ),
    ),
    templates=TEMPLATES,
    cares=CARES,
    payers=(
        Payer(
            "Harborline Mutual",
            "https://harborline.example",
            (
                Plan("HLM-BASE", "Harborline Base"),
                Plan("HLM-PLUS", "Harborline Plus"),
                Plan("HLM-HMO", "Harborline Managed", AUTHORISATION),
            ),
        ),
        Payer(
            "Prairie Shield",
            "https://prairieshield.example",
            (Plan("PS-OPEN", "Prairie Open"), Plan("PS-FAMILY", "Prairie Family")),
        ),
        Payer(
            "Copperline Health",
            "https://copperline.example",
            (Plan("CL-100", "Copperline 100"), Plan("CL-SELECT", "Copperline Select", SHORT_CHECK)),
        ),
        Payer(
            "Commonwell Care",
            "https://commonwell.example",
            (Plan("CW-STATE", "Commonwell State"), Plan("CW-SENIOR", "Commonwell Senior")),
        ),
    ),
    refused={
        "chicago": ("CL-100",),
        "new-york": ("PS-FAMILY", "HLM-HMO", "CW-STATE"),
        "phoenix": ("HLM-BASE", "HLM-PLUS"),
    },
    people={
        "owner": "Rowena Castlereagh",
        "admin": "Idris Maitland",
        "desk": "Petra Lindgaard",
        "clinician": "Ngozi Adeyemi",
        "auditor": "Cormac Delacroix",
    },
    scoped={"desk": "chicago"},
    first_names=FIRST_NAMES,
    last_names=LAST_NAMES,
    streets=STREETS,
    area_codes=("312", "773", "708", "212", "718", "602", "480"),
    languages=("es", "pl", "vi", "zh", "ar", "ht"),
)
