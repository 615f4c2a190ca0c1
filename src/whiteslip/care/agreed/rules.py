"""What a relief makes of whatever is owed when it begins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from whiteslip.care.hardship.model import Table, Terms
from whiteslip.care.hardship.planning import Position, plan
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.money import Minor
from whiteslip.money.replays.facts import Redated, Redating
from whiteslip.money.schedules.model import Owed


def redating(
    terms: Terms, table: Table, *, fee_minor: Minor, statement_day: int, due_days: int
) -> Redating:
    """Give other due dates to what is owed when a relief begins, by its own terms, for the fee it was begun with."""

    def work(owed: Sequence[Owed], reached: date) -> Redated | None:
        position = Position(owed, reached=reached, statement_day=statement_day, due_days=due_days)
        worked = plan(terms, position, table)
        if isinstance(worked, InvalidInput):
            return None
        return Redated(worked.pieces, fee_minor, worked.drops, worked.keeps_all)

    return Redating(work)
