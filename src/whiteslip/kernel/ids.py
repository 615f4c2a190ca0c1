"""Public ids: a prefix for the kind, then the owner, then a number, so that a call by id goes to one shard."""

from __future__ import annotations

from typing import NamedTuple

from whiteslip.kernel.errors import NotFound

MAX_ID = 2**63 - 1


class OwnedId(NamedTuple):
    """A thing of a customer: the customer's number and the thing's own."""

    customer_id: int
    number: int


def write(prefix: str, *numbers: int) -> str:
    """Write a public id: ("pur", 7, 42) → "pur_7_42"."""
    return "_".join((prefix, *map(str, numbers)))


def read_one(text: str, prefix: str) -> int:
    """Read an id of a customer or merchant ("cus_7"); what does not parse is not found."""
    return _numbers(text, prefix, 1)[0]


def read_owned(text: str, prefix: str) -> OwnedId:
    """Read an id that carries its owner ("pur_7_42"); what does not parse is not found."""
    customer_id, number = _numbers(text, prefix, 2)
    return OwnedId(customer_id, number)


def _numbers(text: str, prefix: str, count: int) -> tuple[int, ...]:
    head, *parts = text.split("_")
    plain = all(part.isascii() and part.isdigit() and len(part) < 20 for part in parts)
    if head != prefix or len(parts) != count or not plain:
        raise NotFound(f"{text!r} is not an id of the form {prefix}_…")
    numbers = tuple(map(int, parts))
    if max(numbers) > MAX_ID:
        raise NotFound(f"{text!r} is not an id of the form {prefix}_…")
    return numbers
