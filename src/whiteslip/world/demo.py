"""What `whiteslip up --demo` builds in an empty book: half a year of a small world, a story in it, and keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from whiteslip.infra import business_day, keys
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.settings import load
from whiteslip.kernel.calendar import business_date_of
from whiteslip.kernel.errors import NotFound
from whiteslip.views.book import find_story
from whiteslip.world.shoppers import terms
from whiteslip.world.simulate import Result, simulate
from whiteslip.world.story import Story

SHOPPERS, DAYS, SEED = 2_000, 180, 618


class IssuedKey(NamedTuple):
    """An API key, the only time it can be seen; `merchant_id` is None for the operator's."""

    label: str
    merchant_id: int | None
    key: str


class Demo(NamedTuple):
    """What was built: the world's counts, the person whose story to read, and keys to call the API with."""

    world: Result
    story_customer: int
    keys: tuple[IssuedKey, ...]


def build(dsn: str, *, progress: Callable[[str], None], at: datetime | None = None) -> Demo | None:
    """Fill an empty book, its keys hashed by the secret of the settings; None leaves a founded one alone."""
    with Database(dsn, statement_timeout_ms=0, application_name="whiteslip demo") as database:
        pepper = keys.pepper_at(load().home)
        return fill(database, at=at or MachineClock().now(), progress=progress, pepper=pepper)


def fill(
    database: Database,
    *,
    at: datetime,
    progress: Callable[[str], None],
    pepper: bytes,
    shoppers: int = SHOPPERS,
) -> Demo | None:
    """Fill an empty book with half a year that ends on the eve of `at`; None leaves a founded one alone."""
    if not is_empty(database):
        return None
    start = business_date_of(at) - timedelta(days=DAYS)
    world = simulate(
        database,
        shoppers=shoppers,
        days=DAYS,
        seed=SEED,
        start=start,
        progress=lambda done, days: progress(
            f"{start + timedelta(days=done):%Y-%m-%d}, day {done} of {days}"
        ),
        also=Story(start),
    )
    issued = database.write(lambda db: _issue(db, at=at, pepper=pepper))
    story = database.read(find_story)
    if story is None:
        raise NotFound("the person of the story did not join")
    return Demo(world, story.customer_id, issued)


def is_empty(database: Database) -> bool:
    """Tell whether the book is not founded yet."""
    try:
        database.read(business_day.read)
    except NotFound:
        return True
    return False


def _issue(db: Connection, *, at: datetime, pepper: bytes) -> tuple[IssuedKey, ...]:
    operator = keys.issue(
        db, label="demo operator", merchant_id=None, scopes=[keys.OPERATOR], at=at, pepper=pepper
    )
    issued = [IssuedKey("operator", None, operator)]
    for merchant_id, shop in enumerate(terms().shops, start=1):
        key = keys.issue(
            db,
            label=f"demo {shop.name}",
            merchant_id=merchant_id,
            scopes=keys.MERCHANT_SCOPES,
            at=at,
            pepper=pepper,
        )
        issued.append(IssuedKey(shop.name, merchant_id, key))
    return tuple(issued)
