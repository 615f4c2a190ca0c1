"""A staff member's ways through the desks in a real browser: what is done is said, kept, and seen by the next desk."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page
from psycopg.types.json import Jsonb
from tests.browser.eyes import Sitting
from tests.web.visitors import COOKIE
from tests.web.worlds import Served

from whiteslip.decisioning.models import store as models
from whiteslip.flows import publish_model, review_cases
from whiteslip.flows.guard_liquidity import forecast_liquidity
from whiteslip.flows.review_cases import Kind, NewCase, SubjectType, open_cases
from whiteslip.flows.sign_in import find_person, sign_in_as
from whiteslip.infra import business_day
from whiteslip.infra.accounts import keeping
from whiteslip.infra.accounts.model import Account, Role
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Connection
from whiteslip.kernel import ids
from whiteslip.money.ledger.store import take_numbers
from whiteslip.views import desks, reviews, rule_books

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WITHIN_S = 120
WAYS = [("zh", True), ("en", False)]
"""Language, phone."""
OTHER_WAYS = [("en", True), ("zh", False)]


def rows(world: Served, query: bytes, *values: object) -> list[Any]:
    """Ask the database itself."""
    return world.database.read(lambda db: db.execute(query, values).fetchall())


def one(world: Served, query: bytes, *values: object) -> Any:
    """Ask the database for one value."""
    ((value,),) = rows(world, query, *values)
    return value


def change(world: Served, query: bytes, *values: object) -> None:
    """Put something into the database that the small world lacks."""
    world.database.write(lambda db: db.execute(query, values))


def colleagues(world: Served, role: Role) -> list[Account]:
    """Everybody of the cast with a role."""
    found = world.database.read(lambda db: keeping.list_ready_accounts(db, limit=100))
    return [account for account in found if role in account.roles]


def sit_as(
    sit: Any, account: Account, *, language: str, phone: bool, scripts: bool = True
) -> Sitting:
    """Sit down as a certain person, where a role has two."""
    sitting: Sitting = sit("", language=language, phone=phone, scripts=scripts)
    at = MachineClock().now()
    opened = sitting.world.database.write(
        lambda db: sign_in_as(db, account.account_id, address="test", replacing=None, at=at)
    )
    cookie: Any = {"name": COOKIE, "value": opened.token, "url": sitting.world.url}
    sitting.page.context.add_cookies([cookie])
    return sitting


def path_of(page: Page) -> str:
    return urlsplit(page.url).path


def refused(page: Page, field: str = "") -> bool:
    """Tell whether the page says that something is wrong, at the field if one is named."""
    told = page.locator("#alert").is_visible()
    return told and (not field or page.locator(f"#fault-{field}").is_visible())


def send(page: Page, action: str, **fields: str) -> None:
    """Fill in the form that goes to an address, and press its button."""
    form = page.locator(f"form[method=post][action$='{action}']").first
    for name, value in fields.items():
        field = form.locator(f"[name={name}]")
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    form.locator("button").first.click()


def amount_in(text: str) -> int:
    """Read an amount in minor units off a page."""
    sign = -1 if "−" in text else 1
    return sign * round(float(re.sub(r"[^\d.]", "", text)) * 100)


def texts(cells: Locator) -> list[str]:
    return [text.strip() for text in cells.all_text_contents()]


# The desk of risk.


def version_of(world: Served, book: str, number: int) -> rule_books.VersionView:
    found = world.database.read(lambda db: rule_books.versions(db, book))
    return next(version for version in found if version.version == number)


def kept(world: Served, book: str, number: int) -> str:
    return world.database.read(lambda db: rule_books.kept(db, book, number))


def edit_wrongly_then_rightly(sitting: Sitting, wrong: str, right: str) -> str:
    """Edit the condition of a rule that is open, and return what it was."""
    page = sitting.page
    book, number = path_of(page).split("/")[4:6]
    before = kept(sitting.world, book, int(number))
    was = page.locator("#field-when").input_value()
    send(page, path_of(page), when=wrong)
    assert refused(page, "when")
    assert page.locator("#field-when").get_attribute("aria-invalid") == "true"
    assert page.locator("#field-when").input_value() == wrong, "what was typed stays"
    assert sitting.faults() == []
    send(page, path_of(page), when=right, reasons="XX-99")
    assert refused(page, "reasons")
    assert page.locator("#fault-when").count() == 0
    assert kept(sitting.world, book, int(number)) == before, "what is refused is not kept"
    page.goto(path_of(page))
    send(page, path_of(page), when=right)
    assert f'"{right}"' in kept(sitting.world, book, int(number))
    return was


def try_and_approve_ones_own(writing: Sitting) -> None:
    """Back-test the version that is open, and be refused to approve it oneself, before and after."""
    world, page, path = writing.world, writing.page, path_of(writing.page)
    book, number = path.split("/")[4:6]
    send(page, path, step="approve", note="before it was tried")
    assert refused(page)
    send(page, path, step="backtest")
    assert page.locator("figure.picture svg").first.is_visible()
    assert version_of(world, book, int(number)).status == "backtested"
    assert writing.faults() == []
    send(page, path, step="approve", note="my own")
    assert refused(page), "who wrote it does not approve it"
    assert version_of(world, book, int(number)).status == "backtested"


@pytest.mark.parametrize(
    ("language", "phone", "book", "rule", "wrong", "right", "share"),
    [
        ("zh", True, "watch", "overdue-15", "days_past_due >", "days_past_due >= 17", 100),
        ("en", False, "checkout", "pace-hour-stop", "requests_1h >= many", "requests_1h >= 19", 25),
    ],
)
def test_a_rule_is_changed_by_one_person_approved_by_another_and_rolled_back(
    sit: Any,
    world: Served,
    *,
    language: str,
    phone: bool,
    book: str,
    rule: str,
    wrong: str,
    right: str,
    share: int,
) -> None:
    author, other = colleagues(world, Role.RISK)[:2]
    writing = sit_as(sit, author, language=language, phone=phone)
    page = writing.page
    writing.open("/desk/risk").locator(f"tbody th a[href^='/desk/risk/books/{book}']").click()
    send(page, "/draft")
    path = path_of(page)
    number = int(path.rsplit("/", 1)[1])
    live = next(
        each.version
        for each in world.database.read(lambda db: rule_books.versions(db, book))
        if each.status == "live"
    )
    page.get_by_role("link", name=rule, exact=True).click()
    was = edit_wrongly_then_rightly(writing, wrong, right)

    assert path_of(page) == path
    assert page.locator("tr.changed").count() == 1
    assert page.locator("tr.changed th").text_content() == rule
    assert texts(page.locator("tr.changed del")) == [was]
    assert writing.faults() == []
    try_and_approve_ones_own(writing)
    second = sit_as(sit, other, language=language, phone=phone)
    seeing = second.open(path)
    send(seeing, path, step="approve", note="read and tried")
    assert version_of(world, book, number).approved_by == other.actor
    send(seeing, path, step="shadow")
    assert seeing.locator("[aria-current=step]").count() == 1
    assert version_of(world, book, number).status == "shadow"
    send(seeing, path, step="live", share=str(share))
    ended = version_of(world, book, number)
    assert ended.status == ("live" if share == 100 else "challenger")
    assert ended.share_ppm == (None if share == 100 else 250_000)
    assert version_of(world, book, live).status == ("retired" if share == 100 else "live")

    page.goto(f"/desk/risk/books/{book}")
    newest = page.locator("section.card").first.locator("tbody tr").first
    assert texts(newest.locator("td"))[1:3] == [author.actor, other.actor]
    send(page, "/rollback")
    assert refused(page, "note")
    send(page, "/rollback", note="it was only a trial")
    assert version_of(world, book, number).status == "retired"
    assert version_of(world, book, live).status == "live"
    last = page.locator("section.card").last.locator("tbody tr").first
    assert author.actor in texts(last.locator("td"))
    assert writing.faults() == []


RING = {
    "members": [
        {
            "customer_id": who,
            "joined_on": "2026-06-01",
            "first_on": "2026-06-01",
            "is_bad": who == 2,
        }
        for who in (1, 2, 3)
    ],
    "shared": [
        {"kind": "device", "members": [1, 2], "weight": 0.9},
        {"kind": "address", "members": [1, 2, 3], "weight": 0.3},
    ],
    "finding": {"signs": ["burst"]},
}


def plant_ring(world: Served) -> str:
    """Raise a ring of three, one of them known as bad, once for every test of the session."""
    number = 4_000_000

    def plant(db: Connection) -> None:
        if db.execute(b"SELECT 1 FROM risk.ring WHERE ring_id = %s", [number]).fetchone():
            return
        at = MachineClock().now()
        new = NewCase(1, Kind.RING, SubjectType.RING, number, {"members": 3}, "test")
        (opened,) = open_cases(db, [new], at=at)
        found = [number, opened.case_id, at, at.date(), Jsonb(RING)]
        db.execute(b"INSERT INTO risk.ring VALUES (1, %s, %s, %s, %s, 0.5, %s)", found)

    world.database.write(plant)
    return ids.write("rng", 1, number)


@pytest.mark.parametrize(("language", "phone"), WAYS)
def test_a_ring_is_drawn_with_whom_it_is_about(
    sit: Any, world: Served, language: str, phone: bool
) -> None:
    named = plant_ring(world)
    sitting: Sitting = sit("risk", language=language, phone=phone)
    page = sitting.open("/desk/risk/rings")
    page.get_by_role("link", name=named).click()

    drawn = page.locator("svg.ring")
    assert drawn.locator("circle").count() == 3
    assert drawn.locator("circle.bad").count() == 1
    assert drawn.locator("rect.thing").count() == 2
    assert drawn.locator("line").count() == 5, "two share the device, three the address"
    assert "cus_2" in (drawn.locator("desc").text_content() or "")
    box = drawn.bounding_box()
    assert box is not None
    assert box["width"] > 200
    assert texts(page.locator("tbody th")) == ["cus_1", "cus_2", "cus_3"]
    assert sitting.faults() == []
    assert page.locator("a[href^='/desk/reviews']").count() == 0, "a case is not for this desk"

    reviewing: Sitting = sit("reviews", language=language, phone=phone)
    reviewing.open(f"/desk/risk/rings/{named}").locator("main a[href^='/desk/reviews/']").click()
    assert path_of(reviewing.page).startswith("/desk/reviews/cas_1_")
    assert reviewing.page.locator("dl.evidence").first.is_visible()


@pytest.mark.parametrize(
    ("language", "phone", "segment"), [("zh", True, "heavy_users"), ("en", False, "new_lines")]
)
def test_a_segment_is_proposed_by_one_and_dismissed_by_another(
    sit: Any, world: Served, language: str, phone: bool, segment: str
) -> None:
    first, other = colleagues(world, Role.RISK)[:2]
    sitting = sit_as(sit, first, language=language, phone=phone)
    page = sitting.open("/desk/risk/segments")
    card = page.locator("section.card", has=page.locator(f"form[action$='/{segment}']"))
    card.locator("summary").click()
    send(page, f"/segments/{segment}", direction="tighten")
    assert refused(page)
    proposed = b"SELECT count(*) FROM risk.tightening WHERE segment = %s"
    before = one(world, proposed, segment)
    page.goto("/desk/risk/segments")
    card.locator("summary").click()
    send(page, f"/segments/{segment}", direction="tighten", note="what the month showed")
    assert not refused(page)
    assert one(world, proposed, segment) == before + 1
    assert sitting.faults() == []

    newest = b"SELECT max(tightening_id) FROM risk.tightening"
    number = one(world, newest)
    send(page, f"/segments/said/{number}", command="release", note="I stand by it")
    state = b"SELECT state FROM risk.tightening WHERE tightening_id = %s"
    assert one(world, state, number) == "proposed", "one person alone moves nobody"
    second = sit_as(sit, other, language=language, phone=phone)
    send(
        second.open("/desk/risk/segments"),
        f"/segments/said/{number}",
        command="dismiss",
        note="one month is too few",
    )
    assert one(world, state, number) == "dismissed"
    assert second.page.locator(f"form[action$='/said/{number}']").count() == 0


@pytest.mark.parametrize(("language", "phone"), OTHER_WAYS)
def test_a_model_is_approved_by_another_than_its_author_and_goes_live(
    sit: Any, world: Served, language: str, phone: bool
) -> None:
    author, other = colleagues(world, Role.RISK)[:2]
    at = MachineClock().now()

    def draft(db: Connection) -> int:
        before = models.live(db, "application")
        number = 1 + max(
            each.version for each in publish_model.entries(db) if each.name == "application"
        )
        copy = replace(before, version=number)
        figures = {"rows": 7, "auc": 0.71}
        publish_model.draft_model(db, copy, figures=figures, on=at.date(), by=author.actor, at=at)
        return number

    number = world.database.write(draft)
    named = f"application {number}"

    def status() -> tuple[str, str | None]:
        entries = world.database.read(publish_model.entries)
        entry = next(
            each for each in entries if (each.name, each.version) == ("application", number)
        )
        return entry.status.value, entry.approved_by

    sitting = sit_as(sit, author, language=language, phone=phone)
    page = sitting.open("/desk/risk/models")
    line = page.locator("tbody tr", has_text=named)
    assert "auc 0.710" in (line.text_content() or "")
    line.locator("button").click()
    assert refused(page)
    assert status() == ("draft", None)

    second = sit_as(sit, other, language=language, phone=phone)
    seeing = second.open("/desk/risk/models")
    line = seeing.locator("tbody tr", has_text=named)
    line.locator("button").click()
    assert status()[1] == other.actor
    line.locator("button").click()
    assert status() == ("live", other.actor)
    assert line.locator("button").count() == 0
    assert second.faults() == []
    world.database.write(lambda db: publish_model.roll_back(db, "application", by="test", at=at))


PROPOSED = b"""
INSERT INTO risk.restriction
SELECT (jsonb_populate_record(known, %s || jsonb_build_object('restriction_id', nextval('money.movement_number')))).*
FROM risk.restriction AS known WHERE known.line_id IS NOT NULL ORDER BY known.restriction_id LIMIT 1
"""
STOPPED = b"INSERT INTO risk.run_step VALUES ('watch', %s, %s, 1, 'propose', 'whiteslip', 'it would stop too many', %s)"


@pytest.mark.parametrize(("language", "phone", "version"), [("zh", True, 901), ("en", False, 902)])
def test_a_run_that_stopped_waits_and_is_undone_as_a_whole(
    sit: Any, world: Served, language: str, phone: bool, version: int
) -> None:
    on = world.database.read(business_day.read).current_on
    state = b"SELECT state FROM risk.restriction WHERE book_version = %s"
    wanted = {
        "state": "proposed", "book": "watch", "book_version": version, "rule_id": f"test-{version}",
        "since_on": on.isoformat(), "lifted_on": None, "in_force": 0, "until_on": None, "steps": 1,
    }  # fmt: skip
    change(world, PROPOSED, Jsonb(wanted))
    change(world, STOPPED, version, on, MachineClock().now())
    sitting: Sitting = sit("risk", language=language, phone=phone)
    page = sitting.open("/desk/risk/runs")
    run = page.locator("section.card", has=page.locator(f"[name=version][value='{version}']"))
    assert run.locator("p", has_text="it would stop too many").is_visible()

    run.locator("[name=note]").fill("not on one day's data")
    run.locator("[name=command]").select_option("release")
    run.locator("button").click()
    assert one(world, state, version) == "proposed", "one release is not enough"
    run.locator("[name=note]").fill("not on one day's data")
    run.locator("[name=command]").select_option("undo")
    run.locator("button").click()
    assert one(world, state, version) == "dismissed"
    assert page.locator("[role=status]").is_visible()
    assert sitting.faults() == []


# The desk of reviews.


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


# The desk of care.


def arrive(page: Page) -> None:
    """Wait for the clock of the sandbox to stand."""
    until = monotonic() + WITHIN_S
    while page.locator(".sandbox [role=status]").count():
        assert monotonic() < until, "the clock did not arrive"
        sleep(0.3)
        page.goto("/my")


def customer_with_a_bill(sit: Any, language: str) -> tuple[Sitting, int]:
    """Be a newcomer who bought something and has got the bill; return also their number."""
    sitting: Sitting = sit("", language=language, phone=True)
    page = sitting.page
    page.goto("/")
    page.locator("main form[action='/sandbox/begin'] button").click()
    page.goto("/my/try")
    page.locator("input[value=headphones] ~ button").click()
    page.locator("form.confirm input[type=checkbox]").check()
    page.locator("form.confirm button").click()
    for _ in ("it is sent", "the bill"):
        page.goto("/my")
        page.locator(".guide form button").first.click()
        arrive(page)
    cookies = {each.get("name"): each.get("value") for each in page.context.cookies()}
    at = MachineClock().now()
    seen = sitting.world.database.read(lambda db: find_person(db, cookies[COOKIE] or "", at=at))
    assert seen is not None
    assert seen.account.customer_id is not None
    return sitting, seen.account.customer_id


@pytest.mark.parametrize(("language", "phone"), OTHER_WAYS)
def test_who_is_in_difficulty_is_marked_until_it_is_over(
    sit: Any, world: Served, language: str, phone: bool
) -> None:
    me = world.account("care")
    customer = one(world, b"SELECT max(customer_id) FROM money.line")
    sitting = sit_as(sit, me, language=language, phone=phone)
    page = sitting.open(f"/desk/care/customers/{ids.write('cus', customer)}")
    for wrong in ("2020-01-01", "2099-01-01"):
        send(page, "/flags", flag="hardship", ends_on=wrong)
        assert refused(page, "ends_on")
        assert page.locator(".fault").count() == 1, (
            "it is said where it was typed, and nowhere else"
        )
    send(page, "/flags", flag="hardship", ends_on="")
    flag = b"SELECT set_by FROM care.contact_flag WHERE customer_id = %s AND ended_at IS NULL"
    assert one(world, flag, customer) == me.actor
    page.locator("form[action*='/flags/'] button").first.click()
    assert rows(world, flag, customer) == []
    assert page.locator("form[action*='/flags/']").count() == 0


@pytest.mark.parametrize(("language", "phone"), WAYS)
def test_another_way_to_pay_is_offered_accepted_and_approved_by_another(
    sit: Any, world: Served, language: str, phone: bool
) -> None:
    theirs, customer = customer_with_a_bill(sit, language)
    me, other = colleagues(world, Role.CARE)[:2]
    named = ids.write("cus", customer)
    sitting = sit_as(sit, me, language=language, phone=phone)
    page = sitting.open("/desk/care")
    page.locator("main .links a").click()
    page.get_by_role("searchbox").fill(named)
    page.locator("form[role=search] button").click()
    assert path_of(page) == f"/desk/book/customers/{named}"
    assert page.locator("a[href='/desk/book']").count() == 0, "the book is not for this desk"
    page.locator(f"main a[href='/desk/care/customers/{named}']").click()
    assert path_of(page) == f"/desk/care/customers/{named}"
    assert sitting.faults() == []

    send(page, "/offer", form="installments", parts="99")
    assert refused(page, "parts")
    assert page.locator("[name=parts]").input_value() == "99"
    assert sitting.faults() == []
    send(page, "/offer", form="installments", parts="13")
    status = b"SELECT status FROM care.relief WHERE customer_id = %s"
    assert one(world, status, customer) == "offered"
    page.goto("/desk/care")
    assert page.locator(f"a[href='/desk/care/customers/{named}']").is_visible()

    theirs.page.goto("/my/help")
    theirs.page.locator("form[action$='/accept'] button").click()
    assert one(world, status, customer) == "agreed", "thirteen parts need another's look"
    page.goto(f"/desk/care/customers/{named}")
    approving = "form.inline:has([name=command][value=approve]) button"
    page.locator(approving).click()
    assert refused(page)
    assert one(world, status, customer) == "agreed", "who offered it does not approve it"

    second = sit_as(sit, other, language=language, phone=phone)
    seeing = second.open(f"/desk/care/customers/{named}")
    seeing.locator(approving).click()
    assert one(world, status, customer) == "running"
    card = seeing.locator("section.card", has=seeing.locator("form[action$='/reply']"))
    assert card.locator("li").count() == 13
    owed = b"SELECT amount_minor FROM care.relief WHERE customer_id = %s"
    parts = [amount_in(text.rsplit("¥")[-1]) for text in texts(card.locator("li"))]
    assert sum(parts) == one(world, owed, customer), "no cent is lost in parts"
    send(seeing, "/reply", text="第一期下月再还即可 🙂")
    assert card.locator(".said-by.staff").is_visible()
    assert second.faults() == []

    theirs.page.goto("/my/help")
    assert theirs.page.get_by_text("第一期下月再还即可 🙂").is_visible()
    assert theirs.page.locator("main table").first.locator("tbody tr").count() == 13


# The desk of money, and the way from the book to one cent.


POSTED = (
    b"SELECT sum(amount_minor)::bigint FROM money.movement WHERE business_date BETWEEN %s AND %s"
)
SIDES = b"""
SELECT
    coalesce(sum(amount_minor) FILTER (WHERE debit = account), 0)::bigint,
    coalesce(sum(amount_minor) FILTER (WHERE credit = account), 0)::bigint
