"""The two arms: the platform as it is shipped, and the same with its eyes for fraud shut."""

from __future__ import annotations

import re
import tomllib
from datetime import datetime
from typing import Final, NamedTuple

from whiteslip.flows import publish_book
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import InvariantBroken
from whiteslip.views.rule_books import shipped
from whiteslip.world.staff import PEOPLE

_OF_FRAUD: Final = re.compile(r"BEH-|FRD-")
_BOOKS: Final = ("checkout", "watch")
_AUTHOR: Final = "Cai"


class Arm(NamedTuple):
    """A way to live a seed; `network` weaves, `book` leaves the checkout and watch books as they are shipped."""

    name: str
    says: str
    network: bool = True
    book: bool = True


ON: Final = Arm("on", "all detectors as shipped")
OFF: Final = Arm("off", "no rule on fraud or odd purchases, no network", network=False, book=False)
NO_NETWORK: Final = Arm("no-network", "the rules alone", network=False)
NO_BOOK: Final = Arm("no-book", "the network alone", book=False)
BY_NAME: Final = {arm.name: arm for arm in (ON, OFF, NO_NETWORK, NO_BOOK)}


def shut_eyes(database: Database, *, at: datetime) -> None:
    """Publish the books without the rules that tell of fraud or odd purchases, by the way any version takes."""
    for name in _BOOKS:
        blind, version = without_fraud(shipped(name))
        database.write(
            lambda db, name=name, blind=blind: publish_book.draft(
                db, blind, file=f"{name}.toml", by=_AUTHOR, at=at
            )
        )
        _lead(database, name, version, at=at)


def _lead(database: Database, name: str, version: int, *, at: datetime) -> None:
    first, second = PEOPLE
    why = {"rows": 0, "how": "an arm of an experiment: there is no book yet to judge by"}
    database.write(
        lambda db: publish_book.record_backtest(db, name, version, by=_AUTHOR, evidence=why, at=at)
    )
    database.write(lambda db: publish_book.approve(db, name, version, by=first, at=at))
    database.write(lambda db: publish_book.start_shadow(db, name, version, by=first, at=at))
    admitted = database.write(lambda db: publish_book.go_live(db, name, version, by=first, at=at))
    for by in (first, second) if admitted.proposed else ():
        admitted = database.write(
            lambda db, by=by: publish_book.release(db, name, version, by=by, at=at)
        )
    if admitted.proposed:
        raise InvariantBroken(f"two people released {name}, and it is still proposed")


def without_fraud(text: str) -> tuple[str, int]:
    """Cut the rules whose reasons are of fraud or odd purchases out of a book; returns its text as the next version."""
    head, *rules = re.split(r"(?m)^(?=\[\[rule\]\])", text)
    kept = [rule for rule in rules if not _speaks_of_fraud(rule)]
    version = int(tomllib.loads(head)["version"]) + 1
    head = re.sub(r"(?m)^version(\s*)=(\s*)\d+", rf"version\1=\g<2>{version}", head, count=1)
    return head + "".join(kept), version


def _speaks_of_fraud(rule: str) -> bool:
    reasons: list[str] = tomllib.loads(rule)["rule"][0].get("reasons", [])
    return any(_OF_FRAUD.match(one) for one in reasons)
