"""What a request may say, what a verdict means, and which facts a book is told; all of it pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from whiteslip.credit.affordability import rules as affordability
from whiteslip.credit.affordability.model import Means
from whiteslip.credit.affordability.store import terms
from whiteslip.credit.applications import rules
from whiteslip.credit.applications.identity import check_character, identify
from whiteslip.credit.applications.model import (
    Applicant,
    Application,
    Consent,
    Purpose,
    Request,
    Status,
)
from whiteslip.credit.applications.scoring import score, variables
from whiteslip.credit.applications.starting import read_card
from whiteslip.credit.applications.store import starting_card
from whiteslip.credit.bureau.model import File
from whiteslip.credit.limits.model import Bound, Offer
from whiteslip.credit.limits.store import table
from whiteslip.decisioning.rulebooks.reading import read as read_book
from whiteslip.decisioning.rulebooks.rules import judge, verdict_of
from whiteslip.decisioning.rulebooks.store import shipped
from whiteslip.decisioning.scorecards import reading, writing
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import ReasonCode
from whiteslip.kernel.verdict import Outcome, Verdict

AT = datetime(2026, 1, 15, 4, tzinfo=UTC)
ON = date(2026, 1, 15)
KEY = b"k" * 32
NUMBER = "110101199003079016"
GIVEN = tuple(Consent(purpose, is_given=True, said_at=AT) for purpose in Purpose)
REQUEST = Request(
    "r-1",
    "李雷",
    "zh",
    Applicant("李雷", b"h" * 32, "9016", date(1990, 3, 7)),
    1_000_000,
    0,
    0,
    500_000,
    5,
    "pay-later",
    GIVEN,
    "shop (caller 1)",
)
APPLICATION = Application(
    7,
    8,
    Status.INQUIRING,
    "pay-later",
    5,
    500_000,
    1_000_000,
    0,
    0,
    "李雷",
    b"h" * 32,
    "9016",
    date(1990, 3, 7),
    may_inquire=True,
    may_automate=True,
    received_on=ON,
    received_from="shop (caller 1)",
    is_ready=True,
)
FILE = File(
    ON, True, True, True, 60, 4, 2, 0, 0, 0, 0, 1, 400_000, 20_000, 200_000, 1_000_000, None
)
MEANS = Means(1_000_000, None, 0, 20_000, 0)
MONTH = affordability.assess(MEANS, 0, terms(), minimum_ppm=100_000)
CLEAR = Verdict(Outcome.CLEAR, (), 0, 0, "application", 1)
OFFER = Offer(500_000, Bound.REQUESTED, "A")


def wrong(**changed: object) -> str | None:
    """Where a request is wrong, or None."""
    found = rules.check(REQUEST._replace(**changed), table(), on=ON, at=AT)  # pyright: ignore[reportArgumentType]
    return None if found is None else found.where


def test_a_number_is_checked_and_then_gone() -> None:
    applicant = identify("李雷", NUMBER, date(1990, 3, 7), key=KEY)

    assert (applicant.id_last4, len(applicant.id_hash)) == ("9016", 32)
    assert NUMBER not in repr(applicant)
    assert applicant.id_hash != identify("李雷", NUMBER, date(1990, 3, 7), key=b"x" * 32).id_hash


def test_the_check_character_is_that_of_the_standard() -> None:
    # The worked example of GB 11643-1999, and one whose check is the letter.
    assert check_character("11010519491231002") == "X"
    assert check_character("44052418800101001") == "4"
    lower = identify("x", "11010519491231002x", date(1949, 12, 31), key=KEY)
    assert lower == identify("x", "11010519491231002X", date(1949, 12, 31), key=KEY)


@pytest.mark.parametrize(
    "number",
    [
        *("", "1" * 18, "11010119900307901", NUMBER + "0", "01010119900307901X"),
        *(NUMBER[:-1] + check for check in "0123457898X"),
        "１１０１０１１９９００３０７９０１６",
    ],
)
def test_a_number_that_cannot_be_right_is_refused_without_being_quoted(number: str) -> None:
    if number == NUMBER:
        return
    with pytest.raises(InvalidInput) as refused:
        identify("李雷", number, date(1990, 3, 7), key=KEY)
    assert not number or number not in str(refused.value)


def test_another_birth_date_than_the_numbers_is_refused() -> None:
    with pytest.raises(InvalidInput, match="another birth date"):
        identify("李雷", NUMBER, date(1990, 3, 8), key=KEY)


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({}, None),
        ({"income_minor": -1}, "income_minor"),
        ({"rent_minor": 10**10 + 1}, "rent_minor"),
        ({"requested_minor": 49_999}, "requested_limit_minor"),
        ({"requested_minor": 20_000_001}, "requested_limit_minor"),
        ({"statement_day": 29}, "statement_day"),
        ({"consents": GIVEN[:1]}, "consents"),
        ({"consents": (GIVEN[0], GIVEN[0])}, "consents"),
        (
            {"consents": tuple(one._replace(said_at=AT - timedelta(days=91)) for one in GIVEN)},
            "consents",
        ),
        (
            {"consents": tuple(one._replace(said_at=AT + timedelta(hours=1)) for one in GIVEN)},
            "consents",
        ),
        ({"applicant": REQUEST.applicant._replace(birth_on=date(2026, 2, 1))}, "identity.birth_on"),
        ({"applicant": REQUEST.applicant._replace(birth_on=date(1900, 1, 1))}, "identity.birth_on"),
    ],
)
def test_a_request_is_checked(changed: dict[str, object], where: str | None) -> None:
    assert wrong(**changed) == where


@pytest.mark.parametrize(
    ("born", "on", "months"),
    [
        (date(2008, 1, 15), ON, 216),
        (date(2008, 1, 16), ON, 215),
        (date(2008, 2, 29), date(2026, 2, 28), 216),
        (date(2026, 1, 31), date(2026, 2, 27), 0),
    ],
)
def test_ages_are_whole_months(born: date, on: date, months: int) -> None:
    assert rules.months_old(born, on=on) == months


def told(file: File | None, **changed: object) -> dict[str, object]:
    """The facts by name."""
    one = APPLICATION._replace(**changed)  # pyright: ignore[reportArgumentType]
    listed = rules.facts(one, file, MONTH, probability=0.01, on=ON)
    return dict(zip(rules.FACTS, listed, strict=True))


def test_the_shipped_book_reads_only_facts_it_is_told() -> None:
    book, problems = read_book(shipped("application"), file="application.toml")

    assert book is not None, problems
    assert {source.name for source in book.inputs} <= set(rules.FACTS)
    assert judge(book, told(FILE)).outcome is Outcome.CLEAR


@pytest.mark.parametrize("file", [None, File(ON, is_right_person=False)])
def test_without_a_file_of_this_person_nothing_of_one_is_told(file: File | None) -> None:
    book, _ = read_book(shipped("application"), file="application.toml")
    facts = told(file)
    of_file = ("thin_file", "bureau_arrears_months", "enquiries_6m", "platforms", "age_years")

    assert {facts[name] for name in of_file} == {None}
    assert facts["identity_verified"] is (None if file is None else False)
    assert book is not None
    verdict = judge(book, {**facts, "probability": None})
    assert verdict.outcome is Outcome.REVIEW
    assert score(starting_card(), file, MONTH) is None


@pytest.mark.parametrize(
    ("confirmed", "born", "age"),
    [
        (True, date(1990, 3, 7), 35),
        (None, date(1990, 3, 7), None),
        (False, date(2010, 1, 1), 16),
        (None, date(2008, 1, 16), 17),
    ],
)
def test_an_age_is_known_when_confirmed_or_against_oneself(
    confirmed: bool | None, born: date, age: int | None
) -> None:
    assert told(FILE._replace(is_confirmed=confirmed), birth_on=born)["age_years"] == age


def conclude(
    verdict: Verdict, offer: Offer = OFFER, *, automate: bool = True
) -> tuple[Status, int, tuple[ReasonCode, ...]]:
    """Conclude with points lost to utilization and debt."""
    lost = [(ReasonCode.HIGH_UTILIZATION, 3.0), (ReasonCode.HIGH_DEBT, 9.0)]
    found = rules.conclude(verdict, offer, lost, may_automate=automate)
    return found.status, found.limit_minor, tuple(reason.code for reason in found.reasons)


def verdict(outcome: Outcome, *codes: ReasonCode) -> Verdict:
    """A verdict with these reasons."""
    return replace(CLEAR, outcome=outcome, reasons=codes)


C = ReasonCode


@pytest.mark.parametrize(
    ("given", "offer", "expected"),
    [
        (CLEAR, OFFER, (Status.APPROVED, 500_000, ())),
        (verdict(Outcome.WATCH, C.THIN_FILE), OFFER, (Status.APPROVED, 500_000, ())),
        (verdict(Outcome.STEP_UP, C.IDENTITY), OFFER, (Status.REFERRED, 0, (C.IDENTITY,))),
        (
            verdict(Outcome.REVIEW, C.DATA_MISSING, C.IDENTITY),
            OFFER,
            (Status.REFERRED, 0, (C.IDENTITY, C.DATA_MISSING)),
        ),
        (verdict(Outcome.REVIEW), OFFER, (Status.REFERRED, 0, (C.DATA_MISSING,))),
        (
            verdict(Outcome.RESTRICT, C.BUREAU_ARREARS, C.DATA_MISSING),
            OFFER,
            (Status.DECLINED, 0, (C.BUREAU_ARREARS,)),
        ),
        (
            verdict(Outcome.RESTRICT, C.DEFAULT_LIKELY),
            OFFER,
            (Status.DECLINED, 0, (C.HIGH_DEBT, C.HIGH_UTILIZATION)),
        ),
        (verdict(Outcome.RESTRICT), OFFER, (Status.REFERRED, 0, (C.DATA_MISSING,))),
        (CLEAR, Offer(0, Bound.CAPACITY, "A"), (Status.DECLINED, 0, (C.HIGH_DEBT,))),
        (
            CLEAR,
            Offer(0, Bound.RISK, "E"),
            (Status.DECLINED, 0, (C.HIGH_DEBT, C.HIGH_UTILIZATION)),
        ),
        (CLEAR, Offer(0, Bound.UNKNOWN, None), (Status.REFERRED, 0, (C.DATA_MISSING,))),
    ],
)
def test_what_a_verdict_means(
    given: Verdict, offer: Offer, expected: tuple[Status, int, tuple[ReasonCode, ...]]
) -> None:
    assert conclude(given, offer) == expected
    status, limit, codes = conclude(given, offer, automate=False)
    assert (status, limit) == (Status.REFERRED, 0)
    assert codes == (expected[2] if expected[0] is Status.REFERRED else ())


def test_the_starting_card_says_that_it_is_judged_and_orders_people_as_judged() -> None:
    card = starting_card()

    assert reading.read(writing.write(card), file="card") == card
    assert "not fitted" in card.description
    assert all(each.count == 0 for variable in card.variables for each in variable.slots)
    assert {variable.name for variable in card.variables} <= set(variables(FILE, MONTH))
    good = score(card, FILE, MONTH)
    assert good is not None
    assert good.probability < 0.02
    for worse in (
        FILE._replace(late_months_24m=1),
        FILE._replace(enquiries_3m=4),
        FILE._replace(lenders=6),
        FILE._replace(months_on_file=3),
        FILE._replace(card_balance_minor=990_000),
    ):
        found = score(card, worse, MONTH)
        assert found is not None
        assert found.probability > good.probability
        assert max(found.lost, key=lambda one: one[1])[0] is not ReasonCode.DEFAULT_LIKELY


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ("cuts    = [6, 24, 60]", "cuts    = [6, 60, 24]", "do not ascend"),
        ("points  = [-25, -10, 0, 10]", "points  = [-25, -10, 0]", "needs 4 points"),
        ("pdo         = 20", "", "pdo"),
        ("pdo         = 20", "pdo = 20\nextra = 1", "extra"),
        ('reason  = "EXT-04"', 'reason  = "EXT-99"', "EXT-99"),
        ("[[variable]]", "[[variable", "starting-card"),
    ],
)
def test_a_card_that_is_wrong_is_refused(old: str, new: str, cause: str) -> None:
    from importlib import resources

    file = resources.files("whiteslip.credit.applications") / "data" / "starting-card.toml"
    text = file.read_text("utf-8")
    assert old in text

    with pytest.raises(InvalidInput, match=cause):
        read_card(text.replace(old, new, 1))


def test_no_verdict_of_the_shipped_book_declines_without_a_reason() -> None:
    book, _ = read_book(shipped("application"), file="application.toml")
    assert book is not None

    for index, rule in enumerate(book.rules):
        alone = verdict_of(book, fired=1 << index, unknown=0)
        status, _, codes = conclude(alone)
        if rule.outcome >= Outcome.RESTRICT:
            assert status is Status.DECLINED, rule.id
            assert codes, rule.id
        doubt = verdict_of(book, fired=0, unknown=1 << index)
        assert conclude(doubt)[0] is not Status.DECLINED, rule.id