FROM money.movement
CROSS JOIN unnest(enum_range(NULL::money.account)) AS account
WHERE business_date BETWEEN %s AND %s AND account IN (debit, credit)
GROUP BY account
"""


@pytest.mark.parametrize(("language", "phone"), WAYS)
def test_the_trial_balance_of_some_days_balances_and_is_what_was_posted(
    sit: Any, world: Served, language: str, phone: bool
) -> None:
    day = world.database.read(business_day.read)
    since, until = day.closed_on - timedelta(days=20), day.closed_on
    sitting: Sitting = sit("money", language=language, phone=phone)
    page = sitting.open("/desk/money")
    page.locator("#since").fill(since.isoformat())
    page.locator("#until").fill(until.isoformat())
    page.locator("form.row-of button").click()

    posted = one(world, POSTED, since, until)
    by_account, by_kind = page.locator("section.card tbody").all()
    accounts = [texts(row.locator("td")) for row in by_account.locator("tr").all()]
    *single, together = accounts
    sides = [(amount_in(row[0]), amount_in(row[1])) for row in single]
    assert sorted(sides) == sorted(rows(world, SIDES, since, until))
    assert [amount_in(row[2]) for row in single] == [debit - credit for debit, credit in sides]
    assert [amount_in(together[place]) for place in (0, 1)] == [posted, posted]
    assert together[2] in ("相等", "equal")
    kinds = [texts(row.locator("td")) for row in by_kind.locator("tr").all()]
    assert sum(amount_in(row[2]) for row in kinds) == posted
    assert sum(int(row[3]) for row in kinds) * 2 == sum(int(row[3]) for row in single)
    assert amount_in(page.locator(".figure .big").nth(2).text_content() or "?") == 0
    assert sitting.faults() == []

    page.locator("#since").fill("2020-01-01")
    page.locator("#until").fill("2020-01-02")
    page.locator("form.row-of button").click()
    assert page.locator(".nothing").count() == 2
    page.goto("/desk/money?since=yesterday")
    assert page.locator("main table").count() == 0


@pytest.mark.parametrize(("language", "phone"), OTHER_WAYS)
def test_closed_days_are_told_with_their_steps(
    sit: Any, world: Served, language: str, phone: bool
) -> None:
    sitting: Sitting = sit("money", language=language, phone=phone)
    page = sitting.open("/desk/money/days")
    days, steps = page.locator("section.card tbody").all()
    first = texts(days.locator("tr").first.locator("td"))
    closing = world.database.read(lambda db: desks.day_reports(db, most=1))[0]
    assert first[1] == f"{closing.seconds:.2f} s"
    assert first[2] == str(sum(closing.rows.values()))
    assert steps.locator("tr").count() == len(closing.step_ms)
    spent = [
        float(text.split()[0].replace(",", ""))
        for text in texts(steps.locator("tr td:nth-child(2)"))
    ]
    assert spent == sorted(spent, reverse=True), "the slowest first"
    assert page.locator("figure.picture svg path").count() >= 1


def amounts_of(page: Page) -> list[int]:
    """Read the amounts of a page of a journal."""
    return [amount_in(text) for text in texts(page.locator(".journal tbody td.n:not(.wide)"))]


@pytest.mark.parametrize(("language", "phone"), WAYS)
def test_a_figure_of_the_book_opens_down_to_its_movements(
    sit: Any, world: Served, language: str, phone: bool
) -> None:
    sitting: Sitting = sit("book", language=language, phone=phone)
    page = sitting.open("/desk/book")
    page.locator("a.story").click()
    assert path_of(page) == f"/desk/book/customers/{world.story}"
    event = page.locator("li.repayment").first
    paid = amount_in(event.locator("a.amount").text_content() or "?")
    event.locator("summary").click()
    cells = texts(event.locator("details tbody td.n"))
    assert sum(amount_in(text) for text in cells if text not in ("–", "")) == paid
    event.locator("a.amount").click()

    source = page.url.split("source=")[1].split("&")[0]
    moved = rows(
        world,
        b"SELECT amount_minor FROM money.movement WHERE source_id = %s AND debit = 'bank'",
        int(source),
    )
    assert sum(amount for (amount,) in moved) == paid
    assert sorted(amount for (amount,) in moved) == sorted(amounts_of(page))
    assert amount_in(page.locator("tfoot td").text_content() or "?") == 0
    assert sitting.faults() == []

    page.locator("p.banner a").click()
    listed = page.locator("table.journal tbody tr")
    customer = int(world.story.removeprefix("cus_"))
    count = one(world, b"SELECT count(*) FROM money.movement WHERE customer_id = %s", customer)
    assert listed.count() == min(count, 100)
    page.goto(f"/desk/book/customers/{world.story}/journal?kind=late_fee")
    late = b"SELECT amount_minor FROM money.movement WHERE customer_id = %s AND kind = 'late_fee'"
    expected = sorted(amount for (amount,) in rows(world, late, customer))
    together = [amount_in(text) for text in texts(page.locator("tbody td.n:only-of-type"))]
    assert sum(map(abs, together)) == 2 * sum(expected), "the sums are of all, not of this page"
    shown = amounts_of(page)
    while (earlier := page.locator("p.links a[href*='before=']")).count():
        earlier.click()
        shown += amounts_of(page)
    assert sorted(shown) == expected, "page by page nothing is lost and nothing is shown twice"


# The desk of the book: portfolio, liquidity, warnings.


def share_in(text: str) -> float:
    return 0.0 if text == "–" else float(text.rstrip("% "))


@pytest.mark.parametrize(("language", "phone"), OTHER_WAYS)
def test_the_portfolio_is_drawn_and_its_parts_are_the_whole(
    sit: Any, world: Served, language: str, phone: bool
) -> None:
    sitting: Sitting = sit("book", language=language, phone=phone)
    page = sitting.open("/desk/book/portfolio")
    assert page.locator("figure.picture").count() == 3
    assert page.locator("figure.picture svg path, figure.picture svg rect").count() > 3
    for row in page.locator("table.heat tbody tr").all():
        assert sum(map(share_in, texts(row.locator("td")))) == pytest.approx(100, abs=0.3)
    owed, expected, worst, lines = texts(page.locator(".figure .big"))
    until = b"SELECT max(month_end) FROM risk.month_class"
    kept_lines, kept_owed = rows(
        world,
        b"SELECT sum(lines)::bigint, sum(owed_minor)::bigint FROM risk.month_class WHERE month_end = %s",
        one(world, until),
    )[0]
    assert int(lines) == kept_lines
    assert abs(amount_in(owed) - kept_owed) < 100
    classes, stages, losses = page.locator("section.card table.folds tbody").all()[-3:]
    for table in (classes, stages):
        parts = [texts(row.locator("td")) for row in table.locator("tr").all()]
        assert sum(int(part[0]) for part in parts) == kept_lines
        assert sum(amount_in(part[1]) for part in parts) == pytest.approx(kept_owed, abs=500)
    scenarios = [texts(row.locator("td"))[-2] for row in losses.locator("tr").all()]
    assert scenarios[0] == expected
    assert max(scenarios, key=amount_in) == worst
    if language == "zh":
        names = texts(page.locator("section.card table.folds tbody th"))
        assert [name for name in names if re.search("base|stage", name)] == []


@pytest.mark.parametrize(("language", "phone"), WAYS)
def test_cash_is_entered_forecast_and_a_valve_released_by_two(
    sit: Any, world: Served, language: str, phone: bool
) -> None:
    day = world.database.read(business_day.read)
    (first,), (second,) = colleagues(world, Role.BOOK), colleagues(world, Role.MONEY)
    sitting = sit_as(sit, first, language=language, phone=phone)
    page = sitting.open("/desk/book/liquidity")
    entries = b"SELECT count(*) FROM money.funding_entry"
    before = one(world, entries)
    cash = {"kind": "cash", "note": "as the bank says", "from_on": day.current_on.isoformat()}
    send(page, "/liquidity", amount="a lot", **cash)
    assert refused(page, "amount")
    send(page, "/liquidity", amount="812,345.67", **cash)
    assert refused(page, "from_on"), "cash is of a closed day"
    assert one(world, entries) == before
    assert sitting.faults() == []
    for kind, amount in (("cash", "812,345.67"), ("floor", "60000")):
        send(
            page,
            "/liquidity",
            kind=kind,
            amount=amount,
            note="as the bank says",
            from_on=day.closed_on.isoformat(),
        )
    told = texts(page.locator("ul.plain li").filter(has_text=first.actor))
    assert "¥60,000" in told[0]
    assert "¥812,346" in told[1]
    forecast_liquidity(world.database, at=MachineClock().now())
    page.goto("/desk/book/liquidity")
    assert page.locator("figure.picture svg path").count() >= 3
    assert page.locator(".figure .big").count() == 4
    assert sitting.faults() == []

    send(page, "/propose", stage="smaller")
    assert refused(page, "why")
    assert page.locator("#fault-note").count() == 0, "the form beside it is not at fault"
    send(page, "/propose", stage="smaller", why="a bank holiday")
    number = one(world, b"SELECT max(valve_id) FROM risk.valve")
    state = b"SELECT state FROM risk.valve WHERE valve_id = %s"
    valve = f"/valves/{number}"
    other = sit_as(sit, second, language=language, phone=phone)
    seeing = other.open("/desk/book/liquidity")
    for command, after in (("release", "acting"), ("end", "ended")):
        standing = one(world, state, number)
        send(page, valve, command=command, note="I say so")
        send(page, valve, command=command, note="I say so twice")
        assert refused(page)
        assert one(world, state, number) == standing, "one person alone changes nothing"
        send(seeing, valve, command=command, note="so do I")
        assert one(world, state, number) == after
        page.goto("/desk/book/liquidity")
    assert page.locator(f"form[action$='{valve}']").count() == 0
    assert sitting.faults() == []


EVALUATED = b"""
INSERT INTO risk.signal_evaluation (
    indicator, evaluated_on, attempt, version, evaluated_at, from_on, to_on, hits, out_of, value_ppm, color
)
VALUES (%s, %s, 77, 1, %s, %s, %s, %s, 400, %s, %s)
"""
OVER = b"UPDATE risk.signal_warning SET state = 'ended', ended_on = raised_on WHERE indicator = %s AND state <> 'ended'"
RAISED = b"""
INSERT INTO risk.signal_warning (warning_id, indicator, raised_at, due_at, raised_on, steps, color, state)
VALUES (%s, %s, %s, %s, %s, 1, 'orange', 'raised')
"""


@pytest.mark.parametrize(
    ("language", "phone", "indicator"),
    [("zh", True, "failed_debits"), ("en", False, "thirty_plus")],
)
def test_a_warning_is_drawn_and_acknowledged(
    sit: Any, world: Served, language: str, phone: bool, indicator: str
) -> None:
    at, closed_on = MachineClock().now(), world.database.read(business_day.read).closed_on
    for back, hits, color in ((2, 4, "green"), (1, 12, "yellow"), (0, 38, "orange")):
        on = closed_on - timedelta(days=back)
        value = hits * 1_000_000 // 400
        change(world, EVALUATED, indicator, on, at, on, on + timedelta(days=1), hits, value, color)
    number = 7_000_000 + len(indicator)
    change(world, OVER, indicator)
    change(world, RAISED, number, indicator, at, at + timedelta(hours=4), closed_on)
    who = "book" if phone else "risk"
    sitting: Sitting = sit(who, language=language, phone=phone)
    page = sitting.open("/desk/book/warnings")
    line = page.locator("tbody tr", has=page.locator(f"a[href$='/{indicator}']"))
    assert "38 / 400" in (line.text_content() or "")
    assert line.locator(".badge.bad").is_visible()
    line.locator("a").click()

    assert page.locator("figure.picture svg path").count() >= 1
    past = texts(page.locator("section.card").last.locator("td.n:last-child"))
    assert past[:3] == ["38 / 400", "12 / 400", "4 / 400"]
    assert sitting.faults() == []
    send(page, f"/warnings/{indicator}")
    assert refused(page, "note")
    send(page, f"/warnings/{indicator}", note="the bank was down; debits run again tonight")
    state = b"SELECT state, acknowledged_by FROM risk.signal_warning WHERE warning_id = %s"
    assert rows(world, state, number) == [("acknowledged", world.account(who).actor)]
    assert page.get_by_text("the bank was down").is_visible()
    assert page.locator("main form[method=post]").count() == 0
    assert sitting.faults() == []


# The desk of operations.


@pytest.mark.parametrize(("language", "phone"), WAYS)
def test_the_audit_tells_who_did_what(sit: Any, world: Served, language: str, phone: bool) -> None:
    acting: Sitting = sit("care", language=language, phone=phone)
    page = acting.open(f"/desk/care/customers/{world.story}")
    send(page, "/flags", flag="illness")
    acts = b"SELECT count(*) FROM infra.account_event WHERE kind = 'acted'"
    done = one(world, acts)
    send(page, "/flags", flag="")
    assert refused(page)
    assert one(world, acts) == done, "what is refused was not done"
    page.goto(f"/desk/care/customers/{world.story}")
    page.locator("form[action*='/flags/'] button").first.click()
    assert one(world, acts) == done + 1

    sitting: Sitting = sit("operations", language=language, phone=phone)
    seeing = sitting.open("/desk/operations/audit")
    told = [texts(row.locator("td")) for row in seeing.locator("tbody tr").all()]
    newest = [row for row in told if row[0] == world.account("care").actor][:3]
    assert "/flags/" in newest[0][2]
    assert newest[1][2].endswith("/flags")
    assert newest[0][3] == "127.0.0.1"
    assert newest[2][3] == "test", "and when they came in"
    count = one(world, b"SELECT count(*) FROM infra.account_event")
    assert len(told) == min(count, 200)


FAIL = b"""
UPDATE care.message SET status = 'failed', why = 'no such number', finished_at = %s
WHERE (customer_id, notice_id, contact_id) IN (
    SELECT customer_id, notice_id, contact_id FROM care.message WHERE status = 'sent' ORDER BY notice_id LIMIT 1
)
"""
MEND = b"UPDATE care.message SET status = 'sent', why = NULL WHERE why = 'no such number'"


@pytest.mark.parametrize(("language", "phone"), OTHER_WAYS)
def test_what_failed_and_what_is_behind_is_seen(
    sit: Any, world: Served, language: str, phone: bool
) -> None:
    sitting: Sitting = sit("operations", language=language, phone=phone)
    page = sitting.open("/desk/operations")
    failed = page.locator(".figure .big").nth(3)
    before = int(failed.text_content() or "?")
    change(world, FAIL, MachineClock().now())
    page.goto("/desk/operations")
    assert int(failed.text_content() or "?") == before + 1
    assert failed.evaluate("each => each.classList.contains('bad')")
    failed.locator("a").click()
    assert path_of(page) == "/desk/operations/failed"
    first = page.locator("tbody tr").first
    assert texts(first.locator("td"))[-1] == "no such number"
    assert sitting.faults() == []
    change(world, MEND)
    page.goto("/desk/operations")
    assert int(failed.text_content() or "?") == before

    day = world.database.read(business_day.read)
    found = world.database.read(desks.plumbing)
    ran = (found.woven_on, found.seen_on, found.evaluated_on, found.forecast_on)
    late = ["warn" if on is None or on < day.closed_on else "good" for on in ran]
    jobs = page.locator("section.card").last.locator("tbody .badge")
    assert [
        "warn" if badge.evaluate("each => each.classList.contains('warn')") else "good"
        for badge in jobs.all()
    ] == ["good", *late]
    lanes = page.locator("section.card").nth(1).locator("tbody .badge.good")
    assert lanes.count() == 4, "nothing is full"
