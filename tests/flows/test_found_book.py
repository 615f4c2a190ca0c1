"""A book founded by an older program gets what it lacks, and keeps what people changed."""

from __future__ import annotations

from tests.builders import Book, founded

from whiteslip.decisioning.models import store as models
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.flows.found_book import SHIPPED_BOOKS, complete_book
from whiteslip.infra.database import Database


def complete(book: Book) -> tuple[str, ...]:
    at = book.at
    return book.write(lambda db: complete_book(db, on=at.date(), at=at))


def test_every_shipped_book_is_live_from_the_founding(database: Database) -> None:
    book = founded(database)

    names = [
        book.write(lambda db, name=name: rulebooks.live(db, name)).name for name in SHIPPED_BOOKS
    ]

    assert tuple(names) == SHIPPED_BOOKS
    assert complete(book) == ()


def test_an_older_book_is_completed_and_nothing_else_is_touched(database: Database) -> None:
    book = founded(database)
    book.grant_all()
    book.write(
        lambda db: db.execute("DELETE FROM decisioning.rule_book_event WHERE name = 'limits'")
    )
    book.write(lambda db: db.execute("DELETE FROM decisioning.rule_book WHERE name = 'limits'"))
    book.write(lambda db: db.execute("DELETE FROM decisioning.model_event"))
    book.write(lambda db: db.execute("DELETE FROM decisioning.model"))

    assert complete(book) == ("limits", "application card")
    assert book.write(lambda db: rulebooks.live(db, "checkout")).version == 1001
    assert book.write(lambda db: models.live(db, "application")).version == 1
