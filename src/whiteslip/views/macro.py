"""The environment as it was known on a day: how each series stands, and its values."""

from __future__ import annotations

from datetime import date

from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import NotFound
from whiteslip.risk.macro import rules, store
from whiteslip.risk.macro.model import Standing, Value

text_of = rules.text_of


def standing(db: Connection, *, known_on: date | None = None) -> list[Standing]:
    """Show how every series stands, as known on a day or now."""
    on = known_on or business_day.read(db).current_on
    return list(store.find_known(db, known_on=on).values())


def history(db: Connection, series: str, *, most: int, known_on: date | None = None) -> list[Value]:
    """Show the last values of a series as they were known on a day or now, the latest first."""
    if series not in store.declared().series:
        raise NotFound(f"there is no series {series}")
    on = known_on or business_day.read(db).current_on
    return store.list_values(db, series, known_on=on, most=most)


def micro_of(value: str) -> int:
    """Read a value as it is published; `InvalidInput` if it is no number of at most six places."""
    return rules.micro_of(value, where="value")
