"""The desk of reviews in a real browser: a case is seen, taken, decided, given back, and the next one follows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.browser.desks import (
    OTHER_WAYS,
    colleagues,
    path_of,
    refused,
    send,
    sit_as,
    texts,
)
from tests.browser.eyes import Sitting
from tests.web.worlds import Served

from whiteslip.flows import review_cases
from whiteslip.flows.review_cases import Kind, NewCase, SubjectType, open_cases
from whiteslip.infra.accounts.model import Role
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Connection
from whiteslip.kernel import ids
from whiteslip.money.ledger.store import take_numbers
from whiteslip.views import reviews

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def plant_cases(world: Served) -> list[str]:
    """Open two cases that are more urgent than any other, and late; the first of them is due first."""
    at = MachineClock().now()

    def plant(db: Connection) -> list[str]:
        found = {
            "report": {"months": 3, "lender": "远山 <b>"},
            "letters": ["a", "b"],
            "income": None,
        }
        new = [
            NewCase(
                customer,
                Kind.DATA_CORRECTION,
                SubjectType.BUREAU_REPORT,
                number,
                found,
                "test",
                priority=9,
                due_at=at - timedelta(hours=3 - customer),
            )
            for customer, number in zip((1, 2), take_numbers(db, 2), strict=True)
        ]
        opened = open_cases(db, new, at=at)
        return [ids.write("cas", each.customer_id, each.case_id) for each in opened]

    return world.database.write(plant)


def put_away(world: Served, cases: Iterable[str]) -> None:
    """Close what is left of cases, so that they are in nobody's way."""
    at = MachineClock().now()
    for case in cases:
        found = case_of(world, case)
        who = found.holder or "test"
        request = review_cases.CaseRequest(found.customer_id, found.case_id, who, "it was a trial")
        world.database.write(partial(review_cases.withdraw, requests=[request], at=at))
        assert case_of(world, case).state == "withdrawn"


def case_of(world: Served, case: str) -> review_cases.Case:
    owned = ids.read_owned(case, "cas")
    found = world.database.read(lambda db: reviews.find(db, *owned))
    assert found is not None
    return found.case


def press(page: Page, letter: str, *, by_key: bool) -> None:
    """Press the button of a key, or Alt and the key; the character a keyboard sends is what finds the button."""
    if by_key:
        keys = page.context.new_cdp_session(page)
        struck = {"modifiers": 1, "key": letter, "code": f"Key{letter.upper()}", "text": letter}
        with page.expect_navigation():
            keys.send(
                "Input.dispatchKeyEvent", {"type": "keyDown", "unmodifiedText": letter, **struck}
            )
            keys.send("Input.dispatchKeyEvent", {"type": "keyUp", **struck})
    else:
        page.locator(f"main button[accesskey={letter}]").click()


@pytest.mark.parametrize(("language", "phone"), OTHER_WAYS)
def test_the_queue_shows_the_most_urgent_first_and_evidence_as_it_is(
    sit: Any, world: Served, language: str, phone: bool
) -> None:
    planted = plant_cases(world)
    sitting: Sitting = sit("reviews", language=language, phone=phone)
    page = sitting.open("/desk/reviews?kind=data_correction")
    listed = texts(page.locator("tbody th"))
    assert listed[:2] == planted
    told = page.locator(".tabs [aria-current]").text_content() or ""
    assert told.split()[-1] == str(len(listed))
    page.goto("/desk/reviews?overdue=true")
    assert texts(page.locator("tbody th"))[:2] == planted, "both are late"
    assert sitting.faults() == []

    page.get_by_role("link", name=planted[0], exact=True).click()
    shown = page.locator("dl.evidence")
    names, values = texts(shown.locator("dt")), texts(shown.locator("dd"))
    assert dict(zip(names, values, strict=True)) == {
        "report.months": "3",
        "report.lender": "远山 <b>",
        "letters": "a, b",
        "income": "–",
    }
    assert page.locator("[name=outcome]").count() == 0, "who does not hold it does not decide it"
    put_away(world, planted)


KEYS = [("zh", True, False), ("en", False, True)]
"""Language, phone, by keyboard; who goes by the buttons does without scripts."""


@pytest.mark.parametrize(("language", "phone", "by_key"), KEYS)
def test_a_case_is_taken_and_decided_and_the_next_one_follows(
    sit: Any, world: Served, language: str, phone: bool, by_key: bool
) -> None:
    me, other = colleagues(world, Role.REVIEWS)[:2]
    case, following = plant_cases(world)
    sitting = sit_as(sit, me, language=language, phone=phone, scripts=by_key)
    page = sitting.open(f"/desk/reviews/{case}")
    press(page, "t", by_key=by_key)
    assert case_of(world, case).holder == me.actor
    second = sit_as(sit, other, language=language, phone=phone)
    send(second.open(f"/desk/reviews/{case}"), "/word")
    assert refused(second.page), "what one holds another does not take"
    assert case_of(world, case).holder == me.actor

    page.locator("[name=outcome]").select_option("correct")
    page.locator("[name=label]").select_option("false_positive")
    press(page, "d", by_key=by_key)
    assert refused(page, "note")
    assert page.locator("[name=outcome]").input_value() == "correct", "what was chosen stays"
    assert sitting.faults() == []
    page.locator("textarea[name=note]").fill("the lender wrote: it was another person")
    press(page, "d", by_key=by_key)
    decided = case_of(world, case)
    assert (decided.state, decided.outcome, decided.decided_by) == ("decided", "correct", me.actor)
    assert decided.label == "false_positive"
    assert path_of(page) == f"/desk/reviews/{following}"
    assert page.locator("[role=status]").is_visible()
    assert case_of(world, following).holder == me.actor
    page.goto(f"/desk/reviews/{case}")
    assert "the lender wrote" in (page.locator("ul.plain li").last.text_content() or "")
    put_away(world, [following])


@pytest.mark.parametrize(("language", "phone", "by_key"), KEYS)
def test_a_case_is_given_back_taken_again_and_closed_as_moot(
    sit: Any, world: Served, language: str, phone: bool, by_key: bool
) -> None:
    me = world.account("reviews")
    case, following = plant_cases(world)
    sitting = sit_as(sit, me, language=language, phone=phone, scripts=by_key)
    page = sitting.open("/desk/reviews")
    press(page, "n", by_key=by_key)
    assert path_of(page) == f"/desk/reviews/{case}"
    assert case_of(world, case).holder == me.actor
    page.locator("main details summary").click()
    send(page, "/word", command="release", note="")
    assert case_of(world, case).state == "open"
    page.goto("/desk/reviews")
    press(page, "n", by_key=by_key)
    assert path_of(page) == f"/desk/reviews/{case}"
    page.locator("main details summary").click()
    send(page, "/word", command="withdraw", note="")
    assert refused(page)
    assert case_of(world, case).state == "taken", "a case is not closed without a word"
    page.goto(f"/desk/reviews/{case}")
    page.locator("main details summary").click()
    send(page, "/word", command="withdraw", note="they paid it meanwhile")
    assert case_of(world, case).state == "withdrawn"
    assert page.locator("button[accesskey]").count() == 0
    assert sitting.faults() == []
    put_away(world, [following])
