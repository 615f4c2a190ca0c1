"""Identity numbers of Chinese residents: checking one, and the keyed hash that stands for it from then on."""

from __future__ import annotations

import hmac
import re
from datetime import date

from whiteslip.credit.applications.model import Applicant
from whiteslip.kernel.errors import InvalidInput

_NUMBER = re.compile(r"[1-9]\d{16}[\dX]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_WHERE = "identity.id_number"


def identify(name: str, id_number: str, birth_on: date, *, key: bytes) -> Applicant:
    """Check a declared identity and hash its number under a key; the number goes no further.

    GB 11643-1999: six digits of a region, the date of birth, a sequence code, and a check character by ISO 7064
    MOD 11-2. A number that cannot be right, or tells another birth date, is `InvalidInput` that does not quote it.
    """
    number = id_number.upper()
    if not _NUMBER.fullmatch(number) or check_character(number[:17]) != number[17]:
        raise InvalidInput("this is not an identity number: a digit is wrong", where=_WHERE)
    if number[6:14] != f"{birth_on:%Y%m%d}":
        raise InvalidInput("the identity number tells another birth date", where=_WHERE)
    return Applicant(name, hmac.digest(key, number.encode(), "sha256"), number[14:], birth_on)


def check_character(first_17: str) -> str:
    """Compute the last character of a number from its first 17 digits."""
    weighed = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first_17, strict=True))
    return _CHECKS[weighed % 11]
