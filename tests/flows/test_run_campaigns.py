"""Campaigns on a founded book: approved by two, granted within the budget, told of the end, returned."""

from __future__ import annotations

from datetime import date, timedelta
from threading import Thread
from typing import Any

import psycopg
import pytest
from tests.builders import Book, founded
from tests.flows.limit_worlds import (
    CUT,
    limit_of,
    notices,
    obey,
    problems,
    reviewed,
    rows,
)

from whiteslip.credit.campaigns.model import Campaign, Draft, Status
from whiteslip.flows.run_campaigns import approve, draft, run_campaigns, stop
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed, WhiteslipError
from whiteslip.money.lines.model import LineKey


@pytest.fixture
def book(database: Database) -> Book:
    founded_book = founded(database)
    founded_book.grant_all()
    return founded_book


def lines_of(book: Book, count: int) -> list[LineKey]:
    """Lines of customers known long enough, with dues paid on time, so that their tier may join."""
    lines = [book.line(500_000) for _ in range(count)]
    book.write(lambda db: db.execute("UPDATE money.line SET opened_on = '2025-01-01'"))
    query = """
        INSERT INTO money.statement (
            customer_id, line_id, statement_on, due_on, previous_minor, charged_minor, credited_minor, balance_minor,
            credited_total_minor, minimum_minor, pay_later_minor, pay_later_minimum_minor
        )
        SELECT customer_id, line_id, day, day + 29, 0, 0, 0, 0, 0, 1, 0, 0
        FROM money.line CROSS JOIN generate_series(date '2025-05-05', date '2025-08-05', interval '1 month') AS s (at)
        CROSS JOIN LATERAL (SELECT at::date AS day) AS d
    """
    book.write(lambda db: db.execute(query.encode()))
    return lines


def running(book: Book, *, budget_minor: int = 1_000_000, days: int = 10, **more: Any) -> Campaign:
    """Draft and approve a campaign that starts today."""
    asked = Draft(
        "618", "line_age_days >= 90", 200_000, 10_000, 500_000, book.today, book.today + timedelta(days=days),
        budget_minor, "Ann",
    )._replace(**more)  # fmt: skip
    drafted = must(book.write(lambda db: draft(db, asked, at=book.at)))
    return must(book.write(lambda db: approve(db, drafted.campaign_id, by="Bob", at=book.at)))


def must(answer: Campaign | WhiteslipError) -> Campaign:
    assert isinstance(answer, Campaign), answer
    return answer


def temporary(book: Book) -> list[int]:
    return [
        row[0]
        for row in rows(book, "SELECT temporary_limit_minor FROM money.line ORDER BY line_id")
    ]


def granted(book: Book) -> tuple[int, int, int]:
    """The budget's count, the sum of grants, and the sum of what lines got."""
    query = """
        SELECT (SELECT sum(granted_minor) FROM credit.campaign)::bigint,
            (SELECT coalesce(sum(amount_minor), 0) FROM credit.campaign_grant)::bigint,
            (SELECT coalesce(sum(amount_minor), 0) FROM money.temporary_limit)::bigint
    """
    found = rows(book, query)[0]
    return found[0], found[1], found[2]


def test_a_campaign_grants_in_order_within_its_budget(book: Book) -> None:
    lines = lines_of(book, 5)
    running(book, budget_minor=350_000)

    report = run_campaigns(book.database, at=book.at)
    again = run_campaigns(book.database, at=book.at)

    assert (report.started, report.granted_lines, report.granted_minor) == (1, 3, 300_000)
    assert again.granted_lines == 0
    assert temporary(book) == [100_000] * 3 + [0] * 2
    assert granted(book) == (300_000,) * 3
    assert [notices(book, line) for line in lines[:4]] == [["temporary_limit_granted"]] * 3 + [[]]
    assert problems(book) == []


def test_it_returns_by_itself_and_nothing_is_due_early(book: Book) -> None:
    shop = book.shop()
    (line,) = lines_of(book, 1)
    running(book)
    run_campaigns(book.database, at=book.at)
    book.buy(line, 580_000, at_shop=shop)
    owed = rows(book, "SELECT * FROM money.installment ORDER BY 2")

    book.close_until(date(2026, 1, 7))
    assert run_campaigns(book.database, at=book.at).told_of_end == 0
    book.close_day()
    report = run_campaigns(book.database, at=book.at)
    assert report.told_of_end == 1
    assert run_campaigns(book.database, at=book.at).told_of_end == 0, "once"
    book.close_until(date(2026, 1, 11))

    assert run_campaigns(book.database, at=book.at).ended == 1
    assert (temporary(book), limit_of(book, line)) == ([0], 500_000)
    assert rows(book, "SELECT * FROM money.installment ORDER BY 2") == owed
    kinds = [kind for kind in notices(book, line) if kind.startswith("temporary")]
    assert kinds == ["temporary_limit_granted", "temporary_limit_ending"]
    (text, reasons) = rows(
        book, "SELECT text_en, reasons FROM care.notice WHERE kind = 'temporary_limit_ending'"
    )[0]
    assert (
        "of CNY 1000.00 can no longer be used from 2026-01-11 on; your fixed limit will then be CNY 5000.00"
        in text
    )
    assert [reason["code"] for reason in reasons] == ["POL-02"]
    assert problems(book) == []


