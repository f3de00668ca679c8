"""Medical record numbers: eight digits, the last of which checks the others (Luhn)."""


def medical_record_number(counted: int) -> str:
    """The number of the `counted`-th patient.

    >>> medical_record_number(100001)
    '01000017'
    """
    number = f"{counted:07d}"
    return number + str(-_luhn_sum(number + "0") % 10)


def is_medical_record_number(text: str) -> bool:
    """Whether the text could be one of our numbers: digits that check."""
    return len(text) >= 8 and text.isdecimal() and text.isascii() and _luhn_sum(text) % 10 == 0


def _luhn_sum(digits: str) -> int:
    doubled = (int(digit) * 2 for digit in digits[-2::-2])
    return sum(map(int, digits[-1::-2])) + sum(
        twice - 9 if twice > 9 else twice for twice in doubled
    )
