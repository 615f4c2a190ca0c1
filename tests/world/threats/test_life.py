"""A tiny planted world in both arms: what is seen, that the books agree, and that no label reaches a decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import pytest
from tests.world.threats.worlds import SEED, TINY, book, cast, dense, live, lived

from whiteslip.flows.check_books import check_books
from whiteslip.infra.database import Connection, Database
from whiteslip.money.purchases.model import PurchaseRequest
from whiteslip.world.fingerprint import digest
from whiteslip.world.threats.arms import OFF, ON
from whiteslip.world.threats.desk import Desk
from whiteslip.world.threats.experiment import Lived, live_arm
from whiteslip.world.threats.figures import Figures
from whiteslip.world.threats.labels import FRAUD, Kind, Labels
from whiteslip.world.threats.life import Life
from whiteslip.world.threats.plan import Intent

OF_THE_WORLD = ("cash-out", "moved house", "new phone", "holiday abroad", "lost work", "thief")
"""Words that only the labels use."""
SHORT = 40

OF_CUSTOMERS = """
    SELECT columns.table_schema, columns.table_name, columns.column_name
    FROM information_schema.columns
    INNER JOIN information_schema.columns AS owner
        ON columns.table_schema = owner.table_schema AND columns.table_name = owner.table_name
        AND owner.column_name IN ('customer_id', 'merchant_id')
    WHERE columns.data_type IN ('text', 'jsonb', 'ARRAY', 'USER-DEFINED', 'bytea')
"""
"""Every column that could hold a word of a customer or a shop; the rule books themselves speak of thieves."""


def told(db: Connection) -> set[str]:
    """Find which words of the labels stand anywhere in what a book keeps of people and shops."""
    found: set[str] = set()
    for schema, table, column in db.execute(OF_CUSTOMERS).fetchall():
        for word in OF_THE_WORLD:
            query = f'SELECT FROM {schema}.{table} WHERE {table}."{column}"::text ~* %s LIMIT 1'
            if db.execute(query.encode(), (word,)).fetchone() is not None:
                found.add(word)
    return found


class Seen(NamedTuple):
    """Both arms as they were measured, and what was found in the book of the first."""

    on: Lived
    off: Lived
    words: set[str]
    rulings: set[str]
    guilty_restricted: int
    of_rings: int
    broken: list[str]


@pytest.fixture(scope="module")
def seen(server_dsn: str) -> Seen:
    words: set[str] = set()
    rulings: set[str] = set()
    restricted: list[int] = []
    broken: list[str] = []
    of_rings: list[int] = []

    def look(life: Life) -> None:
        words.update(life.database.read(told))
        rulings.update(
            row[0]
            for row in life.database.read(
                lambda db: db.execute("SELECT DISTINCT word FROM money.purchase_ruling").fetchall()
            )
        )
        episodes = life.cast.labels.episodes
        frauds = {who for one in episodes if one.kind in FRAUD for who in one.who}
        restricted.extend(one for one in life.desk.restricted if life.desk.place[one] in frauds)
        stopped = b"SELECT count(*) FROM risk.restriction WHERE book = 'ring'"
        of_rings.extend(life.database.read(lambda db: db.execute(stopped).fetchall())[0])
        change = b"UPDATE money.line SET principal_minor = principal_minor + 1"
        life.database.write(lambda db: db.execute(change))
        broken.extend(life.database.read(check_books).problems)

    on, off = (
        live_arm(server_dsn, SEED, arm, world=TINY, terms=dense(), look=look if arm is ON else None)
        for arm in (ON, OFF)
    )
    return Seen(on, off, words, rulings, len(restricted), of_rings[0], broken)


@pytest.mark.slow
def test_the_books_of_both_arms_agree(seen: Seen) -> None:
    assert seen.on.figures.problems == seen.off.figures.problems == ()
    assert seen.broken, "a planted fen is found"


@pytest.mark.slow
def test_rings_and_thieves_are_seen_and_money_stays(seen: Seen) -> None:
    on: Figures = seen.on.figures

    assert on.seen[Kind.RING].episodes >= 1
    assert on.seen[Kind.RING].recall == 1.0
    assert on.seen[Kind.TAKEOVER].episodes >= 3
    assert on.seen[Kind.TAKEOVER].recall_in_time >= 0.5
    assert on.lost_minor < seen.off.figures.lost_minor * 0.7


@pytest.mark.slow
def test_control_with_the_eyes_shut_nothing_is_seen_and_more_leaves(seen: Seen) -> None:
    off = seen.off.figures

    assert all(one.seen == one.alarms == 0 for one in off.seen.values())
    assert off.everyday.asked == off.everyday.stopped == off.restricted_honest == 0
    assert off.everyday.orders > 300, "people bought all the same"


@pytest.mark.slow
def test_reviewers_grant_and_decline_by_the_flow_that_people_use(seen: Seen) -> None:
    assert seen.rulings & {"granted", "declined"}
    assert seen.guilty_restricted > 0
    assert seen.of_rings >= 3, "members of a ring are restricted by name, not its first one alone"


@pytest.mark.slow
def test_no_word_of_the_labels_stands_in_the_book(seen: Seen) -> None:
    assert seen.words == set()


class Idle(Desk):
    """Reviewers who never come."""

    def turn(self, database: Database, *, day: int, at: datetime) -> None:
        """Do nothing."""


class Leaking(Life):
    """A world that tells the platform what an order is, by its reference."""

    def _request(self, one: Intent) -> PurchaseRequest | None:
        request = Life._request(self, one)
        kinds = {n: each.kind for n, each in enumerate(self.cast.labels.episodes)}
        if request is None or one.episode not in kinds:
            return request
        return request._replace(order_ref=f"{request.order_ref} {kinds[one.episode]}")


def told_without_reviewers(life: Life) -> tuple[str, set[str]]:
    """Live some weeks without reviewers, whose looks are the one way by which the truth may reach a book."""
    life.desk = Idle(life.cast.terms.desk, life.cast.labels, seed=SEED)
    live(life, days=SHORT)
    return life.database.read(digest), life.database.read(told)


@pytest.fixture(scope="module")
def books(server_dsn: str) -> dict[str, tuple[str, set[str]]]:
    found: dict[str, tuple[str, set[str]]] = {}
    for name, kind in (("labeled", Life), ("blank", Life), ("leaking", Leaking)):
        people = cast()
        if name == "blank":
            people = replace(people, labels=Labels(()))
        with book(server_dsn) as database:
            found[name] = told_without_reviewers(kind(database, people, ON))
    return found


@pytest.mark.slow
def test_a_book_is_the_same_whatever_its_labels_say(
    books: dict[str, tuple[str, set[str]]],
) -> None:
    assert books["labeled"] == books["blank"]
    assert books["labeled"][1] == set()


@pytest.mark.slow
def test_control_a_label_that_leaks_is_found_twice(books: dict[str, tuple[str, set[str]]]) -> None:
    assert books["leaking"][0] != books["blank"][0]
    assert books["leaking"][1] & set(OF_THE_WORLD)


@pytest.mark.slow
def test_the_same_seed_lives_the_same_book(server_dsn: str) -> None:
    digests: list[str] = []
    for _ in range(2):
        with book(server_dsn) as database:
            people = replace(cast(), days=25)
            digests.append(lived(database, people, ON).database.read(digest))

    assert digests[0] == digests[1]
