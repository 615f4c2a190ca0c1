"""Found the book: publish the products and rule books that come with the program, and set the first business date."""

from __future__ import annotations

from datetime import date, datetime

from whiteslip.care.notices.store import explained
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.rulebooks.reading import read
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import InvariantBroken
from whiteslip.money.products import store as products

SHIPPED_BOOKS = ("watch", "checkout")
RANGE_SIZE = 10_000
"""How many customer numbers end of day closes in one transaction."""


def found_book(db: Connection, *, on: date, at: datetime, range_size: int = RANGE_SIZE) -> None:
    """Found an empty book on its first business date; a founded one is a conflict."""
    business_day.begin(db, on=on, range_size=range_size)
    for terms in products.shipped():
        products.publish(db, terms)
    for name in SHIPPED_BOOKS:
        body = rulebooks.shipped(name)
        book, problems = read(body, file=f"{name}.toml")
        if book is None:
            raise InvariantBroken(f"the shipped rule book {name} does not parse: {problems}")
        rulebooks.publish(db, book, at=at, explained=explained())
