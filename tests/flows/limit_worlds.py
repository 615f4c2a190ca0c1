"""Lines about to be reviewed: a book that says what a fact tells it to, and short words for what happens to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from tests.builders import Book, done

from whiteslip.decisioning.features.model import OutsideFact
from whiteslip.decisioning.features.store import record_outside_facts
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.rulebooks.reading import read
from whiteslip.flows.check_books import check_books
from whiteslip.flows.decide_limit_reviews import (
    Act,
    Approval,
    Moved,
    approve_limit_reviews,
    object_to_limit_reviews,
    reverse_limit_reviews,
    uphold_limit_reviews,
    withdraw_limit_reviews,
)
from whiteslip.flows.review_limits import RunReport, Trigger, review_limits
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.money.lines.model import LineKey

# The wish of a test is a fact from outside: enquiries of 1 clear, 2 keep, 3 cut, 4 cut at once, 5 ask a person.
WISHES = """
name = "limits"
version = 1001
kind = "limits"
description = "Does what a test wishes."
default = "watch"
default_reasons = ["EXT-04"]

[inputs]
enquiries_6m = { type = "int" }

[[rule]]
id = "clear"
when = "enquiries_6m = 1"
outcome = "clear"
unknown = "no_match"
why = "A test wishes a raise."

[[rule]]
id = "keep"
when = "enquiries_6m = 2"
outcome = "watch"
reasons = ["EXT-03"]
unknown = "no_match"
why = "A test wishes nothing."

[[rule]]
id = "cut"
when = "enquiries_6m = 3"
outcome = "reduce"
reasons = ["LIM-03", "EXT-01"]
unknown = "no_match"
why = "A test wishes a cut."

[[rule]]
id = "cut-at-once"
when = "enquiries_6m = 4"
outcome = "reduce"
reasons = ["BEH-02"]
unknown = "no_match"
why = "A test wishes a cut at once."

[[rule]]
id = "ask"
when = "enquiries_6m = 5"
outcome = "review"
reasons = ["LIM-01"]
unknown = "no_match"
why = "A test wishes a person."
"""
CLEAR, KEEP, CUT, CUT_AT_ONCE, ASK = 1, 2, 3, 4, 5
INCOME_MINOR = 3_000_000


def obey(book: Book) -> None:
    """Make the book of wishes live."""
    parsed, problems = read(WISHES, file="limits.toml")
    assert parsed is not None, problems
    book.write(lambda db: rulebooks.publish(db, parsed, at=book.at))


def wish(book: Book, lines: Collection[LineKey], what: int) -> None:
    """Wish an outcome for lines, known on the day closed last, and let their owners have an income."""
    on = book.today - timedelta(days=1)
    facts = [
        OutsideFact(key.customer_id, name, value, on, on, "test")
        for key in lines
        for name, value in (
            ("enquiries_6m", what),
            ("income_monthly_minor", INCOME_MINOR),
            ("repayments_elsewhere_monthly_minor", 0),
        )
    ]
    book.write(lambda db: record_outside_facts(db, facts))
    query = "UPDATE money.line SET opened_on = %s WHERE opened_on > %s"  # a line of today has no features yet
    book.write(lambda db: db.execute(query, (on, on)))


def review(
    book: Book, lines: Sequence[LineKey] | None = None, *, by: str = "whiteslip"
) -> RunReport:
    """Review lines for an event, or those whose turn has come."""
    trigger = Trigger.PERIODIC if lines is None else Trigger.EVENT
    return review_limits(book.database, at=book.at, trigger=trigger, lines=lines, requested_by=by)


def reviewed(book: Book, line: LineKey, what: int) -> int:
    """Review one line with an outcome; returns the number of its review."""
    wish(book, [line], what)
    review(book, [line])
    return int(
        rows(
            book, "SELECT max(review_id) FROM credit.limit_review WHERE line_id = %s", line.line_id
        )[0][0]
    )


def rows(book: Book, query: str, *params: Any) -> list[tuple[Any, ...]]:
    """Read rows."""
    return book.database.read(lambda db: db.execute(query.encode(), params).fetchall())


def state_of(book: Book, review_id: int) -> str:
    """Where a review stands."""
    return str(
        rows(book, "SELECT state FROM credit.limit_review WHERE review_id = %s", review_id)[0][0]
    )


def limit_of(book: Book, line: LineKey) -> int:
    """The fixed limit of a line."""
    query = "SELECT fixed_limit_minor FROM money.line WHERE line_id = %s"
    return int(rows(book, query, line.line_id)[0][0])


def problems(book: Book) -> list[str]:
    """What is wrong with the books."""
    return list(book.database.read(check_books).problems)


def notices(book: Book, line: LineKey) -> list[str]:
    """The kinds of what its owner was told, in order."""
    query = "SELECT kind FROM care.notice WHERE line_id = %s ORDER BY notice_id"
    return [row[0] for row in rows(book, query, line.line_id)]


def object_to(
    db: Connection, line: LineKey, review_id: int, at: Any, by: str = "app"
) -> Moved | WhiteslipError:
    """The customer objects."""
    return object_to_limit_reviews(db, [Act(line.customer_id, review_id, by, "why")], at=at)[0]


def approve(
    db: Connection,
    line: LineKey,
    review_id: int,
    at: Any,
    *,
    by: str = "ann",
    limit_minor: int | None = None,
) -> Moved | WhiteslipError:
    """A person approves."""
    asked = Approval(line.customer_id, review_id, by, None, limit_minor)
    return approve_limit_reviews(db, [asked], at=at)[0]


def uphold(
    db: Connection, line: LineKey, review_id: int, at: Any, by: str = "ann"
) -> Moved | WhiteslipError:
    """A person finds that a cut stands."""
    return uphold_limit_reviews(db, [Act(line.customer_id, review_id, by, "it is right")], at=at)[0]


def withdraw(
    db: Connection, line: LineKey, review_id: int, at: Any, by: str = "ann"
) -> Moved | WhiteslipError:
    """A person calls it off."""
    return withdraw_limit_reviews(db, [Act(line.customer_id, review_id, by)], at=at)[0]


def reverse(
    db: Connection, line: LineKey, review_id: int, at: Any, by: str = "eve"
) -> Moved | WhiteslipError:
    """A person takes it back."""
    return reverse_limit_reviews(db, [Act(line.customer_id, review_id, by)], at=at)[0]


def must(answer: Moved | WhiteslipError) -> Moved:
    """Return the answer, which must not be a mistake."""
    return done(answer)


def days_later(day: date, days: int) -> date:
    """So many days after."""
    return day + timedelta(days=days)
