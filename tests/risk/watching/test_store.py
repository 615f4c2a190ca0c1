"""Lines judged by versions of the watch book on a real database: what is missing, what a version takes over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

import pytest
from tests.builders import Book, founded
from tests.decisioning.rulebooks.random_books import body_of, book_of, rule_of

from whiteslip.decisioning.features.model import OutsideFact
from whiteslip.decisioning.features.store import record_outside_facts, watch_facts
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.reading import read
from whiteslip.decisioning.rulebooks.statement import compile_seen
from whiteslip.flows.restrict import RestrictionRequest, restrict
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.ids import OwnedId
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.lines.model import LineKey
from whiteslip.risk.watching import store
from whiteslip.views.decisions import explain

FOUNDED_ON = date(2026, 1, 1)
INPUTS = {"income_monthly_minor": "money", "employment": "text"}
POOR = "income_monthly_minor < 100_000"
STUDENT = "employment = 'student'"


def version(number: int, *listed: str) -> RuleBook:
    body = body_of(*listed, inputs=INPUTS).replace("name = 'test'", "name = 'watch'")
    book, problems = read(body.replace("version = 1", f"version = {number}"), file="watch.toml")
    assert book is not None, problems
    return book


def poor(outcome: str = "restrict") -> str:
    return rule_of(POOR, "poor", outcome).replace("DLQ-01", "CAP-03")


def student() -> str:
    return rule_of(STUDENT, "student", unknown="no_match").replace("DLQ-01", "CAP-03")


@pytest.fixture
def book(database: Database) -> Book:
    return founded(database, on=FOUNDED_ON)


def publish(book: Book, made: RuleBook) -> None:
    at = book.at
    book.write(lambda db: rulebooks.publish(db, made, at=at))


def tell(book: Book, line: LineKey, name: str, value: int | str) -> None:
    fact = OutsideFact(line.customer_id, name, value, book.today, book.today, "form")
    book.write(lambda db: record_outside_facts(db, [fact]))


def forget(book: Book) -> None:
    book.write(lambda db: db.execute("DELETE FROM decisioning.outside_fact"))


def standing(book: Book, line: LineKey) -> list[tuple[str, int, int, str]]:
    """Every restriction of a line: rule, level, version, state."""
    query = (
        "SELECT rule_id, level, book_version, state FROM risk.restriction"
        " WHERE customer_id = %s ORDER BY restriction_id"
    )
    return book.write(lambda db: db.execute(query, (line.customer_id,)).fetchall())


def level(book: Book, line: LineKey) -> int:
    query = "SELECT restriction_level FROM money.line WHERE customer_id = %s"
    return book.write(lambda db: db.execute(query, (line.customer_id,)).fetchall())[0][0]


def decided(book: Book, line: LineKey) -> Sequence[tuple[int, list[str], str]]:
    query = (
        "SELECT outcome, reasons, facts FROM decisioning.decision"
        " WHERE customer_id = %s ORDER BY decision_id"
    )
    return book.write(lambda db: db.execute(query, (line.customer_id,)).fetchall())


def differing(book: Book) -> tuple[int, int]:
    """How many lines are judged, and how many of them are listed."""
    by, on = book.write(lambda db: rulebooks.live(db, "watch")), book.today
    found = book.write(lambda db: store.find(db, by, whose="true", first=0, last=10_000, on=on))
    return found.lines, len(found.findings)


def test_missing_data_neither_restricts_nor_restores(book: Book) -> None:
    publish(book, version(2, poor(), student()))
    line, unknown = book.line(), book.line()
    tell(book, line, "income_monthly_minor", 50_000)

    book.close_day()
    assert standing(book, line) == [("poor", 3, 2, "active")]
    assert (standing(book, unknown), decided(book, unknown)) == ([], [])
    forget(book)
    book.close_day()
    assert standing(book, line) == [("poor", 3, 2, "active")]
    assert len(decided(book, line)) == 1
    assert differing(book) == (2, 0)
    tell(book, line, "income_monthly_minor", 500_000)
    book.close_day()

    assert standing(book, line) == [("poor", 3, 2, "lifted")]
    assert level(book, line) == 0
    assert [row[0] for row in decided(book, line)] == [5, 0]


def test_what_is_unknown_is_in_the_decision_of_a_line_that_changes(book: Book) -> None:
    publish(book, version(2, poor(), student()))
    line = book.line()
    tell(book, line, "employment", "student")

    book.close_day()

    assert standing(book, line) == [("student", 1, 2, "active")]
    assert decided(book, line) == [
        (4, ["SYS-02", "CAP-03"], json.dumps([None, "student"], separators=(",", ":")))
    ]
    query = "SELECT customer_id, decision_id FROM risk.restriction"
    found = OwnedId(*book.write(lambda db: db.execute(query).fetchall())[0])
    view = book.write(lambda db: explain(db, found))
    assert [(rule.rule, rule.state) for rule in view.rules] == [
        ("poor", "unknown"),
        ("student", "fired"),
    ]
    assert view.agrees


def test_a_version_takes_over_what_the_one_before_imposed(book: Book) -> None:
    publish(book, version(2, poor(), student()))
    line = book.line()
    tell(book, line, "income_monthly_minor", 50_000)
    book.close_day()

    publish(book, version(3, student(), poor()))
    book.close_day()
    assert standing(book, line) == [("poor", 3, 2, "active")]
    tell(book, line, "income_monthly_minor", 500_000)
    book.close_day()

    assert standing(book, line) == [("poor", 3, 2, "lifted")]


@pytest.mark.parametrize(
    ("after", "imposed"),
    [
        ((student(),), []),
        ((poor("review"), student()), []),
        ((poor("suspend"), student()), [("poor", 4, 3, "active")]),
        ((poor("watch"), student()), [("poor", 1, 3, "active")]),
    ],
)
def test_a_rule_dropped_or_moved_to_another_level_is_followed(
    book: Book, after: tuple[str, ...], imposed: list[tuple[str, int, int, str]]
) -> None:
    publish(book, version(2, poor(), student()))
    line = book.line()
    tell(book, line, "income_monthly_minor", 50_000)
    book.close_day()

    publish(book, version(3, *after))
    book.close_day()
    book.close_day()

    assert standing(book, line) == [("poor", 3, 2, "lifted"), *imposed]
    assert level(book, line) == (imposed[0][1] if imposed else 0)
    assert len(decided(book, line)) == 2


def test_nobody_elses_restrictions_are_touched(book: Book) -> None:
    publish(book, version(2, poor(), student()))
    line, other = book.line(), book.line()
    for one in (line, other):
        tell(book, one, "income_monthly_minor", 50_000)
    now = book.write(lambda db: rulebooks.running(db, "watch"))
    on, at = book.today, book.at

    done = book.write(
        lambda db: store.watch(
            db, now, first=0, last=10_000, only=[other.customer_id], on=on, at=at
        )
    )

    assert [(one.lines, one.moved) for one in done] == [(1, 1)]
    assert (level(book, line), level(book, other)) == (0, 3)


def test_a_restriction_by_hand_has_no_decision_and_is_not_the_books(book: Book) -> None:
    publish(book, version(2, poor(), student()))
    line, at = book.line(), book.at
    tell(book, line, "employment", "student")
    by_hand = RestrictionRequest(*line, 3, ReasonCode.UNSTABLE_INCOME, "dee")
    book.write(lambda db: restrict(db, [by_hand], at=at))

    book.close_day()
    publish(book, version(3, poor()))
    book.close_day()

    query = "SELECT book, state, decision_id IS NULL FROM risk.restriction ORDER BY book"
    steps = (
        "SELECT r.book, e.to_state, e.decision_id IS NULL FROM risk.restriction_event AS e"
        " JOIN risk.restriction AS r USING (customer_id, restriction_id) ORDER BY 1, 2"
    )
    assert book.write(lambda db: db.execute(query).fetchall()) == [
        ("manual", "active", True),
        ("watch", "lifted", False),
    ]
    assert book.write(lambda db: db.execute(steps).fetchall()) == [
        ("manual", "active", True),
        ("watch", "active", False),
        ("watch", "lifted", False),
    ]


def test_a_book_over_an_unknown_fact_is_named_and_judges_nobody() -> None:
    with pytest.raises(InvalidInput, match="no such feature: late_month"):
        watch_facts(["days_past_due", "late_month"])


def test_facts_beyond_the_arguments_of_a_function_are_all_kept(db: Connection) -> None:
    names = [f"n{n}" for n in range(205)]
    many = book_of(rule_of("n0 > 1", outcome="watch"), inputs=dict.fromkeys(names, "int"))
    row = ", ".join(f"{n} AS {name}" for n, name in enumerate(names))

    seen = db.execute(
        f"SELECT {compile_seen(many, row='fact')} FROM (SELECT {row}) AS fact".encode()
    ).fetchone()

    assert seen == (list(range(205)),)


def test_a_fact_no_evaluator_can_hold_is_kept_as_missing(db: Connection) -> None:
    odd = book_of(
        rule_of("a > 1 or b > 1 or c > 1", outcome="watch"),
        inputs={"a": "ratio", "b": "ratio", "c": "int"},
    )

    seen = db.execute(
        f"SELECT {compile_seen(odd, row='fact')} FROM (SELECT 'NaN'::float8 AS a,"
        " '-Infinity'::float8 AS b, 9007199254740992 AS c) AS fact".encode()
    ).fetchone()

    assert seen == ([None, None, None],)
