"""The appetite in force: what it stops, who passes it, and what is kept of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from tests.builders import FOUNDED_ON, Book, founded, noon
from tests.flows.test_publish_book import watch
from tests.risk.appetite.words import body, cell, found

from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.rulebooks.reading import read
from whiteslip.flows import keep_appetite as keeping
from whiteslip.flows import publish_book as publishing
from whiteslip.flows.govern_runs import Governed, release_run
from whiteslip.flows.keep_appetite import PassRequest
from whiteslip.infra import outbox
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound
from whiteslip.risk.appetite import store
from whiteslip.risk.appetite.life import State
from whiteslip.risk.appetite.model import Held, Measure
from whiteslip.risk.runs.model import Run
from whiteslip.views import appetite as views
from whiteslip.views.runs import waiting_runs

AT = noon(FOUNDED_ON)


@pytest.fixture
def book(database: Database) -> Book:
    made = founded(database)
    made.grant_all()
    return made


def in_force(book: Book, text: str, *, version: int = 1) -> None:
    at = book.at
    book.write(lambda db: keeping.draft_appetite(db, text, by="ann", note="first", at=at))
    book.write(lambda db: keeping.publish_appetite(db, version, by="bo", note="agreed", at=at))


def rows(book: Book, query: str) -> list[Any]:
    return book.database.read(lambda db: db.execute(query.encode()).fetchall())


def late(book: Book, *, lines: int = 12, of: int = 16) -> Run:
    """Let some of the lines become 30 days overdue: so many that the run that suspends them waits for people."""
    shop = book.shop()
    held = [book.line() for _ in range(of)]
    for line in held:
        book.buy(line, 30_000, at_shop=shop)
    book.close_until(FOUNDED_ON + timedelta(days=10))
    for line in held[lines:]:
        book.pay(line, 30_000)
    while book.today < FOUNDED_ON + timedelta(days=64):
        book.close_day(released=False)
    runs = [run for run in book.database.read(waiting_runs) if proposes_suspensions(book, run)]
    assert runs, "no run waits"
    return runs[0]


def proposes_suspensions(book: Book, run: Run) -> bool:
    query = "SELECT 1 FROM risk.restriction WHERE state = 'proposed' AND level >= 4"
    return bool(rows(book, f"{query} AND since_on = '{run.on}'"))


def release(book: Book, run: Run, by: str) -> Governed:
    at = book.at
    return book.write(lambda db: release_run(db, run, by=by, note="seen", at=at))


def passing(book: Book, request: PassRequest) -> keeping.Passed:
    at = book.at
    return book.write(lambda db: keeping.pass_limit(db, request, at=at))


def test_versions_are_kept_as_written_and_said_as_events(book: Book) -> None:
    assert book.database.read(store.find_in_force) is None
    in_force(book, body())
    at = book.at
    book.write(lambda db: keeping.draft_appetite(db, body(2), by="cy", note="", at=at))
    found = book.database.read(views.show)
    assert found.appetite is not None
    assert found.appetite.version == 1
    assert [(one.version, one.state) for one in found.versions] == [
        (1, State.IN_FORCE),
        (2, State.DRAFTED),
    ]
    book.write(lambda db: keeping.publish_appetite(db, 2, by="ann", note="less", at=at))
    assert [one.state for one in book.database.read(store.read_versions)] == [
        State.REPLACED,
        State.IN_FORCE,
    ]
    book.write(lambda db: keeping.draft_appetite(db, body(3), by="cy", note="", at=at))
    book.write(lambda db: keeping.withdraw_appetite(db, 3, by="cy", note="no", at=at))
    topics = rows(book, "SELECT topic FROM infra.outbox WHERE topic LIKE 'risk.app%' ORDER BY 1")
    assert [topic for (topic,) in topics] == [
        *["risk.appetite-drafted"] * 3,
        *["risk.appetite-published"] * 2,
        "risk.appetite-withdrawn",
    ]
    with pytest.raises(Conflict, match="appetite 3 is withdrawn"):
        book.write(lambda db: keeping.publish_appetite(db, 3, by="ann", note="x", at=at))
    with pytest.raises(InvalidInput, match="at most 2000 characters"):
        book.write(lambda db: keeping.draft_appetite(db, body(4), by="cy", note="x" * 2001, at=at))


@pytest.mark.parametrize("table", ["appetite", "appetite_step"])
def test_control_a_changed_text_is_not_what_was_published(book: Book, table: str) -> None:
    in_force(book, body())
    if table == "appetite":
        book.write(lambda db: db.execute(b"UPDATE risk.appetite SET body = body || '# more'"))
        with pytest.raises(Exception, match="appetite 1 is not as it was published"):
            book.database.read(_afresh)
    else:
        at = book.at
        with pytest.raises(Conflict, match="appetite 1 is in_force"):
            book.write(lambda db: keeping.publish_appetite(db, 1, by="cy", note="x", at=at))


def _afresh(db: Connection) -> object:
    store._parsed.clear()  # pyright: ignore[reportPrivateUsage]
    return store.find_in_force(db)


def test_without_an_appetite_a_run_is_released_as_ever_and_nothing_is_claimed(book: Book) -> None:
    run = late(book)

    done = release(book, run, "ann")

    assert done.appetite is not None
    assert (done.appetite.version, done.appetite.findings) == (None, ())
    assert release(book, run, "bo").moved >= 12
    assert rows(book, "SELECT 1 FROM risk.appetite_finding") == []


def test_a_run_beyond_the_appetite_waits_until_two_people_pass_it(book: Book) -> None:
    run = late(book)
    in_force(book, body(suspended_a_day=500_000, suspended=800_000))

    told = "suspended_a_day is 75 %, most 50 % is allowed"
    with pytest.raises(Conflict, match=told):
        release(book, run, "ann")
    asked = PassRequest(*run, Measure.SUSPENDED_A_DAY, "ann", "all three are one family")
    assert passing(book, asked).missing == 1
    with pytest.raises(Conflict, match="ann passed suspended_a_day already"):
        passing(book, asked._replace(by=" Ann"))
    with pytest.raises(Conflict, match=told):
        release(book, run, "ann")
    last = passing(book, asked._replace(by="bo"))
    assert (last.missing, last.value_ppm, last.limit_ppm) == (0, 750_000, 500_000)

    release(book, run, "ann")
    assert release(book, run, "bo").moved >= 12
    kept = rows(
        book,
        "SELECT measure, held, value_ppm, limit_ppm, why, passed FROM risk.appetite_finding ORDER BY 1",
    )
    assert kept == [
        ("false_positive", "unknown", None, 400_000, "no_backtest", False),
        ("suspended", "within", 750_000, 800_000, None, False),
        ("suspended_a_day", "beyond", 750_000, 500_000, None, True),
    ]
    passes = rows(book, "SELECT actor, value_ppm, note FROM risk.appetite_pass ORDER BY pass")
    assert passes == [(by, 750_000, "all three are one family") for by in ("ann", "bo")]
    topics = rows(book, "SELECT topic FROM infra.outbox WHERE topic = 'risk.appetite-passed'")
    assert len(topics) == 2


def test_a_new_version_asks_again(book: Book) -> None:
    run = late(book)
    in_force(book, body(suspended_a_day=500_000))
    asked = PassRequest(*run, Measure.SUSPENDED_A_DAY, "ann", "known")
    passing(book, asked)
    passing(book, asked._replace(by="bo"))
    assert not book.database.read(lambda db: store.check_run(db, run)).refusing[1:]

    in_force(book, body(2, suspended_a_day=500_000, suspended=1_000_000), version=2)

    with pytest.raises(Conflict, match="is not within appetite 2: suspended_a_day is 75 %"):
        release(book, run, "ann")


def suspends_at_once(book: Book) -> None:
    """Let the watch book suspend whom it has not restricted before."""
    text = rulebooks.shipped("watch").replace("version     = 1", "version     = 2")
    head, *rules = text.split("[[rule]]")
    kept = [rule for rule in rules if '"overdue-15"' not in rule]
    made, problems = read("[[rule]]".join([head, *kept]), file="watch")
    assert made is not None, problems
    book.write(lambda db: rulebooks.publish(db, made, at=book.at))


def test_a_run_that_the_guard_lets_go_on_waits_for_the_appetite(book: Book) -> None:
    """Three of sixteen lines are too few for the guard of a small book, and too many for the appetite."""
    suspends_at_once(book)
    in_force(book, body(suspended_a_day=100_000))

    run = late(book, lines=3)

    (note,) = rows(book, f"SELECT note FROM risk.run_step WHERE run_on = '{run.on}'")
    assert "suspended_a_day is 18.75 %, most 10 % is allowed" in note[0]
    with pytest.raises(Conflict, match=r"suspended_a_day is 18\.75 %"):
        release(book, run, "ann")


def test_a_run_within_the_appetite_goes_on_by_itself_and_says_what_was_unknown(book: Book) -> None:
    suspends_at_once(book)
    in_force(book, body(suspended_a_day=200_000, suspended=200_000))

    with pytest.raises(AssertionError, match="no run waits"):
        late(book, lines=3)

    kept = "SELECT measure, held, actor FROM risk.appetite_finding"
    assert set(rows(book, f"{kept} WHERE value_ppm > 0 OR why <> ''")) == {
        ("suspended", "within", "watch book"),
        ("suspended_a_day", "within", "watch book"),
        ("false_positive", "unknown", "watch book"),
    }


def test_who_was_restricted_already_is_suspended_and_the_limit_broken_is_said(book: Book) -> None:
    in_force(book, body(suspended_a_day=100_000, suspended=100_000))

    with pytest.raises(AssertionError, match="no run waits"):
        late(book, lines=3)

    beyond = "SELECT measure, passed FROM risk.appetite_finding WHERE held = 'beyond'"
    assert ("suspended_a_day", False) in rows(book, beyond)
    said = rows(book, "SELECT topic FROM infra.outbox WHERE topic = 'risk.appetite-exceeded'")
    assert said


def test_an_unknown_that_refuses_is_said(book: Book) -> None:
    run = late(book)
    in_force(
        book,
        body(suspended=10**6, suspended_a_day=10**6, false_positive_unknown="refuse"),
    )

    with pytest.raises(Conflict, match=r"false_positive is unknown \(no_backtest\), most 40 %"):
        release(book, run, "ann")
    asked = PassRequest(*run, Measure.FALSE_POSITIVE, "ann", "the book is the shipped one")
    passing(book, asked)
    assert passing(book, asked._replace(by="bo")).value_ppm is None
    release(book, run, "ann")


def drafted(book: Book, evidence: dict[str, Any]) -> int:
    """A version of the watch book in shadow, back-tested with what is given."""

    def tested(db: Connection) -> None:
        draft = publishing.draft(db, watch(), file="watch.toml", by="anna", at=AT)
        assert not draft.problems
        publishing.record_backtest(db, "watch", 2, by="anna", evidence=evidence, at=AT)
        publishing.approve(db, "watch", 2, by="bo", at=AT)
        publishing.start_shadow(db, "watch", 2, by="anna", at=AT)

    book.write(tested)
    return 2


GOOD = found(stopped=cell(4, 400, 4, 3, 300), left=cell(96, 9_600, 96, 4, 400))
HARSH = found(stopped=cell(30, 3_000, 30, 6, 600), left=cell(70, 7_000, 70, 1, 100))


def live(book: Book, by: str = "cy") -> publishing.Admitted:
    return book.write(lambda db: publishing.go_live(db, "watch", 2, by=by, at=AT))


def test_a_draft_within_the_appetite_goes_live_and_the_findings_are_kept(book: Book) -> None:
    in_force(book, body(suspended_a_day=50_000))
    drafted(book, GOOD)

    done = live(book)

    assert not done.proposed
    assert {one.held for one in done.appetite.findings} == {Held.WITHIN}
    kept = rows(book, "SELECT DISTINCT subject, held, actor FROM risk.appetite_finding")
    assert kept == [("draft:watch:2", "within", "cy")]


def test_a_draft_beyond_the_appetite_does_not_go_live(book: Book) -> None:
    in_force(book, body(suspended_a_day=50_000))
    drafted(book, HARSH)

    with pytest.raises(Conflict) as refused:
        live(book)
    for told in (
        "suspended_a_day is 30 %, most 5 % is allowed",
        "suspended is 30 %, most 10 % is allowed",
        "false_positive is 80 %, most 40 % is allowed",
    ):
        assert told in str(refused.value)
    assert "expected_loss" not in str(refused.value)

    for measure in (Measure.SUSPENDED_A_DAY, Measure.SUSPENDED, Measure.FALSE_POSITIVE):
        asked = PassRequest("watch", 2, None, measure, "anna", "a flood of fraud")
        with pytest.raises(Conflict, match="anna wrote watch 2"):
            passing(book, asked)
        passing(book, asked._replace(by="dee"))
        passing(book, asked._replace(by="eve"))
    assert {one.limit.measure for one in live(book).appetite.passed} == {
        Measure.SUSPENDED_A_DAY,
        Measure.SUSPENDED,
        Measure.FALSE_POSITIVE,
    }


def test_a_backtest_of_another_text_says_nothing_of_this_one(book: Book) -> None:
    in_force(book, body(expected_loss_unknown="refuse"))

    def again(db: Connection) -> None:
        publishing.draft(db, watch(), file="watch.toml", by="anna", at=AT)
        publishing.record_backtest(db, "watch", 2, by="anna", evidence=GOOD, at=AT)
        publishing.draft(db, watch(full_line="0.9"), file="watch.toml", by="anna", at=AT)

    book.write(again)
    checked = book.database.read(lambda db: store.check_draft(db, "watch", 2))

    assert {str(one.why) for one in checked.findings} == {"no_backtest"}
    assert [one.limit.measure for one in checked.refusing] == [Measure.EXPECTED_LOSS]


def test_what_is_not_there_cannot_be_passed(book: Book) -> None:
    nothing = PassRequest("watch", 1, None, Measure.SUSPENDED, "ann", "x")
    with pytest.raises(Conflict, match="no appetite is in force"):
        passing(book, nothing)
    in_force(book, body())
    with pytest.raises(NotFound):
        passing(book, nothing._replace(version=9))
    with pytest.raises(Conflict, match="suspended does not stand in the way of watch 1"):
        passing(book, nothing)


def test_the_book_is_held_against_it_with_what_is_unknown_told(book: Book) -> None:
    run = late(book)
    in_force(book, body(merchant_share=900_000))
    checked = {one.limit.measure: one for one in book.database.read(views.check_book).findings}

    assert checked[Measure.MERCHANT_SHARE].held is Held.BEYOND
    assert checked[Measure.MERCHANT_SHARE].part == "mer_1"
    assert checked[Measure.PRODUCT_SHARE].value_ppm == 1_000_000
    assert checked[Measure.BAND_SHARE].part == "up to 10000.00"
    assert checked[Measure.SUSPENDED].value_ppm == 0
    assert checked[Measure.EXPECTED_LOSS].value_ppm
    assert checked[Measure.LIQUIDITY_COVERAGE].why == "absent"
    assert (checked[Measure.STRESSED_LOSS].value_ppm or 0) > (
        checked[Measure.EXPECTED_LOSS].value_ppm or 0
    )
    first, *others = (str(one.subject) for one in book.database.read(views.show).checked)
    assert first == "the book"
    assert f"the run of watch 1 for {run.on}" in others


@pytest.mark.parametrize(
    "act",
    [
        partial(keeping.publish_appetite, version=1),
        partial(keeping.withdraw_appetite, version=9),
        partial(keeping.draft_appetite, body=body(3)),
    ],
)
def test_what_is_refused_changes_nothing(book: Book, act: Callable[..., object]) -> None:
    in_force(book, body())
    before = rows(book, "SELECT * FROM risk.appetite_step ORDER BY 1, 2")

    with pytest.raises((Conflict, NotFound)):
        book.write(lambda db: act(db, by="cy", note="x", at=book.at))

    assert rows(book, "SELECT * FROM risk.appetite_step ORDER BY 1, 2") == before
    assert book.database.read(outbox.depth)
