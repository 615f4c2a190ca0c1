"""Every rule of the shipped watch book is reached by what really happens, and spares who is not meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.builders import done
from tests.decisioning.features.storybook import CARD
from tests.flows.watched_worlds import Watched

from whiteslip.decisioning.rulebooks.store import shipped
from whiteslip.decisioning.scorecards.model import Bin, NumberVariable, Scorecard
from whiteslip.flows.checkout import Authorized, Referred
from whiteslip.flows.import_facts import Fact, import_facts
from whiteslip.flows.record_failed_debits import DebitReport, Failure, record_failed_debits
from whiteslip.flows.restrict import RestrictionRequest, restrict
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.lines.model import LineKey

DUE = date(2026, 2, 3)
"""The due day of what is bought in the first days of a book by a line billed on the fifth."""


@pytest.fixture
def book(database: Database) -> Watched:
    return Watched.founded(database)


def late(book: Watched, days: int, amount_minor: int = 60_000) -> LineKey:
    """A line whose first due was missed so many days ago."""
    line = book.line(100_000)
    book.buy(line, amount_minor, at_shop=book.shop())
    book.close_until(DUE + timedelta(days=days))
    return line


# Failed debits


def test_three_refusals_restrict_at_once_and_their_payment_cures(book: Watched) -> None:
    line, other = book.line(), book.line()
    book.fail(line, 2)
    book.fail(other, 3, failure=Failure.TECHNICAL)
    book.settle()
    assert (book.standing(line), book.standing(other)) == ({}, {})

    book.fail(line, amount_minor=12_000)
    assert book.settle() >= 1
    assert book.standing(line) == {"failed-debits": ("active", 3, ["DLQ-03"])}
    assert book.standing(other) == {}

    book.pay(line, 11_999)
    assert book.standing(line)["failed-debits"][0] == "active", "not all that failed came in"
    book.pay(line, 1)
    assert book.standing(line)["failed-debits"][0] == "probation"
    book.fail(line, amount_minor=500)
    book.settle()
    assert book.standing(line)["failed-debits"][0] == "active", "on probation it comes back"


def test_refusals_older_than_two_months_count_no_more(book: Watched) -> None:
    line = book.line()
    book.fail(line, 3)
    book.close_until(book.today + timedelta(days=59))
    assert "failed-debits" in book.standing(line)
    book.close_until(book.today + timedelta(days=2))
    assert book.standing(line)["failed-debits"][0] == "probation"


def test_a_report_counts_once_and_wrong_ones_are_refused(book: Watched) -> None:
    line, on, at = book.line(), book.today, book.at
    good = DebitReport(*line, 5_000, on, Failure.ACCOUNT_CLOSED, "ref-1")
    reports = [
        good,
        good,
        good._replace(amount_minor=6_000),
        good._replace(reference="ref-2", amount_minor=0),
        good._replace(reference="ref-2", due_on=on + timedelta(days=8)),
        good._replace(reference="ref-2", due_on=on - timedelta(days=1)),
        good._replace(line_id=9_999),
        good._replace(reference="ref-2"),
    ]

    kept = book.write(lambda db: record_failed_debits(db, reports, at=at))

    assert kept[0] == kept[1]
    wrong = [Conflict, InvalidInput, InvalidInput, InvalidInput, NotFound]
    assert [type(one) for one in kept[2:7]] == wrong
    done(kept[7])
    (again,) = book.write(lambda db: record_failed_debits(db, [good], at=at))
    assert again == kept[0]
    assert book.rows("SELECT count(*) FROM money.failed_debit") == [(2,)]
    told = book.rows("SELECT count(*) FROM infra.outbox WHERE topic = 'money.debit-failed'")
    assert told == [(2,)]


def test_a_technical_failure_explains_the_missed_due_and_restricts_nobody(book: Watched) -> None:
    for failure, cause in ((Failure.TECHNICAL, "technical_debit_failure"), (None, "forgot")):
        line = book.line(500_000)
        book.buy(line, 60_000, at_shop=book.shop())
        book.close_until(book.today + timedelta(days=1))
        ((due_on,),) = book.rows(
            "SELECT due_on FROM money.installment WHERE customer_id = %s", line.customer_id
        )
        book.close_until(due_on)
        if failure:
            book.fail(line, 3, failure=failure)
        book.close_day()
        found = book.rows("SELECT cause FROM care.cause WHERE customer_id = %s", line.customer_id)
        assert found == [(cause,)]
        assert "failed-debits" not in book.standing(line)


# Broken agreements


def test_a_broken_agreement_restricts_until_it_is_paid(book: Watched) -> None:
    line = late(book, 5)
    other = book.line()
    book.promise(line, 5_000, days=3)
    book.close_until(book.today + timedelta(days=3))
    assert "relief-broken" not in book.standing(line)
    book.close_until(book.today + timedelta(days=4))
    assert book.standing(line)["relief-broken"] == ("active", 3, ["DLQ-04"])
    assert "relief-broken" not in book.standing(other)

    book.pay(line, 70_000)
    assert book.level(line) == 0


def test_another_agreement_that_runs_restores_as_well(book: Watched) -> None:
    line = late(book, 5)
    book.promise(line, 5_000, days=3)
    book.close_until(book.today + timedelta(days=7))
    assert "relief-broken" in book.standing(line)

    book.promise(line, 4_000, days=3)

    assert "relief-broken" not in book.standing(line)
    assert book.standing(line)["overdue"][2] == ["DLQ-01"]


# The score


def card() -> Scorecard:
    """Reads utilization and lateness; each loses points in its upper bin."""
    good, bad = Bin(10.0, 0.5, 1, 0), Bin(-40.0, -2.0, 1, 1)
    slightly = Bin(-15.0, -0.7, 1, 1)
    return replace(
        CARD,
        variables=(
            NumberVariable(
                "utilization",
                (0.5,),
                (good, slightly),
                (),
                slightly,
                1.0,
                ReasonCode.HIGH_UTILIZATION,
            ),
            NumberVariable(
                "late_days_12m", (5,), (good, bad), (), bad, 1.0, ReasonCode.REPEATEDLY_LATE
            ),
        ),
    )


@pytest.mark.parametrize(
    ("probability", "rules", "level"),
    [
        (0.19, set[str](), 0),
        (0.2, {"default-possible"}, 1),
        (0.35, {"default-possible", "default-likely"}, 3),
        (0.6, {"default-possible", "default-likely", "default-expected"}, 4),
    ],
)
def test_a_doubt_in_a_score_is_told_as_what_weighed_in_it(
    book: Watched, probability: float, rules: set[str], level: int
) -> None:
    line = book.line()
    book.release(card())
    book.score(line, probability, {"utilization": 0.7, "late_days_12m": 9})
    book.close_day()

    standing = book.standing(line)
    assert set(standing) == rules
    assert book.level(line) == level
    assert all(codes == ["DLQ-02", "CAP-02"] for _, _, codes in standing.values())
    kept = book.rows("SELECT reasons, scores FROM decisioning.decision WHERE book = 'watch'")
    for codes, scores in kept:
        assert list(codes)[:2] == ["DLQ-02", "CAP-02"]
        assert scores[0][0] == "behavior"


def test_only_where_nothing_can_be_named_the_doubt_itself_is_told(book: Watched) -> None:
    unknown, harmless, missing = book.line(), book.line(), book.line()
    book.release(card())
    book.score(unknown, 0.5)
    book.score(harmless, 0.5, {"utilization": 0.1, "late_days_12m": 0})
    book.score(missing, 0.5, {"utilization": None, "late_days_12m": None})
    book.close_day()

    for line in (unknown, harmless, missing):
        assert book.standing(line)["default-likely"][2] == ["CAP-01"]


def test_a_missing_score_neither_restricts_nor_lifts(book: Watched) -> None:
    line, newcomer = book.line(), book.line()
    book.release(card())
    book.score(line, 0.5, {"utilization": 0.7, "late_days_12m": 0})
    book.close_until(book.today + timedelta(days=40))

    assert book.level(newcomer) == 0
    assert book.standing(line)["default-likely"] == ("active", 3, ["CAP-02"])
    assert "default-possible" not in book.standing(line)
    book.score(line, 0.1)
    book.close_day()
    assert book.level(line) == 0


# News of others


News = tuple[dict[str, int], dict[str, int], set[str], set[str]]
NEWS: list[News] = [
    ({"bureau_arrears_months": 0, "enquiries_6m": 7}, {}, set(), set()),
    ({"bureau_arrears_months": 1}, {}, {"late-elsewhere"}, {"EXT-01"}),
    ({"bureau_arrears_months": 3}, {}, {"late-elsewhere", "long-late-elsewhere"}, {"EXT-01"}),
    ({"enquiries_6m": 8}, {}, {"many-enquiries"}, {"EXT-03"}),
    (
        {"debts_elsewhere_minor": 2_500_000},
        {"debts_elsewhere_minor": 500_001},
        set(),
        set(),
    ),
    (
        {"debts_elsewhere_minor": 2_500_000},
        {"debts_elsewhere_minor": 500_000},
        {"borrows-elsewhere"},
        {"EXT-02"},
    ),
    (
        {
            "debts_elsewhere_minor": 2_500_000,
            "income_monthly_minor": 100,
            "repayments_elsewhere_monthly_minor": 55,
        },
        {"debts_elsewhere_minor": 0},
        {"borrows-elsewhere", "borrows-beyond-means"},
        {"EXT-02", "CAP-04"},
    ),
]


@pytest.mark.parametrize(("news", "before", "rules", "codes"), NEWS)
def test_news_of_a_bureau_is_judged_within_seconds(
    book: Watched, news: dict[str, int], before: dict[str, int], rules: set[str], codes: set[str]
) -> None:
    line, other = book.line(), book.line()
    book.close_until(book.today + timedelta(days=2))
    if before:
        book.tell(line, months_ago=2, **before)
    book.tell(line, **news)

    assert book.settle() >= 1

    standing = book.standing(line)
    assert set(standing) == rules
    assert {code for _, _, told in standing.values() for code in told} == codes
    assert book.standing(other) == {}


def test_imported_facts_are_announced_and_judged(book: Watched) -> None:
    line, at = book.line(100_000), book.at
    book.write(lambda db: import_facts(db, [Fact(*line, "purchase", 99_000)], at=at))
    assert book.standing(line) == {}

    book.settle()

    assert set(book.standing(line)) == {"full-line"}


# Purchases unlike their owner's


def test_three_odd_purchases_nobody_stands_up_for_ask_for_a_second_factor(book: Watched) -> None:
    shop = book.shop()
    line, honest = book.shopper(shop), book.shopper(shop)
    amounts = (200_000, 210_000, 220_000)
    for amount in amounts:
        assert isinstance(book.attempt(line, amount, at_shop=shop), Referred)
        assert isinstance(book.attempt(honest, amount, at_shop=shop), Referred)
    for amount in amounts:
        granted = book.attempt(honest, amount, at_shop=shop, is_verified=True)
        assert isinstance(granted, Authorized)
    book.settle()

    assert book.standing(line)["unlike-their-own"] == ("active", 2, ["BEH-01"])
    assert "unlike-their-own" not in book.standing(honest)
    book.close_until(book.today + timedelta(days=8))
    assert "unlike-their-own" in book.standing(line), "only showing who one is ends it"
    book.verify(line)
    assert "unlike-their-own" not in book.standing(line)
    book.close_day()
    assert "unlike-their-own" not in book.standing(line)


def test_odd_purchases_before_a_verification_are_odd_no_more(book: Watched) -> None:
    shop = book.shop()
    line = book.shopper(shop)
    for amount in (200_000, 210_000):
        book.attempt(line, amount, at_shop=shop)
    book.verify(line)
    book.attempt(line, 220_000, at_shop=shop)
    book.settle()
    assert "unlike-their-own" not in book.standing(line)


@pytest.mark.parametrize("code", [ReasonCode.UNLIKE_HISTORY, ReasonCode.FRAUD_SUSPECTED])
def test_what_a_restriction_stops_is_not_odd_by_itself(book: Watched, code: ReasonCode) -> None:
    shop = book.shop()
    line, at = book.shopper(shop), book.at
    asked = RestrictionRequest(*line, 2, code, "anna")
    done(book.write(lambda db: restrict(db, [asked], at=at))[0])

    for amount in (3_000, 3_100, 3_200):
        refused = book.attempt(line, amount, at_shop=shop)
        assert isinstance(refused, Referred)
        assert code in {reason.code for reason in refused.reasons}
    book.settle()

    assert set(book.standing(line)) == {code.value}
    assert book.rows("SELECT kind FROM risk.review_case") == []


def test_only_a_person_says_fraud(book: Watched) -> None:
    shop = book.shop()
    line = book.shopper(shop)
    book.attempt(line, 900_000, at_shop=shop, device=666)
    book.settle()
    assert book.rows("SELECT kind FROM risk.review_case") == []

    book.attempt(line, 910_000, at_shop=shop, device=667)
    book.settle()
    found = book.rows(
        "SELECT customer_id, kind, subject_type, state, pieces, line_id FROM risk.review_case"
    )
    assert found == [(line.customer_id, "fraud", "decision", "open", 1, line.line_id)]
    ((evidence,),) = book.rows("SELECT evidence FROM risk.review_evidence")
    assert evidence["decision"]["rules"] == ["suspected-fraud"]
    assert evidence["decision"]["facts"]["suspected_purchases_7d"] == 2
    assert book.level(line) <= 2
    assert not any("FRD" in code for _, _, codes in book.standing(line).values() for code in codes)

    book.close_day()
    assert len(book.rows("SELECT FROM risk.review_case")) == 1, "one open case, opened once"
    book.write(
        lambda db: db.execute(
            "UPDATE risk.review_case SET state = 'decided', holder = 'cy', decided_by = 'cy',"
            " outcome = 'dismiss', decided_at = %s, decided_on = %s",
            (book.at, book.today),
        )
    )
    book.close_day()
    assert len(book.rows("SELECT FROM risk.review_case")) == 1, "a person has looked"


def test_every_rule_of_the_book_is_reached_here() -> None:
    """A rule added to the book must be reached above, or in what the book judged before."""
    import tomllib
    from pathlib import Path

    told = Path(__file__).read_text("utf-8")
    elsewhere = {
        "overdue",
        "overdue-15",
        "overdue-30",
        "often-late-15",
        "often-late-45",
        "full-line",
    }
    rules = {rule["id"] for rule in tomllib.loads(shipped("watch"))["rule"]}
    assert {rule for rule in rules - elsewhere if f'"{rule}"' not in told} == set()


# Many at once


def test_news_that_would_stop_many_waits_for_the_end_of_the_day(book: Watched) -> None:
    """A file about many people is not acted on at once: at the end of the day the run waits for people."""
    few, many = [book.line() for _ in range(10)], [book.line() for _ in range(2)]
    for line in few:
        book.fail(line, 3)
    book.settle()
    assert [book.standing(line)["failed-debits"][:2] for line in few] == [("active", 3)] * 10

    for line in many:
        book.fail(line, 3)
    book.settle()
    assert [book.standing(line) for line in many] == [{}, {}], "events may stop ten a day"

    book.close_day(released=False)
    assert [book.standing(line)["failed-debits"][0] for line in many] == ["proposed"] * 2
