"""A version's way from draft to live on a real book: who may do what, what stops it, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from tests.builders import FOUNDED_ON, Book, founded, noon

from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.rulebooks.blast import BlastGuard
from whiteslip.decisioning.rulebooks.experiment import is_one_challenged
from whiteslip.decisioning.rulebooks.life import Status
from whiteslip.flows import publish_book as publishing
from whiteslip.flows.found_book import found_book
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound
from whiteslip.views import rule_books

AT = noon(FOUNDED_ON)
Db = psycopg.Connection[Any]
SHIPPED = rulebooks.shipped("watch")


def watch(number: int = 2, *, full_line: str = "0.95", outcome: str = "watch") -> str:
    """The shipped watch book as another version, in which a full line means something else."""
    body = SHIPPED.replace("version     = 1", f"version     = {number}")
    head, tail = body.split('id      = "full-line"')
    tail = tail.replace("0.95", full_line).replace('outcome = "watch"', f'outcome = "{outcome}"', 1)
    if outcome != "watch":
        tail = tail.replace('"no_match"', '"review"', 1)
    return f'{head}id      = "full-line"{tail}'


def backtested(db: Connection, body: str, *, by: str = "anna") -> int:
    """Draft a version and bring it to where a second person is needed."""
    found = publishing.draft(db, body, file="watch.toml", by=by, at=AT)
    assert found.problems == ()
    publishing.record_backtest(
        db, "watch", found.version, by=by, evidence={"cases": 9, "moved": 1}, at=AT
    )
    return found.version


def in_shadow(db: Connection, body: str) -> int:
    version = backtested(db, body)
    publishing.approve(db, "watch", version, by="bo", at=AT)
    publishing.start_shadow(db, "watch", version, by="anna", at=AT)
    return version


def status_of(db: Connection, version: int) -> str:
    return rulebooks.standing(db, "watch").find(version).status or "none"


@pytest.fixture
def founded_db(db: Db) -> Db:
    found_book(db, on=FOUNDED_ON, at=AT)
    return db


def test_a_version_goes_its_way_and_every_step_is_kept(founded_db: Db) -> None:
    db = founded_db
    version = in_shadow(db, watch())
    admitted = publishing.go_live(db, "watch", version, by="cy", at=AT)

    assert (admitted.proposed, admitted.blast.moved) == (False, 0)
    assert rulebooks.live(db, "watch").version == 2
    steps = [
        (one.version, one.command, one.to_status, one.actor)
        for one in rule_books.steps(db, "watch")
    ]
    assert steps == [
        (2, "live", "live", "cy"),
        (2, "shadow", "shadow", "anna"),
        (2, "approve", "approved", "bo"),
        (2, "backtest", "backtested", "anna"),
        (2, "validate", "validated", "anna"),
        (2, "draft", "draft", "anna"),
        (1, "replace", "retired", "cy"),
        (1, "found", "live", "whiteslip"),
    ]


def test_a_text_with_problems_stays_a_draft_and_says_them(founded_db: Db) -> None:
    body = watch().replace("utilization", "utilisation")

    found = publishing.draft(founded_db, body, file="mine.toml", by="anna", at=AT)

    assert [str(each) for each in found.problems] == [
        (
            "mine.toml:10: no fact 'utilisation' is supplied to a watch book; it is given the 85 declared"
            " features and scores; did you mean 'utilization'?"
        )
    ]
    assert status_of(founded_db, 2) == "draft"
    mended = publishing.draft(founded_db, watch(), file="mine.toml", by="anna", at=AT)
    assert (mended.problems, status_of(founded_db, 2)) == ((), "validated")


def test_what_cannot_be_read_is_not_even_a_draft(founded_db: Db) -> None:
    with pytest.raises(InvalidInput, match=r"mine\.toml:34, rule overdue-15: outcome: 'ban'"):
        publishing.draft(
            founded_db, watch().replace('"restrict"', '"ban"'), file="mine.toml", by="anna", at=AT
        )
    assert len(rulebooks.standing(founded_db, "watch").versions) == 1


def test_a_name_keeps_its_kind(founded_db: Db) -> None:
    body = rulebooks.shipped("application").replace('name        = "application"', 'name = "watch"')

    with pytest.raises(InvalidInput, match="watch is a watch book, not a application book"):
        publishing.draft(
            founded_db, body.replace("version     = 1", "version = 2"), file="x", by="anna", at=AT
        )


Step = Callable[[Connection], object]
COMMANDS: dict[str, Step] = {
    "draft": lambda db: publishing.draft(db, watch(full_line="0.9"), file="x", by="anna", at=AT),
    "validate": lambda db: publishing.validate(db, "watch", 2, by="anna", at=AT),
    "backtest": lambda db: publishing.record_backtest(
        db, "watch", 2, by="anna", evidence={"cases": 1}, at=AT
    ),
    "approve": lambda db: publishing.approve(db, "watch", 2, by="bo", at=AT),
    "shadow": lambda db: publishing.start_shadow(db, "watch", 2, by="anna", at=AT),
    "challenge": lambda db: publishing.go_live(db, "watch", 2, by="anna", at=AT, share_ppm=100_000),
    "live": lambda db: publishing.go_live(db, "watch", 2, by="anna", at=AT),
    "release": lambda db: publishing.release(db, "watch", 2, by="cy", at=AT),
    "retire": lambda db: publishing.retire(db, "watch", 2, by="anna", at=AT),
    "rollback": lambda db: publishing.roll_back(db, "watch", by="anna", at=AT),
}
WAY = ("draft", "backtest", "approve", "shadow", "challenge", "live")
LEGAL = {
    "none": {"draft"},
    "draft": {"draft", "validate", "retire"},
    "validated": {"draft", "backtest", "retire"},
    "backtested": {"draft", "backtest", "approve", "retire"},
    "approved": {"shadow", "retire"},
    "shadow": {"challenge", "live", "retire"},
    "challenger": {"challenge", "live", "retire", "rollback"},
    "live": {"rollback"},
    "retired": set[str](),
}


def brought_to(db: Connection, status: str) -> None:
    if status == "draft":
        body = watch().replace("utilization", "utilisation")
        publishing.draft(db, body, file="x", by="anna", at=AT)
        return
    if status == "retired":
        publishing.draft(db, watch(), file="x", by="anna", at=AT)
        publishing.retire(db, "watch", 2, by="anna", at=AT)
        return
    places = ["none", "validated", "backtested", "approved", "shadow", "challenger", "live"]
    body = watch()
    for step in WAY[: places.index(status)]:
        if step == "draft":
            publishing.draft(db, body, file="x", by="anna", at=AT)
        else:
            COMMANDS[step](db)


def everything(db: Connection) -> list[Any]:
    books = db.execute("SELECT * FROM decisioning.rule_book ORDER BY name, version").fetchall()
    steps = db.execute("SELECT * FROM decisioning.rule_book_event ORDER BY 1, 2, 3").fetchall()
    return [books, steps]


@pytest.mark.parametrize("status", LEGAL)
def test_every_command_in_every_state_and_an_illegal_one_changes_nothing(
    founded_db: Db, status: str
) -> None:
    db = founded_db
    brought_to(db, status)
    before = everything(db)
    if status != "none":
        assert status_of(db, 2) == status
    for name, command in COMMANDS.items():
        with db.transaction(force_rollback=True):
            if name in LEGAL[status]:
                command(db)
                assert (everything(db) != before) is not (name == "validate")
                continue
            with pytest.raises((Conflict, NotFound)):
                command(db)
            assert everything(db) == before, name


def test_two_spellings_of_one_name_are_one_person(founded_db: Db) -> None:
    version = backtested(founded_db, watch(), by="Anna Li")

    with pytest.raises(Conflict, match="anna li wrote version 2"):
        publishing.approve(founded_db, "watch", version, by="  ANNA   li ", at=AT)
    publishing.approve(founded_db, "watch", version, by="Bo", at=AT)


@pytest.fixture
def book(database: Database) -> Book:
    """Four lines, one of them used to 60 %."""
    made = founded(database)
    shop = made.shop()
    lines = [made.line(100_000) for _ in range(4)]
    made.buy(lines[0], 60_000, at_shop=shop)
    return made


def proposed(book: Book, body: str, **more: Any) -> publishing.Admitted:
    def work(db: Connection) -> publishing.Admitted:
        version = in_shadow(db, body)
        return publishing.go_live(db, "watch", version, by="anna", at=AT, **more)

    return book.write(work)


STRICT = watch(full_line="0.5", outcome="restrict")


def test_what_moves_too_many_accounts_stops_until_two_others_release_it(book: Book) -> None:
    found = proposed(book, STRICT)

    assert (found.proposed, found.releases_missing) == (True, 2)
    assert (found.blast.accounts, found.blast.moved, found.blast.limit) == (4, 1, 0)
    assert found.differences is not None
    assert [(rule.rule_id, rule.only_shadow) for rule in found.differences.rules] == [
        ("full-line", 1)
    ]
    assert book.write(lambda db: rulebooks.live(db, "watch")).version == 1
    with pytest.raises(Conflict, match="anna wrote"):
        book.write(lambda db: publishing.release(db, "watch", 2, by="Anna", at=AT))
    first = book.write(lambda db: publishing.release(db, "watch", 2, by="bo", at=AT))
    assert (first.proposed, first.releases_missing) == (True, 1)
    with pytest.raises(Conflict, match="bo has released"):
        book.write(lambda db: publishing.release(db, "watch", 2, by="bo", at=AT))
    last = book.write(lambda db: publishing.release(db, "watch", 2, by="cy", at=AT))
    assert (last.proposed, last.releases_missing) == (False, 0)
    assert book.write(lambda db: rulebooks.live(db, "watch")).version == 2
    book.close_day()
    assert levels(book) == [0, 0, 0, 3]


def levels(book: Book) -> list[int]:
    query = "SELECT restriction_level FROM money.line"
    return sorted(row[0] for row in book.write(lambda db: db.execute(query).fetchall()))


def test_past_runs_raise_what_may_move(book: Book) -> None:
    def runs(db: Connection) -> None:
        watched = rulebooks.live(db, "watch")
        for day in range(3):
            on = FOUNDED_ON + timedelta(days=day)
            rulebooks.count_run(db, watched, on=on, accounts=4, moved=1)

    book.write(runs)

    found = proposed(book, STRICT)

    assert (found.proposed, found.blast.moved, found.blast.limit) == (False, 1, 3)


def test_who_is_restricted_already_is_not_moved(book: Book) -> None:
    proposed(book, STRICT)
    for person in ("bo", "cy"):
        book.write(lambda db, by=person: publishing.release(db, "watch", 2, by=by, at=AT))

    again = watch(3, full_line="0.4", outcome="suspend")
    found = proposed(book, again)

    assert (found.proposed, found.blast.moved) == (False, 0)


def test_a_challenger_counts_only_the_customers_it_judges(book: Book) -> None:
    query = "SELECT customer_id, principal_minor > 0 FROM money.line"
    rows = book.write(lambda db: db.execute(query).fetchall())
    for share_ppm in (1, 300_000, 600_000, 999_999):
        book.write(
            lambda db: db.execute("DELETE FROM decisioning.rule_book_event WHERE version = 2")
        )
        book.write(lambda db: db.execute("DELETE FROM decisioning.rule_book WHERE version = 2"))
        mine = [
            used
            for customer_id, used in rows
            if is_one_challenged(customer_id, name="watch", version=2, share_ppm=share_ppm)
        ]

        found = proposed(book, STRICT, share_ppm=share_ppm)

        assert (found.blast.accounts, found.blast.moved) == (len(mine), sum(mine))


def test_a_release_does_not_hold_for_more_than_was_proposed(book: Book) -> None:
    proposed(book, STRICT)
    shop = book.shop()
    for _ in range(2):
        book.buy(book.line(100_000), 90_000, at_shop=shop)

    with pytest.raises(Conflict, match="would now move 3 accounts, not 1 as proposed"):
        book.write(lambda db: publishing.release(db, "watch", 2, by="bo", at=AT))
    again = book.write(lambda db: publishing.go_live(db, "watch", 2, by="anna", at=AT))
    assert (again.proposed, again.blast.moved) == (True, 3)


@pytest.mark.parametrize("planted", ["limit", "share"])
def test_control_a_guard_that_lets_all_through_is_noticed(
    book: Book, monkeypatch: pytest.MonkeyPatch, planted: str
) -> None:
    def open_wide(accounts: int, _trailing: object, *, guard: BlastGuard) -> int:
        return accounts if planted == "limit" else accounts * guard.least_share_ppm

    monkeypatch.setattr(publishing, "blast_limit", open_wide)

    assert not proposed(book, STRICT).proposed


def test_the_first_version_of_a_book_needs_release_even_if_it_moves_nobody(book: Book) -> None:
    body = rulebooks.shipped("limits").replace('"limits"', '"caution"', 1)

    def work(db: Connection) -> publishing.Admitted:
        publishing.draft(db, body, file="caution.toml", by="anna", at=AT)
        publishing.record_backtest(db, "caution", 1, by="anna", evidence={"cases": 1}, at=AT)
        publishing.approve(db, "caution", 1, by="bo", at=AT)
        return publishing.go_live(db, "caution", 1, by="anna", at=AT)

    found = book.write(work)

    assert (found.proposed, found.blast.accounts, found.blast.moved, found.blast.limit) == (
        True,
        4,
        0,
        None,
    )
    for person in ("bo", "cy"):
        book.write(lambda db, by=person: publishing.release(db, "caution", 1, by=by, at=AT))
    assert book.write(lambda db: rulebooks.live(db, "caution")).version == 1


def test_rollback_brings_back_the_earlier_bytes_in_one_step(book: Book) -> None:
    before = book.write(lambda db: rule_books.kept(db, "watch", None))
    proposed(book, watch(full_line="0.9"))
    assert book.write(lambda db: rule_books.kept(db, "watch", None)) != before

    later = AT + timedelta(hours=1)
    version = book.write(
        lambda db: publishing.roll_back(db, "watch", by="dee", at=later, note="bad")
    )

    after = book.write(lambda db: rule_books.kept(db, "watch", None))
    assert (version, after.encode()) == (1, before.encode())
    steps = book.write(lambda db: rule_books.steps(db, "watch"))[:2]
    assert [(one.version, one.command, one.actor, one.evidence) for one in steps] == [
        (2, "roll_back", "dee", {"note": "bad"}),
        (1, "restore", "dee", {"note": "bad"}),
    ]


def test_a_shadow_at_the_end_of_the_day_is_counted_in_sql(book: Book) -> None:
    book.write(lambda db: in_shadow(db, STRICT))

    def count(db: Connection) -> None:
        now = rulebooks.running(db, "watch")
        found = rulebooks.shadow_of_range(db, now, first=0, last=10_000, on=FOUNDED_ON)
        assert found is not None
        rulebooks.count_shadow(db, "watch", found, on=FOUNDED_ON)
        rulebooks.count_shadow(db, "watch", found, on=FOUNDED_ON + timedelta(days=1))

    book.write(count)

    view = book.write(lambda db: rule_books.shadow_of(db, "watch", 2))
    assert [(pair.live.label, pair.shadow.label, pair.rows) for pair in view.outcomes] == [
        ("clear", "clear", 6),
        ("clear", "restrict", 2),
    ]
    assert [tuple(rule) for rule in view.rules] == [("full-line", 0, 0, 2)]


def test_two_who_publish_at_once_are_one_after_the_other(
    connections: Callable[[], Db], dsn: str
) -> None:
    first, second, third = connections(), connections(), connections()
    found_book(first, on=FOUNDED_ON, at=AT)
    version = in_shadow(first, watch())
    first.commit()
    publishing.go_live(first, "watch", version, by="anna", at=AT)

    def told(db: Connection, act: Callable[[Connection], object]) -> str:
        try:
            act(db)
        except Conflict as error:
            return str(error)
        finally:
            db.rollback()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        again = pool.submit(told, second, COMMANDS["live"])
        undone = pool.submit(told, third, COMMANDS["retire"])
        with pytest.raises(TimeoutError):
            again.result(timeout=0.3)
        first.commit()
        assert again.result(timeout=10) == "version 2 of watch is live: it cannot go live"
        assert undone.result(timeout=10) == "version 2 of watch is live: it cannot be retired"
    found = rulebooks.standing(first, "watch")
    assert [each.status for each in found.versions] == [Status.RETIRED, Status.LIVE]
