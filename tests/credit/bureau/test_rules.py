"""What is taken from a report, how strictly one is read, and how patiently one is waited for."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.credit.bureau import rules
from whiteslip.credit.bureau.model import File, Subject
from whiteslip.credit.bureau.reading import read
from whiteslip.credit.bureau.store import patience
from whiteslip.gateways.bureau import people
from whiteslip.gateways.bureau.people import Asked, Behavior
from whiteslip.kernel.errors import InvalidInput

ON = date(2026, 1, 15)
AT = datetime(2026, 1, 15, tzinfo=UTC)
TOKEN = "ab" * 32
BORN = date(1990, 3, 7)
SUBJECT = Subject("inq_1_2", TOKEN, BORN)


def account(**more: Any) -> dict[str, Any]:
    """Write an account with defaults: a card of five years, a fifth used, always paid."""
    return {
        "kind": "card",
        "lender": "bank-a",
        "opened_on": "2021-01-15",
        "limit_minor": 1_000_000,
        "balance_minor": 200_000,
        "monthly_minor": 10_000,
        "history": "N" * 24,
        **more,
    }


def report(**more: Any) -> dict[str, Any]:
    """Write a report with defaults."""
    return {
        "report_id": "r-1",
        "reference": "inq_1_2",
        "as_of": "2026-01-15",
        "status": "hit",
        "subject": {
            "id_token": TOKEN,
            "birth_on": "1990-03-07",
            "identity": "match",
        },
        "accounts": [account(), account(lender="bank-b")],
        "enquiries": [],
        "provident_fund": None,
        **more,
    }


def file(**more: Any) -> File:
    """Read a report and take its facts."""
    body = json.dumps(report(**more)).encode()
    return rules.extract(read(body, reference="inq_1_2", on=ON), SUBJECT)


def test_an_ordinary_file() -> None:
    found = file()

    assert (found.is_right_person, found.is_confirmed, found.is_known) == (True, True, True)
    assert (found.months_on_file, found.accounts, found.lenders) == (60, 2, 2)
    assert (found.balance_minor, found.monthly_minor) == (400_000, 20_000)
    assert (found.card_balance_minor, found.card_limit_minor) == (400_000, 2_000_000)
    assert (found.late_months_now, found.late_months_24m, found.worst_late_months) == (0, 0, 0)
    assert not rules.is_thin(found)


def test_months_late_are_counted_once_however_many_accounts() -> None:
    late = file(
        accounts=[
            account(history="N" * 20 + "12N1"),
            account(history="N" * 21 + "3N2", lender="bank-b"),
        ]
    )

    assert (late.late_months_now, late.late_months_24m, late.worst_late_months) == (2, 3, 3)


def test_what_is_older_than_two_years_is_past() -> None:
    old = file(accounts=[account(history="7" + "N" * 24), account()])

    assert (old.late_months_24m, old.worst_late_months) == (0, 0)


def test_settled_accounts_owe_nothing_but_age_the_file() -> None:
    done = account(opened_on="2010-01-20", balance_minor=0, monthly_minor=0, history="N" * 23 + "C")
    found = file(accounts=[done, account(kind="loan")])

    assert (found.months_on_file, found.accounts, found.lenders) == (191, 2, 1)
    assert found.card_limit_minor == 0


@pytest.mark.parametrize("changed", [{"id_token": "cd" * 32}, {"birth_on": "1990-03-08"}])
def test_a_report_about_somebody_else_says_nothing_of_this_person(changed: dict[str, str]) -> None:
    found = file(subject={**report()["subject"], **changed})

    assert found == File(ON, is_right_person=False)
    assert rules.is_thin(found) is None
    assert rules.outside_facts(1, found, on=ON) == []


@pytest.mark.parametrize(
    ("identity", "confirmed"), [("match", True), ("mismatch", False), ("unknown", None)]
)
def test_the_register_confirms_or_not(identity: str, confirmed: bool | None) -> None:
    assert file(subject={**report()["subject"], "identity": identity}).is_confirmed is confirmed


def test_somebody_the_bureau_does_not_know_has_an_empty_file() -> None:
    found = file(status="no_hit", accounts=[])

    assert (found.is_known, found.accounts, found.months_on_file) == (False, 0, None)
    assert rules.is_thin(found)


@pytest.mark.parametrize(
    ("opened_on", "count", "thin"),
    [
        ("2025-07-15", 2, False),
        ("2025-07-16", 2, True),
        ("2021-01-15", 1, True),
        ("2026-02-01", 2, True),
    ],
)
def test_thin_is_young_or_small(opened_on: str, count: int, thin: bool) -> None:
    accounts = [account(opened_on=opened_on) for _ in range(count)]

    assert rules.is_thin(file(accounts=accounts)) is thin


def test_only_applications_count_as_enquiries() -> None:
    listed = [
        {"on": day, "purpose": "credit_application"}
        for day in ("2025-07-15", "2025-07-16", "2025-10-15", "2025-10-16", "2026-01-15")
    ]
    found = file(enquiries=[*listed, {"on": "2026-01-10", "purpose": "own"}])

    assert (found.enquiries_3m, found.enquiries_6m) == (2, 4)


@pytest.mark.parametrize(("as_of", "income"), [("2025-07-15", 900_000), ("2025-07-14", None)])
def test_an_old_wage_confirms_nothing(as_of: str, income: int | None) -> None:
    fund = {"monthly_base_minor": 900_000, "as_of": as_of}

    assert file(provident_fund=fund).verified_income_minor == income


def test_facts_are_dated_and_none_is_made_up() -> None:
    facts = rules.outside_facts(7, file(as_of="2026-01-20"), on=ON)

    assert {fact.name: fact.value for fact in facts} == {
        "debts_elsewhere_minor": 400_000,
        "repayments_elsewhere_monthly_minor": 20_000,
        "bureau_arrears_months": 0,
        "enquiries_6m": 0,
        "oldest_account_months": 60,
        "platforms_borrowed_from": 2,
    }
    assert {(fact.customer_id, fact.observed_on, fact.known_on) for fact in facts} == {(7, ON, ON)}


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ({"accounts": [account(balance_minor="4000")]}, "not as agreed"),
        ({"accounts": [account(balance_minor=4000.5)]}, "not as agreed"),
        ({"accounts": [account(balance_minor=-1)]}, "not as agreed"),
        ({"accounts": [account(balance_minor=10**13)]}, "not as agreed"),
        ({"accounts": [account(history="N8")]}, "not as agreed"),
        ({"accounts": [account(kind="王五")]}, "not as agreed"),
        ({"accounts": None}, "not as agreed"),
        ({"as_of": "yesterday"}, "not as agreed"),
        ({"as_of": "2025-12-14"}, "older than a month"),
        ({"status": "perhaps"}, "not as agreed"),
        ({"extra": 1}, "not as agreed"),
        ({"reference": "inq_9_9"}, "another reference"),
        ({"status": "no_hit"}, "does not know"),
    ],
)
def test_what_is_not_as_agreed_is_refused_whole(changed: dict[str, Any], cause: str) -> None:
    with pytest.raises(InvalidInput, match=cause) as refused:
        file(**changed)
    assert "王五" not in str(refused.value)


@given(body=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        read(body, reference="inq_1_2", on=ON)


def test_deep_nonsense_is_refused() -> None:
    with pytest.raises(InvalidInput):
        read(b"[" * 100_000, reference="inq_1_2", on=ON)


@pytest.mark.parametrize("behavior", list(Behavior))
def test_what_the_simulator_writes_can_be_read(behavior: Behavior) -> None:
    for person in range(30):
        asked = Asked("inq_1_2", f"{person:064x}", "1234", BORN, ON)
        said = people.report(7, asked, behavior, earlier={})
        found = read(json.dumps(said).encode(), reference="inq_1_2", on=ON)
        taken = rules.extract(found, Subject("inq_1_2", asked.id_token, BORN))

        assert taken.is_right_person is (behavior is not Behavior.WRONG_PERSON)
        if behavior in (Behavior.THIN, Behavior.NO_HIT):
            assert rules.is_thin(taken)


def test_the_pause_grows_and_ends() -> None:
    pauses = [rules.pause(patience(), tries).seconds for tries in range(1, 8)]

    assert pauses == [2, 6, 18, 54, 162, 300, 300]


def test_an_inquiry_is_given_up_after_its_tries_or_its_deadline() -> None:
    def given_up(tries: int, after_s: int) -> bool:
        next_at = AT + timedelta(seconds=after_s)
        return rules.is_given_up(patience(), tries, requested_at=AT, next_try_at=next_at)

    assert not given_up(5, 1800)
    assert given_up(5, 1801)
    assert given_up(6, 10)


@pytest.mark.parametrize("text", ["", "version = 1", "x = 1", "version = ", "most_tries = 0"])
def test_patience_that_is_not_whole_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        rules.read_patience(text)
