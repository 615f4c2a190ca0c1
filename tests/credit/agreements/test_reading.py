"""An agreement is read whole or refused by name; what takes something away must have its clause."""

from __future__ import annotations

import re

import pytest
from tests.credit.agreements.versions import replaced, text_of, version

from whiteslip.care.notices.rules import TAKES_AWAY, citable
from whiteslip.credit.agreements.model import FEES, PROMISES, Name, fee_of
from whiteslip.credit.agreements.reading import read
from whiteslip.credit.agreements.store import shipped
from whiteslip.flows.keep_agreements import promises_kept
from whiteslip.kernel.errors import InvalidInput

MUST = sorted(citable().must)


@pytest.mark.parametrize("text", shipped())
def test_what_ships_is_read(text: str) -> None:
    agreement = read(text, citable=citable() if read(text).name is Name.CREDIT else None)

    assert agreement.version == 1
    assert [clause.number for clause in agreement.clauses] == list(
        range(1, len(agreement.clauses) + 1)
    )
    for clause in agreement.clauses:
        assert re.search(r"[\u4e00-\u9fff]|^\{\w+\}$", clause.text.zh)
        assert not re.search(r"[\u3000-\u9fff]", clause.text.en + clause.heading.en)
        assert "  " not in clause.text.en


def test_each_kind_that_takes_away_and_each_fee_must_have_a_clause() -> None:
    assert set(MUST) == set(TAKES_AWAY) | {fee_of(kind) for kind in FEES}
    assert {kind.value for kind in FEES} == {
        "installment_fee",
        "revolving_fee",
        "late_fee",
        "deferral_fee",
    }
    assert {"suspended", "restricted", "limit_cut", "temporary_limit_ending"} <= TAKES_AWAY


@pytest.mark.parametrize("cited", MUST)
def test_control_an_agreement_that_cites_nothing_for_one_is_refused(cited: str) -> None:
    text = text_of()
    named = next(part for part in (f', "{cited}"', f'"{cited}", ', f'"{cited}"') if part in text)

    with pytest.raises(InvalidInput, match=f"no clause is cited for {cited}") as refusal:
        read(replaced(text, named, ""), citable=citable())

    assert refusal.value.where == cited


SPOILS = {
    "is not TOML": ("name ", "= "),
    "unknown key 'fine' in the agreement": ("name ", "fine = 1\nname "),
    "name is one of": ('"credit-agreement"', '"gift-agreement"'),
    "version must be a whole number": ("version          = 1", "version = 1.5"),
    "needs_acceptance is true or false": ("needs_acceptance = true", "needs_acceptance = 1"),
    "notice_days must be a whole number": ("notice_days      = 30", "notice_days = 0"),
    "says what it changes": ("version          = 1", "version = 2"),
    "unknown key 'gifts' in promises": ("limit_cut_days ", "gifts = 1\nlimit_cut_days "),
    "limit_cut_days must be": ("limit_cut_days       = 7", "limit_cut_days = 0"),
    "1 is missing": ("number = 1\n", "number = 2\n"),
    "clause 1.text.zh names an unknown figure 'price'": ("账户只供", "{price}账户只供"),
    "clause 1.text does not name the same figures": ("账户只供", "{line_cap}账户只供"),
    "clause 1.text.zh has a stray '}'": ("账户只供", "}账户只供"),
    "clause 1.heading.en has no text": ('"The parties and the line"', '" "'),
    "clause 1.heading is missing": (
        'heading.zh = "当事人与授信账户"\nheading.en = "The parties and the line"\n',
        "",
    ),
    "two clauses are cited for limit_cut": (
        '["temporary_limit_ending", "temporary_limit_shortened"]',
        '["temporary_limit_ending", "temporary_limit_shortened", "limit_cut"]',
    ),
    "cited for the unknown joy": (
        '["limit_cut", "limit_upheld"]',
        '["limit_cut", "limit_upheld", "joy"]',
    ),
    "clause 2: cites is a list of names": ('["limit_cut", "limit_upheld"]', "7"),
}


@pytest.mark.parametrize("message", SPOILS)
def test_control_a_spoiled_agreement_is_refused(message: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(message)):
        read(replaced(text_of(), *SPOILS[message]), citable=citable())


def test_only_a_plan_names_the_figures_of_a_plan() -> None:
    assert "{schedule}" in text_of(Name.PLAN)
    with pytest.raises(InvalidInput, match="unknown figure 'schedule'"):
        read(text_of().replace("账户只供", "{schedule}账户只供"))


def test_a_later_version_says_what_it_changes() -> None:
    later = read(version(2, needs_acceptance=False), citable=citable())

    assert later.changes is not None
    assert later.changes.en == "Version 2 is worded better."
    assert not later.needs_acceptance


def test_what_is_promised_is_kept_by_the_policies_in_force() -> None:
    assert promises_kept().keys() == PROMISES.keys()
    assert read(text_of()).promises == promises_kept(), "no promise is weaker than it could be"
