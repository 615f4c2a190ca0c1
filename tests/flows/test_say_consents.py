"""A necessary consent that is withdrawn suspends every line of its person, and giving it again restores them."""

from __future__ import annotations

from datetime import date

import pytest
from tests.builders import Book, founded

from whiteslip.flows.say_consents import ConsentCommand, ConsentRequest, ConsentSaid, say_consents
from whiteslip.infra.database import Database
from whiteslip.money.lines.model import LineKey
from whiteslip.views.usability import Asked, usability


@pytest.fixture
def book(database: Database) -> Book:
    return founded(database, on=date(2026, 1, 1))


def say(
    book: Book, line: LineKey, command: ConsentCommand, purpose: str = "service"
) -> ConsentSaid:
    at = book.at
    asked = ConsentRequest(line.customer_id, purpose, "whiteslip", command, at)
    (said,) = book.write(lambda db: say_consents(db, [asked], actor="app", at=at))
    assert isinstance(said, ConsentSaid), said
    return said


def shut(book: Book, line: LineKey) -> tuple[list[str], list[str], list[str]]:
    """The gates that are shut, why, and what leads back."""
    at = book.at
    row = book.write(lambda db: usability(db, line, Asked(100), at=at))
    assert row is not None
    gates = [gate.gate.value for gate in row.gates if not gate.is_open]
    return (
        gates,
        [one.code.value for one in row.reasons],
        [step.does.value for step in row.way_back.steps],
    )


def test_without_a_necessary_consent_nothing_is_bought_until_it_is_given_again(book: Book) -> None:
    line, other = book.line(), book.line()
    second = book.line(customer_id=line.customer_id)
    say(book, line, ConsentCommand.GIVE)
    assert shut(book, line)[0] == []

    said = say(book, line, ConsentCommand.WITHDRAW)
    assert said.restricts
    for mine in (line, second):
        assert shut(book, mine) == (["consent"], ["CON-01"], ["consent"])
    assert shut(book, other)[0] == []
    kinds = "SELECT kind FROM care.notice WHERE customer_id = %s ORDER BY notice_id"
    told = book.write(lambda db: db.execute(kinds, (line.customer_id,)).fetchall())
    assert told == [("suspended",), ("suspended",)]
    say(book, line, ConsentCommand.GIVE)

    assert [shut(book, mine)[0] for mine in (line, second)] == [[], []]
