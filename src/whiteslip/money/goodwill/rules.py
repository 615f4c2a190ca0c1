"""Who may grant how much, and reading the parameters."""

from __future__ import annotations

from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed, WhiteslipError
from whiteslip.kernel.money import Minor
from whiteslip.kernel.parameters import read_parameters
from whiteslip.money.goodwill.model import Goodwill, GoodwillTerms, State
from whiteslip.money.lines.model import CHARGED_OFF, Line

_FILE = "goodwill.toml"
LONGEST_NOTE = 2000


def check_asked(
    line: Line, amount_minor: Minor, note: str, terms: GoodwillTerms
) -> WhiteslipError | None:
    """Say why an amount is not granted to a line."""
    if not 0 < amount_minor <= terms.most_minor:
        text = f"goodwill is at most {terms.most_minor} minor units"
        return InvalidInput(text, where="amount_minor")
    if not note.strip() or len(note) > LONGEST_NOTE:
        return InvalidInput(f"say why, in at most {LONGEST_NOTE} characters", where="note")
    if line.status == CHARGED_OFF:
        return Conflict("the line is charged off: what it owed is a claim")
    return None


def needs_two(amount_minor: Minor, terms: GoodwillTerms) -> bool:
    """Tell whether another person must approve."""
    return amount_minor > terms.alone_up_to_minor


def check_decided(asked: Goodwill, *, by: str) -> WhiteslipError | None:
    """Say why somebody may not approve or refuse a grant; people are compared as `actor_of` names them."""
    if asked.state is not State.ASKED:
        return Conflict(f"the goodwill is {asked.state}")
    if by == asked.asked_by:
        return NotAllowed("another person decides than who asked for it")
    return None


def read_goodwill_terms(text: str) -> GoodwillTerms:
    """Read the parameters from TOML; what is missing, unknown or does not fit is `InvalidInput`."""
    terms = read_parameters(text, GoodwillTerms, file=_FILE)
    if terms.alone_up_to_minor > terms.most_minor:
        raise InvalidInput("one person decides on no more than two", where="alone_up_to_minor")
    return terms
