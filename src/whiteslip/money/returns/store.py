"""Reading which sources paid a purchase, keeping what refunds owe them, and what of it was paid out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.ids import OwnedId
from whiteslip.money.lines.model import LineKey
from whiteslip.money.returns.model import Promise, Return, SentBack, Source

sql = Sql(__package__)


def read_sources(db: Connection, purchases: Iterable[OwnedId]) -> list[Source]:
    """Read which repayments paid principal of purchases, less what refunds owe them already."""
    wanted = sorted(set(purchases))
    rows = sql.many(
        db,
        "read_sources",
        customer_ids=arrays.bigints([one.customer_id for one in wanted]),
        purchase_ids=arrays.bigints([one.number for one in wanted]),
    )
    return [Source(*row) for row in rows]


def insert_returns(db: Connection, returns: Sequence[tuple[int, int, int, Return]]) -> None:
    """Keep (customer, refund, line, return)."""
    if not returns:
        return
    sql.run(
        db,
        "insert_returns",
        customer_ids=arrays.bigints([one[0] for one in returns]),
        refund_ids=arrays.bigints([one[1] for one in returns]),
        line_ids=arrays.bigints([one[2] for one in returns]),
        repayment_ids=arrays.bigints([one[3].repayment_id for one in returns]),
        amounts_minor=arrays.bigints([one[3].amount_minor for one in returns]),
    )


def read_promises(db: Connection, keys: Iterable[LineKey]) -> list[Promise]:
    """Read what refunds still owe to the sources of lines."""
    wanted = sorted(set(keys))
    rows = sql.many(
        db,
        "read_promises",
        customer_ids=arrays.bigints([key.customer_id for key in wanted]),
        line_ids=arrays.bigints([key.line_id for key in wanted]),
    )
    return [Promise(*row) for row in rows]


def note_paid_out(db: Connection, promises: Sequence[Promise], payouts: Sequence[SentBack]) -> None:
    """Note what of returns has been paid out, and by which payouts."""
    if not payouts:
        return
    sql.run(
        db,
        "note_paid_out",
        customer_ids=arrays.bigints([one.customer_id for one in promises]),
        refund_ids=arrays.bigints([one.refund_id for one in promises]),
        repayment_ids=arrays.bigints([one.repayment_id for one in promises]),
        paid_out_minor=arrays.bigints([one.paid_out_minor for one in promises]),
    )
    customer_ids, payout_ids, repayment_ids, amounts = zip(*payouts, strict=True)
    sql.run(
        db,
        "insert_payouts",
        customer_ids=arrays.bigints(customer_ids),
        payout_ids=arrays.bigints(payout_ids),
        repayment_ids=arrays.bigints(repayment_ids),
        amounts_minor=arrays.bigints(amounts),
    )


def odd_returns(db: Connection) -> list[Any]:
    """Find returns that owe too much or were paid out otherwise than noted, at most a hundred."""
    return sql.many(db, "find_odd_returns")
