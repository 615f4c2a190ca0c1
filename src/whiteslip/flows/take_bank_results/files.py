"""A file of results, taken once by its content: the same file again is answered as it was, and acts on nothing."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import msgspec

from whiteslip.flows.take_bank_results.journey import take_bank_results
from whiteslip.flows.take_bank_results.writing import Acts
from whiteslip.gateways.bank.model import Result
from whiteslip.infra.database import Connection
from whiteslip.money.results import store
from whiteslip.money.results.model import Did

_SHOWN = 16
"""How many digits of a file's digest name it where results are said to come from it."""


class FileTaken(msgspec.Struct, frozen=True):
    """What came of a file: its digest, how many results it had and what each kind of them did."""

    digest: str
    results: int
    did: dict[str, int]
    again: int


def take_bank_file(
    db: Connection,
    content: bytes,
    told: Sequence[Result],
    *,
    bank: str,
    acts: Acts,
    at: datetime,
) -> FileTaken:
    """Take the results of a file; `told` is what was read of its content, whole or not at all."""
    digest = hashlib.sha256(content).digest()
    if not store.insert_file(db, bank, digest, at=at):
        return msgspec.json.decode(store.read_report(db, bank, digest), type=FileTaken)
    source = f"file {digest.hex()[:_SHOWN]}"
    taken = take_bank_results(db, told, bank=bank, source=source, acts=acts, at=at)
    counts = Counter(one.did for one in taken if not one.again)
    report = FileTaken(
        digest.hex(),
        len(taken),
        {did.value: counts[did] for did in Did},
        sum(one.again for one in taken),
    )
    store.keep_report(db, bank, digest, msgspec.json.encode(report).decode())
    return report
