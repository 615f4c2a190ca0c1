"""Found the book: publish the products, agreements, books and card of the program, and set the first business date."""

from __future__ import annotations

from datetime import date, datetime

from whiteslip.care.notices.rules import citable
from whiteslip.care.notices.store import explained
from whiteslip.credit.agreements import store as agreements
from whiteslip.credit.agreements.model import BOOK_OWNER, Name
from whiteslip.credit.agreements.reading import read as read_agreement
from whiteslip.credit.applications.store import starting_card
from whiteslip.decisioning.models import store as models
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.rulebooks.reading import read
from whiteslip.decisioning.scorecards.model import Scorecard
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import InvariantBroken
from whiteslip.money.products import store as products

SHIPPED_BOOKS = ("watch", "checkout", "application", "limits")
_SHIPPED, _FOUNDER = "the program as shipped", "the founder of the book"
RANGE_SIZE = 10_000
"""How many customer numbers end of day closes in one transaction."""


def found_book(db: Connection, *, on: date, at: datetime, range_size: int = RANGE_SIZE) -> None:
    """Found an empty book on its first business date; a founded one is a conflict."""
    business_day.begin(db, on=on, range_size=range_size)
    for terms in products.shipped():
        products.publish(db, terms)
    complete_book(db, on=on, at=at)


def complete_book(db: Connection, *, on: date, at: datetime) -> tuple[str, ...]:
    """Publish the agreements, rule books and card that came with a newer program; return their names.

    What was ever published under a name stays as people left it. Lines older than the first agreement are taken to be
    under it: the owner of the book answers for that.
    """
    added = _agree(db, on=on, at=at)
    for name in SHIPPED_BOOKS:
        if not rulebooks.standing(db, name).versions:
            _publish(db, name, at=at)
            added.append(name)
    card = starting_card()
    if not models.entries(db, name=card.name):
        _release(db, card, on=on, at=at)
        added.append(f"{card.name} card")
    return tuple(added)


def _agree(db: Connection, *, on: date, at: datetime) -> list[str]:
    """Publish the first version of each agreement where there is none yet; later ones are published by people."""
    known = {one.agreement.name for one in agreements.published(db)}
    added: list[str] = []
    for text in agreements.shipped():
        draft = read_agreement(text)
        if draft.name in known:
            continue
        made = agreements.publish(db, text, citable=citable(), by=_SHIPPED, on=on, at=at)
        known.add(made.name)
        added.append(made.name)
        if made.name is Name.CREDIT:
            agreements.accept_for_book(db, made, actor=BOOK_OWNER, at=at)
    return added


def _publish(db: Connection, name: str, *, at: datetime) -> None:
    book, problems = read(rulebooks.shipped(name), file=f"{name}.toml")
    if book is None:
        raise InvariantBroken(f"the shipped rule book {name} does not parse: {problems}")
    rulebooks.publish(db, book, at=at, explained=explained())


def _release(db: Connection, card: Scorecard, *, on: date, at: datetime) -> None:
    """Make the judged card live, until a fitted one takes its place."""
    figures = {"rows": 0, "how": "judged, not fitted"}
    models.draft(db, card, fitted_on=on, figures=figures, by=_SHIPPED, at=at)
    models.approve(db, card.name, card.version, by=_FOUNDER, at=at)
    models.release(db, card.name, card.version, by=_FOUNDER, at=at)
