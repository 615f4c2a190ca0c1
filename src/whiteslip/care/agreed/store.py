"""Reading the reliefs of a line that began."""

from __future__ import annotations

from whiteslip.care.agreed.rules import redating
from whiteslip.care.hardship.store import read_terms, table
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
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
