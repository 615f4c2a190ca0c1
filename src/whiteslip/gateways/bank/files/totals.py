"""What a file says of itself, how many entries and what sum, against what is in it; what differs is refused whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from whiteslip.gateways.bank.files import amounts
from whiteslip.gateways.bank.files.trees import Doubt, Element, refused

_COUNT: Final = re.compile(r"\d{1,15}", re.ASCII)


def told(element: Element, path: str) -> Element | None:
    """Find the only element at a path; several are refused."""
    try:
        return element.one(path)
    except Doubt as doubt:
        raise refused(str(doubt), element.line, element.name) from doubt


def count(element: Element, path: str) -> int | None:
    """Read how many there should be, None where that is not said."""
    found = told(element, path)
    if found is None:
        return None
    if not _COUNT.fullmatch(found.text):
        raise refused("not a count", found.line, _path(element, path))
    return int(found.text)


def total(element: Element, path: str) -> Decimal | None:
    """Read what the sum should be, None where that is not said."""
    found = told(element, path)
    if found is None:
        return None
    read = amounts.number(found.text)
    if read is None:
        raise refused("not a sum", found.line, _path(element, path))
    return read


def sum_of(entries: Iterable[Element | None]) -> Decimal | None:
    """Sum amounts as they are written, whatever their currencies; None where one is missing or no number."""
    sum_so_far = Decimal(0)
    for entry in entries:
        read = None if entry is None else amounts.number(entry.text)
        if read is None:
            return None
        sum_so_far += read
    return sum_so_far


def match_count(element: Element, path: str, there: int) -> None:
    """Refuse the file when it has not as many as it says."""
    said = count(element, path)
    if said is not None and said != there:
        raise refused(f"says {said} and has {there}", element.line, _path(element, path))


def match_sum(element: Element, path: str, there: Decimal | None) -> None:
    """Refuse the file when its amounts do not come to the sum it says, or cannot be summed at all."""
    said = total(element, path)
    if said is not None and said != there:
        has = "amounts that cannot be summed" if there is None else f"{there:f}"
        raise refused(f"says {said:f} and has {has}", element.line, _path(element, path))


def match_sum_of(element: Element, path: str, amounts: Sequence[Element | None]) -> None:
    """Refuse the file when these do not come to the sum it says; where one tells no amount it cannot be said."""
    if None not in amounts:
        match_sum(element, path, sum_of(amounts))


def _path(element: Element, path: str) -> str:
    return f"{element.name}/{path}"
