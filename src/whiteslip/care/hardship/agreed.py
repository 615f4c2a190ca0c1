"""What reliefs did to the dues of a line, for living its life again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from whiteslip.care.hardship.model import Terms
from whiteslip.care.hardship.planning import Position, plan
from whiteslip.care.hardship.store import read_terms, sql, table
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import InvalidInput
from whiteslip.money.lines.model import Line
from whiteslip.money.products import store as products
from whiteslip.money.replays.facts import Fact, Place, Redated, Redating
from whiteslip.money.schedules.model import Owed

__all__ = ["read_agreed"]


def read_agreed(db: Connection, line: Line) -> list[Fact]:
    """Read the reliefs of a line that began: each gives other due dates to what is owed then, by its own terms."""
    due_days = products.by_id(db, {line.product_id})[line.product_id].due_days
    return [
        Fact(
            row.started_on,
            row.happened_at,
            row.relief_id,
            Redating(_worker(read_terms(row.terms), row.fee_minor, line.statement_day, due_days)),
            Place.TIME,
        )
        for row in sql.many(db, "read_started", **line.key._asdict())
    ]


def _worker(
    terms: Terms, fee_minor: int, statement_day: int, due_days: int
) -> Callable[[Sequence[Owed], date], Redated | None]:
    def work(owed: Sequence[Owed], reached: date) -> Redated | None:
        position = Position(owed, reached=reached, statement_day=statement_day, due_days=due_days)
        worked = plan(terms, position, table())
        if isinstance(worked, InvalidInput):
            return None
        return Redated(worked.pieces, fee_minor)

    return work
