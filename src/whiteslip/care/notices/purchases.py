"""What rulings on referred purchases are to be told to who asked for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from whiteslip.care.notices.model import Kind, NewNotice
from whiteslip.kernel.money import decimal_text
from whiteslip.money.purchases.referrals import Ruled, Word

KINDS: Mapping[Word, Kind] = MappingProxyType(
    {
        Word.GRANTED: Kind.PURCHASE_GRANTED,
        Word.DECLINED: Kind.PURCHASE_DECLINED,
        Word.LAPSED: Kind.PURCHASE_LAPSED,
    }
)
"""What each ruling is told as; that an order was asked for again is known to who asked."""


def notices_of(ruled: Sequence[Ruled], numbers: Sequence[int], *, on: date) -> list[NewNotice]:
    """Make a notice of every ruling its customer needs to know; `numbers` are one for each."""
    return [
        NewNotice(
            customer_id=one.waiting.customer_id,
            notice_id=number,
            line_id=one.waiting.line_id,
            kind=kind,
            reasons=() if one.word is Word.GRANTED else one.waiting.reasons,
            noticed_on=on,
            facts={
                "amount": decimal_text(one.waiting.amount_minor),
                "shop": one.waiting.shop,
                "date": one.expires_on.isoformat(),
            },
        )
        for one, number in zip(ruled, numbers, strict=True)
        if (kind := KINDS.get(one.word)) is not None
    ]