def test_the_end_tells_the_lower_limit_a_review_has_decided(book: Book) -> None:
    obey(book)
    (line,) = lines_of(book, 1)
    running(book, days=8)
    run_campaigns(book.database, at=book.at)
    reviewed(book, line, CUT)

    book.close_until(date(2026, 1, 6))
    run_campaigns(book.database, at=book.at)

    ((text,),) = rows(book, "SELECT text_en FROM care.notice WHERE kind = 'temporary_limit_ending'")
    assert "your fixed limit will then be CNY 3500.00" in text
    book.close_until(date(2026, 1, 9))
    assert (temporary(book), limit_of(book, line)) == ([0], 350_000)


def test_restricted_overdue_new_and_unknown_lines_are_left_out(book: Book) -> None:
    lines = lines_of(book, 4)
    first, second, third, fourth = (line.line_id for line in lines)
    behind = """
        INSERT INTO money.arrears (customer_id, line_id, since_on, oldest_due_on, worst_days)
        SELECT customer_id, line_id, '2025-12-01', '2025-12-01', 9 FROM money.line WHERE line_id = %s
    """
    changes = (
        ("UPDATE money.line SET restriction_level = 2 WHERE line_id = %s", first),
        (behind, second),
        ("DELETE FROM money.statement WHERE line_id = %s", third),
    )
    for query, line_id in changes:
        book.write(lambda db, query=query, line_id=line_id: db.execute(query.encode(), (line_id,)))
    running(book)

    run_campaigns(book.database, at=book.at)

    assert rows(book, "SELECT line_id FROM credit.campaign_grant") == [(fourth,)]
    running(book, segment="enquiries_6m = 0")
    assert run_campaigns(book.database, at=book.at).granted_lines == 0, "not known is not in"


def test_two_runs_at_once_grant_no_more_than_the_budget(book: Book) -> None:
    lines_of(book, 40)
    running(book, budget_minor=2_500_000)
    reports: list[int] = []
    threads = [
        Thread(
            target=lambda: reports.append(run_campaigns(book.database, at=book.at).granted_lines)
        )
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(reports) == 25
    assert granted(book) == (2_500_000,) * 3
    assert rows(book, "SELECT count(*) FROM care.notice") == [(25,)]


def test_control_the_table_has_the_last_word_on_the_budget(book: Book) -> None:
    lines_of(book, 1)
    running(book, budget_minor=100_000)
    run_campaigns(book.database, at=book.at)

    with pytest.raises(psycopg.errors.CheckViolation):
        book.write(lambda db: db.execute("UPDATE credit.campaign SET granted_minor = 100001"))


def test_a_stopped_campaign_grants_nothing_more_and_keeps_its_word(book: Book) -> None:
    lines_of(book, 2)
    one = running(book, budget_minor=100_000)
    run_campaigns(book.database, at=book.at)

    stopped = must(book.write(lambda db: stop(db, one.campaign_id, by="Cid", at=book.at)))

    assert stopped.status is Status.STOPPED
    assert run_campaigns(book.database, at=book.at).granted_lines == 0
    assert temporary(book) == [100_000, 0]
    assert isinstance(
        book.write(lambda db: stop(db, one.campaign_id, by="Cid", at=book.at)), Conflict
    )
    book.close_until(one.ends_on)
    assert temporary(book) == [0, 0]


def test_what_nobody_else_approved_never_starts(book: Book) -> None:
    lines_of(book, 1)
    asked = Draft(
        "618",
        "line_age_days >= 90",
        0,
        10_000,
        10_000,
        book.today,
        book.today + timedelta(days=5),
        10_000,
        "Ann",
    )
    drafted = must(book.write(lambda db: draft(db, asked, at=book.at)))

    same = book.write(lambda db: approve(db, drafted.campaign_id, by=" ann", at=book.at))
    assert isinstance(same, NotAllowed)
    assert run_campaigns(book.database, at=book.at).granted_lines == 0
    wrong = asked._replace(segment="age > 3")
    with pytest.raises(InvalidInput, match="age"):
        book.write(lambda db: draft(db, wrong, at=book.at))
    events = rows(book, "SELECT command, actor FROM credit.campaign_event")
    assert events == [("draft", "ann")]
