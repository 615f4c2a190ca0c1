"""Asking for another way to pay and offering one: the same form, dues and ways on a customer's page and on the desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Final, Literal, TypeAlias, get_args

from msgspec import Meta

from whiteslip.flows.ease_repayment import Form as Way
from whiteslip.flows.ease_repayment import Terms
from whiteslip.flows.foresee_relief import Foreseen, foresee_relief, read_terms
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.money.lines.model import LineKey
from whiteslip.views import lines
from whiteslip.views.relief import ReliefView
from whiteslip.web import mine
from whiteslip.web.forms import Form, Tick, Yuan
from whiteslip.web.mine import Due
from whiteslip.web.rendering import Speaker

Offered: TypeAlias = Literal[
    "deferral",
    "promise",
    "installments",
    "extension",
    "holiday",
    "due_day",
    "re_age",
    "re_amortize",
    "new_terms",
]
WAYS: Final[tuple[str, ...]] = get_args(Offered)
WAITING: Final = frozenset({"offered", "countered", "agreed"})


class Wanted(Form, frozen=True):
    """Another way to pay; which fields count depends on the form."""

    form: Offered
    due_on: date | None = None
    days: Annotated[int, Meta(ge=1, le=60)] | None = None
    parts: Annotated[int, Meta(ge=1, le=60)] | None = None
    amount: Yuan | None = None
    until_on: date | None = None
    drops_fees: Tick = False

    def terms(self) -> Terms:
        """Say it as the flow reads it."""
        return Terms(
            Way(self.form),
            due_on=self.due_on,
            days=self.days or 0,
            parts=self.parts or 0,
            amount_minor=self.amount or 0,
            until_on=self.until_on,
            drops_fees=self.drops_fees,
        )


def billed(db: Connection, key: LineKey, on: date) -> list[Due]:
    """Sum what was billed and is owed; only that can be eased."""
    rows = lines.open_installments(db, *key)
    return mine.dues([row for row in rows if row.statement_on <= on], on)


def choices(speak: Speaker, dues: Sequence[Due]) -> list[tuple[date, str]]:
    """Offer dues to choose from."""
    return [
        (due.due_on, f"{speak.day(due.due_on)} · {speak.amount(due.owed_minor)}") for due in dues
    ]


def ways(speak: Speaker) -> list[tuple[str, str]]:
    """Offer the forms of relief to choose from."""
    return [(one, speak.name("relief", one)) for one in WAYS]


def foreseen(db: Connection, key: LineKey, found: Sequence[ReliefView]) -> dict[int, Foreseen]:
    """Say what the reliefs that wait would change of today's dues; one that no longer works out has nothing to say."""
    waiting = [one for one in found if one.said["status"] in WAITING]
    seen = {one.relief_id: foresee_relief(db, key, read_terms(one.written)) for one in waiting}
    return {
        relief_id: each for relief_id, each in seen.items() if not isinstance(each, WhiteslipError)
    }
