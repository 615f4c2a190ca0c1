"""Apply: people ask for a line, and may withdraw while nothing is decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.care.privacy.model import Person
from whiteslip.care.privacy.store import seal_people
from whiteslip.credit.agreements import store as agreements
from whiteslip.credit.agreements.model import Acceptance, How, Name, Subject
from whiteslip.credit.agreements.rules import check_version
from whiteslip.credit.applications import rules, store
from whiteslip.credit.applications.model import (
    Applicant,
    Application,
    Command,
    Consent,
    Move,
    Purpose,
    Request,
    Status,
)
from whiteslip.credit.applications.store import Known
from whiteslip.credit.bureau.model import ApplicationKey, NewInquiry
from whiteslip.credit.bureau.store import cancel_inquiries, insert_inquiries
from whiteslip.credit.customers.model import SEALED_MARK, NewCustomer
from whiteslip.credit.customers.store import insert_customers
from whiteslip.credit.limits.store import table
from whiteslip.infra import business_day, outbox
from whiteslip.infra.crypto import Keyring
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import Conflict, NotFound, WhiteslipError
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.products import store as products
from whiteslip.risk.network import store as network
from whiteslip.risk.reviews.model import Kind
from whiteslip.risk.reviews.store import close_moot

__all__ = [
    "Applicant",
    "Applied",
    "Consent",
    "Purpose",
    "Request",
    "WithdrawRequest",
    "apply",
    "withdraw",
]


class Applied(NamedTuple):
    """An application taken in, or withdrawn."""

    customer_id: int
    application_id: int
    status: Status


class WithdrawRequest(NamedTuple):
    """The person does not want the line any more."""

    customer_id: int
    application_id: int
    actor: str


def apply(
    db: Connection, requests: Sequence[Request], *, at: datetime, ring: Keyring | None = None
) -> list[Applied | WhiteslipError]:
    """Take applications in, in order; who applied before stays the same customer.

    Each keeps the version of the credit agreement its person was shown, for a line is opened under it. With consent an
    inquiry is made ready for the bureau; nobody is asked here. A request that is a mistake is
    answered with the error, and nothing of it is kept.
    """
    on = business_day.today(db).current_on
    agreement = agreements.live(db, Name.CREDIT)
    mistakes = [
        rules.check(request, table(), on=on, at=at)
        or check_version(request.agreement_version, agreement)
        for request in requests
    ]
    right = [request for request, wrong in zip(requests, mistakes, strict=True) if wrong is None]
    for name in {request.product for request in right}:
        products.live(db, name)
    hashes = [request.applicant.id_hash for request in right]
    store.bar_applicants(db, hashes)
    taken = _take_in(db, right, store.find_applicants(db, hashes), ring, on=on, at=at)
    answers = iter(taken)
    return [next(answers) if wrong is None else wrong for wrong in mistakes]


def withdraw(
    db: Connection, requests: Sequence[WithdrawRequest], *, at: datetime
) -> list[Applied | WhiteslipError]:
    """Withdraw applications that are not decided, in order; what the bureau has not answered is not waited for."""
    on = business_day.today(db).current_on
    taken = store.take_applications(db, (ApplicationKey(*one[:2]) for one in requests))
    answers: list[Applied | WhiteslipError] = []
    moves: list[Move] = []
    for request in requests:
        key = ApplicationKey(request.customer_id, request.application_id)
        application = taken.get(key)
        if error := _may_not_withdraw(key, application):
            answers.append(error)
        elif application is not None:
            moves.append(Move(*key, application.status, Status.WITHDRAWN, request.actor))
            taken[key] = application._replace(status=Status.WITHDRAWN)
            answers.append(Applied(*key, Status.WITHDRAWN))
    store.move_applications(db, moves, on=on, at=at)
    keys = [ApplicationKey(*move[:2]) for move in moves]
    cancel_inquiries(db, keys, at=at)
    close_moot(
        db,
        {(key.customer_id, Kind.APPLICATION) for key in keys},
        note="the application was withdrawn",
        at=at,
    )
    _announce(db, "credit.application-withdrawn", keys, at=at)
    return answers


def _may_not_withdraw(
    key: ApplicationKey, application: Application | None
) -> WhiteslipError | None:
    if application is None:
        return NotFound(f"customer {key.customer_id} has no application {key.application_id}")
    return rules.refusal(application, Command.WITHDRAW)


def _take_in(
    db: Connection,
    requests: Sequence[Request],
    known: dict[bytes, Known],
    ring: Keyring | None,
    *,
    on: date,
    at: datetime,
) -> list[Applied | WhiteslipError]:
    """Keep one application a person, the first one of the batch."""
    refused: dict[int, WhiteslipError] = {}
    seen = {id_hash for id_hash, person in known.items() if person.is_applying}
    for index, request in enumerate(requests):
        id_hash = request.applicant.id_hash
        person = known.get(id_hash)
        if id_hash in seen:
            refused[index] = Conflict("this person has an application under way")
        elif person is not None and person.has_line:
            refused[index] = Conflict("this person has a line already")
        seen.add(id_hash)
    kept = [request for index, request in enumerate(requests) if index not in refused]
    keys = _numbered(db, kept, known, ring, on=on, at=at)
    _keep(db, kept, keys, on=on, at=at)
    numbers = iter(keys)
    return [
        refused[index] if index in refused else Applied(*next(numbers), Status.RECEIVED)
        for index in range(len(requests))
    ]


def _numbered(
    db: Connection,
    requests: Sequence[Request],
    known: dict[bytes, Known],
    ring: Keyring | None,
    *,
    on: date,
    at: datetime,
) -> list[ApplicationKey]:
    """Let new people join, and give each application its owner and its number."""
    people = [
        NewCustomer(request.reference, request.display_name, request.language)
        for request in requests
        if request.applicant.id_hash not in known
    ]
    hidden = people if ring is None else [one._replace(display_name=SEALED_MARK) for one in people]
    joined = insert_customers(db, hidden, on=on) if people else []
    if joined and ring is not None:
        named = [Person(one.display_name, None) for one in people]
        seal_people(db, dict(zip(joined, named, strict=True)), ring, at=at)
    if joined:
        outbox.append(db, "credit.customer-joined", customer_ids=joined, subject_ids=joined, at=at)
    fresh = iter(joined)
    owners = [
        known[hashed].customer_id if (hashed := one.applicant.id_hash) in known else next(fresh)
        for one in requests
    ]
    return [
        ApplicationKey(owner, number)
        for owner, number in zip(owners, take_numbers(db, len(requests)), strict=True)
    ]


def _keep(
    db: Connection,
    requests: Sequence[Request],
    keys: Sequence[ApplicationKey],
    *,
    on: date,
    at: datetime,
) -> None:
    store.insert_applications(db, requests, keys, on=on, at=at)
    network.tie_at_once(db, list(network.find_told(db, keys).values()), on=on)
    shown = agreements.live(db, Name.CREDIT).agreement_id
    accepted = [
        Acceptance(*key, Subject.APPLICATION, shown, on, at, How.APPLICATION, request.actor)
        for key, request in zip(keys, requests, strict=True)
    ]
    agreements.insert_acceptances(db, accepted)
    asked = [
        key
        for key, request in zip(keys, requests, strict=True)
        if rules.is_given(request, Purpose.BUREAU_INQUIRY)
    ]
    numbers = take_numbers(db, len(asked))
    inquiries = [
        NewInquiry(key.customer_id, number, key.application_id)
        for key, number in zip(asked, numbers, strict=True)
    ]
    insert_inquiries(db, inquiries, at=at)
    _announce(db, "credit.application-received", keys, at=at)


def _announce(db: Connection, topic: str, keys: Sequence[ApplicationKey], *, at: datetime) -> None:
    if keys:
        outbox.append(
            db,
            topic,
            customer_ids=[key.customer_id for key in keys],
            subject_ids=[key.application_id for key in keys],
            at=at,
        )
