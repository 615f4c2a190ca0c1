"""What `whiteslip up --demo` builds in an empty book: half a year of a small world, a story in it, and keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from whiteslip.flows.remind_dues import remind_dues
from whiteslip.infra import business_day, keys
from whiteslip.infra.clock import FixedClock, MachineClock
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.settings import Settings
from whiteslip.kernel.calendar import business_date_of
from whiteslip.kernel.errors import NotAllowed, NotFound
from whiteslip.views.book import find_story
from whiteslip.world.cast import make_cast
from whiteslip.world.neighbors import Neighbors
from whiteslip.world.outsiders import Outsiders
from whiteslip.world.shoppers import terms
from whiteslip.world.simulate import Result, simulate
from whiteslip.world.story import Story

SHOPPERS, DAYS, SEED = 1_000, 180, 618


class IssuedKey(NamedTuple):
    """An API key, the only time it can be seen; `merchant_id` is None for the operator's."""

    label: str
    merchant_id: int | None
    key: str


class Secrets(NamedTuple):
    """What hashes API keys, and what hashes identity numbers."""

    pepper: bytes
    identity_key: bytes


class Demo(NamedTuple):
    """What was built: the world's counts, the person whose story to read, and keys to call the API with."""

    world: Result
    story_customer: int
    keys: tuple[IssuedKey, ...]


def build(chosen: Settings, *, progress: Callable[[str], None]) -> Demo | None:
    """Fill the empty book of a sandbox whose simulators run; None leaves a founded one alone.

    A world can be made anew, so nothing is waited for on disk: a crash right after it may lose its last moments.
    """
    if not (chosen.sandbox and chosen.bureau_url and chosen.messages_url and chosen.dsn):
        raise NotAllowed("a demonstration is built in a sandbox, beside its simulators")
    parties = Outsiders(bureau_url=chosen.bureau_url, messages_url=chosen.messages_url)
    with Database(
        chosen.dsn,
        statement_timeout_ms=0,
        application_name="whiteslip demo",
        waits_for_disk=False,
    ) as database:
        secrets = Secrets(keys.pepper_at(chosen.home), keys.identity_key_at(chosen.home))
        at = MachineClock().now()
        return fill(database, parties, secrets, at=at, progress=progress)


def fill(
    database: Database,
    parties: Outsiders,
    secrets: Secrets,
    *,
    at: datetime,
    progress: Callable[[str], None],
    shoppers: int = SHOPPERS,
) -> Demo | None:
    """Fill an empty book with half a year that ends on the eve of `at`; None leaves a founded one alone."""
    if not is_empty(database):
        return None
    start = business_date_of(at) - timedelta(days=DAYS)
    story = Story(start, parties, secrets.identity_key)

    def live(database: Database, on: date, clock: FixedClock) -> None:
        remind_dues(database, at=clock.now())
        story(database, on, clock)
        parties.deliver(database, clock)

    world = simulate(
        database,
        shoppers=shoppers,
        days=DAYS,
        seed=SEED,
        start=start,
        progress=lambda done, days: progress(
            f"{start + timedelta(days=done):%Y-%m-%d}, day {done} of {days}"
        ),
        also=live,
    )
    parties.release()
    issued = database.write(lambda db: _issue(db, at=at, pepper=secrets.pepper))
    found = database.read(find_story)
    if found is None:
        raise NotFound("the person of the story did not join")
    shops = [shop.name for shop in terms().shops]
    database.write(lambda db: make_cast(db, shops, found.customer_id, at=at))
    return Demo(world, found.customer_id, issued)


def neighbors() -> Neighbors:
    """Bring its people, to live on."""
    return Neighbors(seed=SEED, days=DAYS)


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
