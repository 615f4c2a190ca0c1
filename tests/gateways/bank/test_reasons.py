"""Reason codes mean one thing each, and what nobody knows is never tried again by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.gateways.bank.behaviors import Behavior, tellings
from whiteslip.gateways.bank.reasons import UNKNOWN, Cause, Next, meaning, read, reasons
from whiteslip.kernel.errors import InvalidInput

GOES: dict[str, tuple[Cause, Next]] = {
    "AM04": (Cause.INSUFFICIENT_FUNDS, Next.RETRY),
    "AC01": (Cause.OUR_FAULT, Next.ASK_NEW_SOURCE),
    "AC04": (Cause.ACCOUNT_CLOSED, Next.ASK_NEW_SOURCE),
    "AC06": (Cause.ACCOUNT_CLOSED, Next.ASK_NEW_SOURCE),
    "AG01": (Cause.ACCOUNT_CLOSED, Next.ASK_NEW_SOURCE),
    "AG02": (Cause.OUR_FAULT, Next.ENGINEERING),
    "AM05": (Cause.OUR_FAULT, Next.ENGINEERING),
    "BE05": (Cause.OUR_FAULT, Next.ENGINEERING),
    "FF01": (Cause.OUR_FAULT, Next.ENGINEERING),
    "FOCR": (Cause.OUR_FAULT, Next.REVERSE),
    "MD01": (Cause.MANDATE, Next.ASK_NEW_SOURCE),
    "MD06": (Cause.DISPUTED, Next.REVERSE),
    "MD07": (Cause.ACCOUNT_CLOSED, Next.PERSON),
    "MS02": (Cause.UNSPECIFIED, Next.PERSON),
    "MS03": (Cause.UNSPECIFIED, Next.PERSON),
    "RC01": (Cause.OUR_FAULT, Next.ENGINEERING),
    "RR01": (Cause.OUR_FAULT, Next.ENGINEERING),
    "SL01": (Cause.MANDATE, Next.ASK_NEW_SOURCE),
    "TM01": (Cause.OUR_FAULT, Next.ENGINEERING),
    "DNOR": (Cause.OUR_FAULT, Next.ASK_NEW_SOURCE),
    "CNOR": (Cause.OUR_FAULT, Next.ENGINEERING),
}


def test_the_table_is_this_one() -> None:
    assert {code: (each.cause, each.next) for code, each in reasons().items()} == GOES


def test_only_want_of_funds_is_tried_again() -> None:
    assert [code for code, each in reasons().items() if each.next is Next.RETRY] == ["AM04"]


@given(code=st.none() | st.text(max_size=35))
def test_a_code_nobody_knows_is_a_persons(code: str | None) -> None:
    assert code in GOES or meaning(code) == UNKNOWN
    assert UNKNOWN.next is Next.PERSON


@pytest.mark.parametrize("code", [None, "", "am04", "AM04 ", "ZZ99"])
def test_nearly_a_code_is_none(code: str | None) -> None:
    assert meaning(code) is UNKNOWN


def test_what_the_simulated_bank_says_is_known_but_for_the_unknown() -> None:
    told = {
        telling.reason
        for behavior in Behavior
        for telling in tellings(
            behavior, tries=1, fails_first=int(behavior is Behavior.INSUFFICIENT)
        )
    }

    assert told - {None, "ZZ99"} == {"AM04", "AC04", "MD01", "MD06", "MS02", "MS03", "FF01", "RC01"}
    assert all(meaning(code) is not UNKNOWN for code in told - {None, "ZZ99"})


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("version = 1\n[codes.AM04]\ncause = 'poor'\nnext = 'retry'\n", "codes.AM04.cause"),
        ("version = 1\n[codes.am04]\n", "codes"),
        ("version = 1\n[codes.AM04]\ncause = 'mandate'\nnext = 'retry'\n", "codes.AM04.says"),
        ("codes = {}\n", "version"),
        ("version = ", "reasons.toml"),
    ],
)
def test_a_table_that_cannot_be_is_refused_by_name(text: str, where: str) -> None:
    with pytest.raises(InvalidInput, match=r"reasons\.toml") as refused:
        read(text)
    assert refused.value.where is not None
    assert where in refused.value.where
