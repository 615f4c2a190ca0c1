"""Something happens to a person, and within seconds their line is restricted: by the real relay, in the background."""

from __future__ import annotations

from datetime import date
from time import monotonic, sleep

from tests.builders import Book, founded
from tests.decisioning.rulebooks.random_books import body_of, rule_of

from whiteslip.decisioning.features.model import OutsideFact
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.rulebooks.reading import read
from whiteslip.flows.record_outside_facts import record_outside_facts
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Database
from whiteslip.money.lines.model import LineKey
from whiteslip.worker.relay import Relay
from whiteslip.worker.watcher import Watcher

NEWS = rule_of("bureau_arrears_months >= 3", "elsewhere", "suspend").replace("DLQ-01", "EXT-01")


def level(book: Book, key: LineKey) -> int:
    query = "SELECT restriction_level FROM money.line WHERE customer_id = %s"
    return book.write(lambda db: db.execute(query, key[:1]).fetchall())[0][0]


def tell(book: Book, key: LineKey, months: int) -> None:
    fact = OutsideFact(
        key.customer_id, "bureau_arrears_months", months, book.today, book.today, "bureau"
    )
    at = book.at
    book.write(lambda db: record_outside_facts(db, [fact], at=at))


def test_news_from_the_bureau_suspends_and_restores_within_seconds(database: Database) -> None:
    book = founded(database, on=date(2026, 1, 1))
    body = body_of(NEWS, inputs={"bureau_arrears_months": "int"}).replace("'test'", "'watch'")
    made, problems = read(body.replace("version = 1", "version = 2"), file="watch.toml")
    assert made is not None, problems
    at = book.at
    book.write(lambda db: rulebooks.publish(db, made, at=at))
    line, other = book.line(), book.line()
    relay = Relay(database, Watcher(database, MachineClock()))
    relay.start()
    try:
        took: list[float] = []
        for months, expected in ((5, 4), (0, 0)):
            tell(book, line, months)
            began = monotonic()
            while level(book, line) != expected and monotonic() - began < 10:
                sleep(0.01)
            took.append(monotonic() - began)
            assert level(book, line) == expected
    finally:
        relay.stop()

    assert level(book, other) == 0
    assert max(took) < 10
