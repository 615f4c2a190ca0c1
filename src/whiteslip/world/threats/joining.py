"""How people come into a planted world: the first are there with the book, everybody later applies and is let in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Final

from whiteslip.credit.applications.model import Applicant, Consent, Purpose, Request, Review
from whiteslip.credit.bureau.model import ApplicationKey
from whiteslip.flows.apply import Applied, apply
from whiteslip.flows.decide_applications import decide_applications, decide_review
from whiteslip.flows.open_lines import NewCustomer, NewLine, OpenedLine, join, open_lines
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import InvariantBroken, WhiteslipError
from whiteslip.world.shoppers import Ints
from whiteslip.world.threats.cast import Cast

_BORN = date(1995, 3, 14)
_PRODUCT: Final = "pay-later"
_SHOP, _REVIEWER = "shop", "Fay"


def join_people(
    database: Database, cast: Cast, who: Ints, *, first: bool, at: datetime
) -> list[OpenedLine]:
    """Let people in, in order; returns their lines."""
    if first:
        return database.write(lambda db: _found(db, cast, who.tolist(), at))
    return database.write(lambda db: _admit(db, cast, who.tolist(), at))


def _found(db: Connection, cast: Cast, who: list[int], at: datetime) -> list[OpenedLine]:
    people = cast.shoppers.people
    new = [
        NewCustomer(_reference(cast, one), people[one].name, people[one].language) for one in who
    ]
    asked = [
        NewLine(owner, int(cast.shoppers.limit[one]), int(cast.shoppers.statement_day[one]))
        for one, owner in zip(who, join(db, new, at=at), strict=True)
    ]
    return _opened(open_lines(db, asked, at=at))


def _admit(db: Connection, cast: Cast, who: list[int], at: datetime) -> list[OpenedLine]:
    """Apply without a word to a machine alone, so that a person decides; that person lets everybody in."""
    applied = apply(db, [_application(cast, one, at) for one in who], at=at)
    keys = [one for one in applied if isinstance(one, Applied)]
    if len(keys) != len(who):
        raise InvariantBroken(f"somebody could not apply: {applied}")
    decide_applications(db, [ApplicationKey(*one[:2]) for one in keys], at=at)
    reviews = [
        Review(*key[:2], _REVIEWER, int(cast.shoppers.limit[one]))
        for one, key in zip(who, keys, strict=True)
    ]
    opened: list[OpenedLine] = []
    for decided in decide_review(db, reviews, at=at):
        if isinstance(decided, WhiteslipError) or decided.line_id is None:
            raise InvariantBroken(f"somebody was not let in: {decided}")
        opened.append(OpenedLine(decided.customer_id, decided.line_id))
    return opened


def _application(cast: Cast, one: int, at: datetime) -> Request:
    shoppers, person = cast.shoppers, cast.shoppers.people[one]
    reference = _reference(cast, one)
    applicant = Applicant(person.name, sha256(reference.encode()).digest(), "0000", _BORN)
    plan = cast.plan
    return Request(
        reference,
        person.name,
        person.language,
        applicant,
        income_minor=int(shoppers.income[one]),
        obligations_minor=0,
        rent_minor=0,
        requested_minor=int(shoppers.limit[one]),
        statement_day=int(shoppers.statement_day[one]),
        product=_PRODUCT,
        consents=tuple(Consent(purpose, is_given=False, said_at=at) for purpose in Purpose),
        actor=_SHOP,
        device_hash=f"{plan.applied_from[one]:032x}",
        phone_hash=f"{plan.phone[one]:032x}",
        address_hash=f"{plan.address[one]:032x}",
        card_hash=f"{plan.card[one]:032x}",
        ip_hash=f"{plan.network[one]:032x}",
    )


def _reference(cast: Cast, one: int) -> str:
    return f"town-{cast.seed}-{one + 1}"


def _opened(answers: Sequence[OpenedLine | WhiteslipError]) -> list[OpenedLine]:
    opened = [one for one in answers if isinstance(one, OpenedLine)]
    if len(opened) != len(answers):
        raise InvariantBroken(f"a line could not be opened: {answers}")
    return opened
