"""The app on somebody's telephone that shows a new code every half minute."""

import re
from dataclasses import dataclass, field

import pyotp

from portal import clock
from tests.support.client import Browser

STEP = 30


@dataclass
class Authenticator:
    """What it knows: the secret, and the recovery codes that were written down beside it."""

    secret: str
    recovery_codes: list[str] = field(default_factory=list)

    @classmethod
    def set_up(cls, browser: Browser) -> "Authenticator":
        """Scan what the enrolment's page shows and type the first code."""
        shown = browser.get("/sign-in/enrolment").text
        offer = re.search(r'name="secret" value="([^"]+)"', shown)[1]
        made = cls(re.search(r"<code>([A-Z2-7 ]+)</code>", shown)[1].replace(" ", ""))
        done = browser.send("/sign-in/enrolment", {"secret": offer, "code": made.code()})
        assert done.status_code == 200, done.text
        made.recovery_codes = re.findall(r"<code>(\w{5}-\w{5})</code>", done.text)
        return made

    def code(self, steps: int = 0) -> str:
        """What it shows now, or some steps from now."""
        return pyotp.TOTP(self.secret).at(int(clock.now().timestamp()) + STEP * steps)

    def later(self) -> str:
        """What it shows next: the portal takes it, and the one of now was used already."""
        return self.code(1)
