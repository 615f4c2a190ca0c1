"""Who acts: the one form of a person's name by which people are told apart."""

from __future__ import annotations

import unicodedata
from typing import Final

from whiteslip.kernel.errors import InvalidInput

PROGRAM: Final = "whiteslip"
"""The actor of what the program does by itself; no person may use the name."""

_LONGEST_NAME: Final = 80


def actor_of(name: str) -> str:
    """Return the one form of a person's name by which people are told apart.

    Case, width, accents written apart, invisible characters and spaces around or doubled make no other person.
    """
    plain = unicodedata.normalize("NFKC", name).casefold()
    seen = (each for each in unicodedata.normalize("NFKC", plain) if not _is_invisible(each))
    actor = " ".join("".join(seen).split())
    if not actor or len(actor) > _LONGEST_NAME:
        raise InvalidInput(f"say who acts, in at most {_LONGEST_NAME} characters", where="by")
    if actor == PROGRAM:
        raise InvalidInput(f"{name!r} is the program itself and no person", where="by")
    return actor


def _is_invisible(character: str) -> bool:
    blank = unicodedata.category(character) in _UNSEEN or character in "\u115f\u1160\u2800"
    return blank and not character.isspace()


_UNSEEN: Final = frozenset({"Cf", "Cc", "Cs", "Co", "Cn", "Mn"})
