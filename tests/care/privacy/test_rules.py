"""Consents move along their table only, and a person is kept exactly for the reasons there are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.care.privacy import reading, rules, store
from whiteslip.care.privacy.model import (
    ConsentCommand,
    ConsentRequest,
    ConsentState,
    Keeping,
    Kept,
    Standing,
)
from whiteslip.kernel.errors import Conflict, InvalidInput

AT = datetime(2026, 3, 1, tzinfo=UTC)
ON = date(2026, 3, 1)
TERMS = store.terms()
CLEAR = Standing(7, 0, 0, 0, None, on_hold=False, applying=False, erased_on=None)


def asked(command: ConsentCommand = ConsentCommand.GIVE, **more: Any) -> ConsentRequest:
    return ConsentRequest(7, "service", "whiteslip", command, AT)._replace(**more)


@pytest.mark.parametrize(("state", "command"), list(product(ConsentState, ConsentCommand)))
def test_every_pair_of_state_and_command(state: ConsentState, command: ConsentCommand) -> None:
    after = rules.move(asked(command), state, TERMS, at=AT)

    allowed = {
        ("none", "give"): "given",
        ("withdrawn", "give"): "given",
        ("given", "withdraw"): "withdrawn",
    }
    if (state.value, command.value) in allowed:
        assert after == allowed[state.value, command.value]
    else:
        assert isinstance(after, Conflict)


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"purpose": "social_network"}, "purpose"),
        ({"recipient": "bureau"}, "recipient"),
        ({"said_at": AT + timedelta(seconds=1)}, "said_at"),
    ],
)
def test_what_cannot_be_consented_to_is_named(more: dict[str, Any], where: str) -> None:
    wrong = rules.move(asked(**more), ConsentState.NONE, TERMS, at=AT)

    assert isinstance(wrong, InvalidInput)
    assert wrong.where == where


def test_whoever_owes_nothing_and_never_bought_can_be_erased() -> None:
    assert rules.kept_for(CLEAR, TERMS, on=ON) == ()


@pytest.mark.parametrize(
    ("standing", "keeping"),
    [
        (CLEAR._replace(owed_minor=1), Keeping.OWES),
        (CLEAR._replace(held_minor=1), Keeping.HELD),
        (CLEAR._replace(credit_minor=1), Keeping.CREDIT),
        (CLEAR._replace(applying=True), Keeping.APPLYING),
        (CLEAR._replace(on_hold=True), Keeping.LEGAL_HOLD),
    ],
)
def test_each_reason_keeps_by_itself(standing: Standing, keeping: Keeping) -> None:
    assert rules.kept_for(standing, TERMS, on=ON) == (Kept(keeping),)


def test_a_retention_period_ends_on_its_day() -> None:
    last = CLEAR._replace(last_on=date(2026, 1, 1))
    until = date(2026, 1, 1) + timedelta(days=TERMS.retention_days)

    assert rules.kept_for(last, TERMS, on=until - timedelta(days=1)) == (
        Kept(Keeping.RETENTION, until),
    )
    assert rules.kept_for(last, TERMS, on=until) == ()


@given(st.builds(Standing), st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_nobody_who_owes_or_is_on_hold_is_ever_erased(standing: Standing, on: date) -> None:
    standing = standing._replace(last_on=None)
    kept = rules.kept_for(standing, TERMS, on=on)

    assert not (standing.owed_minor > 0 or standing.on_hold) or kept


def test_every_reason_has_words_and_the_parameters_are_strict() -> None:
    assert set(TERMS.keeping) == set(Keeping)
    assert TERMS.bureau_answer_days == 20
    text = TEXT
    for old, new, where in (
        ("retention_days     = 1096", "retention_days = -1", "retention_days"),
        ("necessary  = true", "necessary = 1", "purpose.service.necessary"),
        ('recipients = ["whiteslip"]', "recipients = []", "purpose.service.recipients"),
        ('= "bureau"\n', '= "nobody"\n', "application_recipient.bureau_inquiry"),
        ("[keeping.owes]", "[keeping.debts]", "keeping.debts"),
        ("version = 1", "version = 1\nmood = 1", "mood"),
    ):
        assert old in text
        with pytest.raises(InvalidInput) as caught:
            reading.read(text.replace(old, new, 1))
        assert caught.value.where == where


TEXT = (store.resources.files("whiteslip.care.privacy") / "data" / "privacy.toml").read_text(
    "utf-8"
)
