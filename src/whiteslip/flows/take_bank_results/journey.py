"""The journey of results: keep each once, lock the lines they are about, let them act, and say what came of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from whiteslip.flows.take_bank_results.batch import Batch
from whiteslip.flows.take_bank_results.writing import Acts, write
from whiteslip.gateways.bank.model import Result
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import invariant
from whiteslip.money.results import store
from whiteslip.money.results.model import Did, Kept, Outcome, Told
from whiteslip.money.results.rules import cut
from whiteslip.money.suspense.model import Kind


class Taken(NamedTuple):
    """What came of a result; `again` where that was so before it was told this time."""

    result_id: str
    did: Did
    again: bool


def take_bank_results(
    db: Connection,
    told: Sequence[Result],
    *,
    bank: str,
    source: str,
    acts: Acts,
    at: datetime,
) -> list[Taken]:
    """Take a batch of results in the order the bank tells them; `source` says where they were read.

    A result told before does nothing; told before with other contents, it is for people. First the results are kept,
    then lines are locked: whoever takes the same results waits, and finds them taken.
    """
    if not told:
        return []
    known = [cut(_read(one)) for one in told]
    first: dict[str, Told] = {}
    for one in known:
        first.setdefault(one.result_id, one)
    fresh = store.insert_results(db, list(first.values()), bank=bank, source=source, at=at)
    kept = store.read_results(db, bank, first.keys())
    batch = Batch.read(db, [first[key] for key in first if key in fresh], bank, source, at=at)
    for key, one in first.items():
        if key in fresh:
            batch.take(one)
    for one in known:
        if kept[one.result_id].told != one:
            batch.ask(Kind.CHANGED, one, None)
    write(db, batch, acts, at=at)
    store.mark_results(db, bank, batch.did)
    return _answers(known, fresh, kept, batch.did)


def _read(one: Result) -> Told:
    return Told(
        one.result_id,
        one.reference,
        Outcome(one.outcome),
        one.amount_minor,
        one.currency,
        one.reason,
        one.booked_on,
    )


def _answers(
    known: Sequence[Told],
    fresh: frozenset[str],
    kept: Mapping[str, Kept],
    done: Mapping[str, Did],
) -> list[Taken]:
    answers: list[Taken] = []
    seen: set[str] = set()
    for one in known:
        did = done.get(one.result_id, kept[one.result_id].did)
        invariant(did is not None, f"nothing is known of what came of result {one.result_id}")
        again = one.result_id not in fresh or one.result_id in seen
        seen.add(one.result_id)
        answers.append(Taken(one.result_id, did or Did.NOTED, again))
    return answers
