"""A file of results, taken once by its content: the same file again is answered as it was, and acts on nothing."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import datetime

import msgspec

from whiteslip.flows.take_bank_results.journey import take_bank_results
from whiteslip.flows.take_bank_results.writing import Acts
from whiteslip.gateways.bank.files.model import FileRead
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import PROGRAM
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.results import store
from whiteslip.money.results.model import Did
from whiteslip.money.suspense.model import Kind, NewItem
from whiteslip.money.suspense.store import insert_items

_SHOWN = 16
"""How many digits of a file's digest name it where results are said to come from it."""
_LONGEST = {"result_id": 200, "why": 200}


class FileTaken(msgspec.Struct, frozen=True):
    """What came of a file: how many results it had, what each kind of them did, and what is a person's.

    `again` counts results that were told before; `unread` entries nobody understands, which wait on the manual queue;
    `pending` those that are not final yet.
    """

    digest: str
    message_id: str
    results: int
    did: dict[str, int]
    again: int
    unread: int
    pending: int


def take_bank_file(
    db: Connection, content: bytes, file: FileRead, *, bank: str, acts: Acts, at: datetime
) -> FileTaken:
    """Take what was read of a file, whole; what of it cannot be understood is put on the manual queue."""
    digest = hashlib.sha256(content).digest()
    if not store.insert_file(db, bank, digest, at=at):
        return msgspec.json.decode(store.read_report(db, bank, digest), type=FileTaken)
    source = f"file {digest.hex()[:_SHOWN]}"
    taken = take_bank_results(db, file.results, bank=bank, source=source, acts=acts, at=at)
    _ask(db, file, bank, at=at)
    counts = Counter(one.did for one in taken if not one.again)
    report = FileTaken(
        digest.hex(),
        file.message_id,
        len(taken),
        {did.value: counts[did] for did in Did},
        sum(one.again for one in taken),
        len(file.unread),
        file.pending,
    )
    store.keep_report(db, bank, digest, msgspec.json.encode(report).decode())
    return report


def _ask(db: Connection, file: FileRead, bank: str, *, at: datetime) -> None:
    """Leave entries nobody understands to people: where they stand, and why; what they say of people stays away."""
    items = [
        NewItem(
            Kind.UNREADABLE,
            bank,
            f"{file.message_id} {one.where}"[: _LONGEST["result_id"]],
            "",
            one.amount_minor or 0,
            "",
            one.why[: _LONGEST["why"]],
        )
        for one in file.unread
    ]
    on = business_day.today(db).current_on
    numbers = take_numbers(db, len(items))
    insert_items(db, items, numbers, actor=PROGRAM, on=on, at=at)
