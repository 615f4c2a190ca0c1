"""Keeping what was agreed to with each plan, and holding it against what was captured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import msgspec

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.money.disclosures.model import Confirmation
from whiteslip.money.schedules.model import InstallmentTerms

sql = Sql(__package__)
_encode = msgspec.json.Encoder().encode


def insert_disclosures(db: Connection, confirmed: Sequence[Confirmation]) -> None:
    """Keep what was agreed to, one row a plan; the purchases are written in the same transaction."""
    if not confirmed:
        return
    agreed = [one.agreed for one in confirmed]
    sql.run(
        db,
        "insert_disclosures",
        customer_ids=arrays.bigints([one.customer_id for one in confirmed]),
        purchase_ids=arrays.bigints([one.purchase_id for one in confirmed]),
        principals_minor=arrays.bigints([one.principal_minor for one in agreed]),
        fees_minor=arrays.bigints([one.fee_minor for one in agreed]),
        shown_ats=arrays.timestamps([one.shown_at for one in confirmed]),
        confirmed_ats=arrays.timestamps([one.confirmed_at for one in confirmed]),
        disclosed_ons=arrays.dates([one.on for one in agreed]),
        product_ids=arrays.ints([one.product_id for one in agreed]),
        simple_ppm=arrays.ints([one.cost.simple_ppm for one in agreed]),
        compound_ppm=arrays.ints([one.cost.compound_ppm for one in agreed]),
        late_fees_ppm=arrays.ints([one.late_fee_ppm for one in agreed]),
        months=arrays.smallints([one.months for one in agreed]),
        are_named=arrays.bools([one.is_named for one in confirmed]),
        by_real_days=arrays.bools([bool(one.offer and one.offer.by_real_days) for one in agreed]),
        versions=arrays.texts([one.version for one in agreed]),
        installments=arrays.jsons(
            [_encode([row[1:] for row in one.installments]) for one in agreed]
        ),
    )


def read_rows(stored: Iterable[Sequence[Any]]) -> tuple[InstallmentTerms, ...]:
    """Read installments as they are kept."""
    rows = msgspec.convert(list(stored), list[tuple[int, int, date, date]])
    return tuple(InstallmentTerms(number, *row) for number, row in enumerate(rows, start=1))


def odd_disclosures(db: Connection) -> list[Any]:
    """Find plans whose installments are not what was agreed to, at most a hundred."""
    return sql.many(db, "find_odd_disclosures")
