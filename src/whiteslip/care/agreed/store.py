"""The reliefs of a line that began, as facts of its life; what they make due in another life."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from whiteslip.care.agreed.rules import redating
from whiteslip.care.hardship.model import ReliefKey
from whiteslip.care.hardship.store import insert_dues, read_terms, table
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.money import Minor
from whiteslip.money.lines.model import Line
from whiteslip.money.products import store as products
from whiteslip.money.replays.facts import Fact

sql = Sql(__package__)


def read_agreed(db: Connection, line: Line) -> list[Fact]:
    """Read the reliefs of a line that began, as facts by which its life is lived again."""
    due_days = products.by_id(db, {line.product_id})[line.product_id].due_days
    return [
        Fact(
            row.started_on,
            row.acted_number,
            row.relief_id,
            redating(
                read_terms(row.terms),
                table(),
                fee_minor=row.fee_minor,
                statement_day=line.statement_day,
                due_days=due_days,
            ),
        )
        for row in sql.many(db, "read_started", **line.key._asdict())
    ]


def restate_dues(
    db: Connection, customer_id: int, dues: Mapping[int, Sequence[tuple[int, Minor, date]]]
) -> None:
    """Say anew what reliefs of a customer make due, by their numbers."""
    if dues:
        sql.run(db, "delete_dues", customer_id=customer_id, relief_ids=arrays.bigints(list(dues)))
        keys = {number: ReliefKey(customer_id, number) for number in dues}
        insert_dues(db, [(keys[number], *due) for number, some in dues.items() for due in some])
