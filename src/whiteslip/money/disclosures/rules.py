"""Working out what is said of a purchase, and whether what was confirmed is what is said now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from hashlib import blake2b

from whiteslip.kernel.errors import Conflict, InvalidInput, WhiteslipError
from whiteslip.kernel.money import Minor
from whiteslip.kernel.rate import WHOLE_PPM
from whiteslip.money.disclosures.model import LATE_DAYS, Disclosure
from whiteslip.money.products.costs import AnnualCost, dated_cost
from whiteslip.money.products.model import Product
from whiteslip.money.schedules.model import InstallmentTerms
from whiteslip.money.schedules.rules import installments

_WHOLE_BYTES, _PART_BYTES = 12, 2
_PARTS = ("terms", "principal", "amounts", "dates", "costs")
"""What a version is made of, in the order of its parts."""
VERSION_LENGTH = 2 * (_WHOLE_BYTES + _PART_BYTES * len(_PARTS))


@lru_cache(1 << 14)
def disclose(
    principal_minor: Minor, product: Product, months: int, *, statement_day: int, on: date
) -> Disclosure:
    """Say what a purchase captured on a day comes to, paid later (0 months) or in a plan that is offered.

    The cost a year is that of the rows as they are rounded and due. Many ask the same on a day.
    """
    rows = installments(principal_minor, product, months, statement_day=statement_day, on=on)
    cost = AnnualCost(0, 0)
    if months:
        paid = [(row.due_on, row.principal_minor + row.fee_minor) for row in rows]
        cost = dated_cost(principal_minor, paid, on=on)
    late = late_example(rows, product)
    offer = product.plan(months)
    version = _version(
        (
            (product.product_id, months, offer),
            principal_minor,
            [row[1:3] for row in rows],
            [row[3:] for row in rows],
            (cost, product.late_fee_ppm, late, product.annual_cap_ppm, product.cap_basis.value),
        )
    )
    return Disclosure(
        product.product_id,
        months,
        offer,
        principal_minor,
        rows,
        cost,
        product.late_fee_ppm,
        product.grace_days,
        late,
        product.annual_cap_ppm,
        product.cap_basis,
        on,
        version,
    )


def late_example(rows: Sequence[InstallmentTerms], product: Product) -> Minor:
    """What the first installment bears in late fees if paid `LATE_DAYS` days late; fractions are not charged."""
    days = max(0, LATE_DAYS - product.grace_days)
    return rows[0].principal_minor * product.late_fee_ppm * days // WHOLE_PPM


def check_confirmed(
    now: Disclosure, version: str | None, shown_at: datetime | None, *, at: datetime
) -> WhiteslipError | None:
    """Say why a purchase cannot be made as it was confirmed; who names no version confirms what is said now."""
    if shown_at is not None and version is None:
        return InvalidInput("what was shown is named by its version", where="quote_version")
    if shown_at is not None and shown_at > at:
        return InvalidInput("what is confirmed was shown before", where="shown_at")
    if version is None or version == now.version:
        return None
    changed = ", ".join(changes(version, now)) or "something"
    return Conflict(f"{changed} changed since the quote was shown: ask for another one")


def changes(version: str, now: Disclosure) -> list[str]:
    """Name the parts in which another version differs; a text that is no version differs in all."""
    if len(version) != len(now.version):
        return list(_PARTS)
    begins = [2 * (_WHOLE_BYTES + _PART_BYTES * place) for place in range(len(_PARTS))]
    return [
        name
        for name, begin in zip(_PARTS, begins, strict=True)
        if version[begin : begin + 2 * _PART_BYTES] != now.version[begin : begin + 2 * _PART_BYTES]
    ]


def _version(parts: Sequence[object]) -> str:
    """Digest all that is said, and after it each part by itself, so that it can be named what changed."""
    said = [repr(part) for part in parts]
    return _digest("\n".join(said), _WHOLE_BYTES) + "".join(
        _digest(part, _PART_BYTES) for part in said
    )


def _digest(text: str, size: int) -> str:
    return blake2b(text.encode(), digest_size=size).hexdigest()
