"""Who may do what with an item of the manual queue."""

from __future__ import annotations

from typing import Final

from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed, WhiteslipError
from whiteslip.kernel.parameters import read_parameters
from whiteslip.money.suspense.model import Item, State, SuspenseTerms, Way

_FILE: Final = "suspense.toml"
LONGEST_NOTE: Final = 2000


def read_terms(text: str) -> SuspenseTerms:
    """Read the parameters from TOML; what is missing, unknown or does not fit is `InvalidInput`."""
    return read_parameters(text, SuspenseTerms, file=_FILE)


def check_note(note: str) -> InvalidInput | None:
    """Say what is wrong with what a person writes of an item."""
    if not note.strip() or len(note) > LONGEST_NOTE:
        return InvalidInput(f"say why, in at most {LONGEST_NOTE} characters", where="note")
    return None


def check_owned(item: Item) -> Conflict | None:
    """Say why nobody may take an item on."""
    return _closed(item) if item.state is State.CLOSED else None


def check_closed(item: Item, way: Way, *, has_line: bool) -> WhiteslipError | None:
    """Say why an item may not be closed in a way."""
    if item.state is State.CLOSED:
        return _closed(item)
    if item.state is State.ASKED:
        return Conflict("the item waits for a second person to approve or refuse")
    if (way is Way.NOTED) != (item.held_minor == 0):
        text = "money that is held is assigned or sent back; an item without money is noted"
        return InvalidInput(text, where="way")
    if (way is Way.ASSIGNED) != has_line:
        return InvalidInput("name the line where, and only where, money is assigned", where="line")
    return None


def needs_two(item: Item, terms: SuspenseTerms) -> bool:
    """Tell whether a second person closes an item."""
    return item.held_minor > terms.alone_up_to_minor


def check_decided(item: Item, *, by: str) -> WhiteslipError | None:
    """Say why somebody may not approve or refuse a closing; people are compared as `actor_of` names them."""
    if item.state is not State.ASKED:
        return Conflict(f"the item is {item.state}")
    if by == item.asked_by:
        return NotAllowed("another person decides than who asked for it")
    return None


def _closed(item: Item) -> Conflict:
    return Conflict(f"the item was closed on {item.closed_on}")
