"""Keeping what a batch decided: purchases, the movements of holds, events and decisions."""

from __future__ import annotations

from collections.abc import Sequence

from whiteslip.decisioning.decisions.judging import as_verdicts, judge_rows
from whiteslip.decisioning.decisions.store import insert_decisions, write_scores
from whiteslip.decisioning.habits.facts import CheckoutFacts
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.rulebooks.shadowing import shadow_differences
from whiteslip.flows.checkout.batch import Batch
from whiteslip.flows.checkout.door import tie_at_once
from whiteslip.infra import outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.money.disclosures.model import Confirmation
from whiteslip.money.disclosures.store import insert_disclosures
from whiteslip.money.ledger.model import MovementKind
from whiteslip.money.ledger.store import post_one_kind
from whiteslip.money.purchases import store as purchases
from whiteslip.money.purchases.model import (
    Authorized,
    Declined,
    Outcome,
    PurchaseRequest,
    Referred,
)
from whiteslip.risk.suspensions.store import reasons_json


def record(db: Connection, batch: Batch) -> None:
    """Keep everything a batch decided; a mistaken request leaves nothing."""
    decided = [
        (request, outcome, index)
        for index, (request, outcome) in enumerate(zip(batch.requests, batch.outcomes, strict=True))
        if not isinstance(outcome, WhiteslipError)
    ]
    if not decided:
        return
    approved = [one for one in decided if isinstance(one[1], Authorized)]
    refused = [one for one in decided if not isinstance(one[1], Authorized)]
    if approved:
        _record_approved(db, batch, *zip(*approved, strict=True))
    if refused:
        _record_refused(db, batch, *zip(*refused, strict=True))
    if batch.told:
        _record_disclosures(db, batch, decided)
    batch.valve.count(db)
    _count_shadow(db, batch)
    _record_decisions(db, batch, [one[1] for one in decided], [one[2] for one in decided])
    if batch.looks.at_habits:
        tie_at_once(db, batch, [index for _, _, index in approved])


def _record_approved(
    db: Connection,
    batch: Batch,
    requests: Sequence[PurchaseRequest],
    approved: Sequence[Outcome],
    places: Sequence[int],
) -> None:
    customer_ids, numbers, line_ids, amounts, _, _ = zip(*approved, strict=True)
    hold_days = [batch.hold_days[place] for place in places]
    purchases.authorize_purchases(db, requests, numbers, hold_days, on=batch.on, at=batch.at)
    post_one_kind(
        db,
        MovementKind.HOLD_PLACED,
        customer_ids=customer_ids,
        line_ids=line_ids,
        source_ids=numbers,
        amounts_minor=amounts,
        on=batch.on,
        at=batch.at,
    )
    outbox.append(
        db, "money.purchase-authorized", customer_ids=customer_ids, subject_ids=numbers, at=batch.at
    )


def _record_refused(
    db: Connection,
    batch: Batch,
    requests: Sequence[PurchaseRequest],
    refused: Sequence[Outcome],
    _places: Sequence[int],
) -> None:
    numbers = [outcome.purchase_id for outcome in refused]
    statuses = ["referred" if isinstance(one, Referred) else "declined" for one in refused]
    reasons = [reasons_json(one.reasons) for one in refused if not isinstance(one, Authorized)]
    purchases.refuse_purchases(db, requests, numbers, statuses, reasons, on=batch.on, at=batch.at)
    for status in sorted(set(statuses)):
        these = [one for one, its in zip(refused, statuses, strict=True) if its == status]
        outbox.append(
            db,
            f"money.purchase-{status}",
            customer_ids=[one.customer_id for one in these],
            subject_ids=[one.purchase_id for one in these],
            at=batch.at,
        )


def _record_disclosures(
    db: Connection, batch: Batch, decided: Sequence[tuple[PurchaseRequest, Outcome, int]]
) -> None:
    """Keep what was agreed to with every plan that is granted, or that a person may still grant."""
    insert_disclosures(
        db,
        [
            Confirmation(
                outcome.customer_id,
                outcome.purchase_id,
                batch.told[place],
                request.shown_at,
                batch.at,
                request.quote_version is not None,
            )
            for request, outcome, place in decided
            if place in batch.told and not isinstance(outcome, Declined)
        ],
    )


def _count_shadow(db: Connection, batch: Batch) -> None:
    """Judge what the live version judged by the one in shadow as well, and keep where they differ."""
    shadow, live = batch.running.shadow, batch.running.live
    if shadow is None:
        return
    pairs = [
        (judged, facts)
        for judged, facts, book in zip(batch.judged, batch.facts, batch.books, strict=True)
        if judged is not None and facts is not None and book is live
    ]
    if pairs:
        judged, facts = zip(*pairs, strict=True)
        other = judge_rows(shadow, CheckoutFacts._fields, facts)
        differences = shadow_differences(as_verdicts(live, judged), as_verdicts(shadow, other))
        rulebooks.count_shadow(db, live.name, differences, on=batch.on)


def _record_decisions(
    db: Connection, batch: Batch, outcomes: Sequence[Outcome], places: Sequence[int]
) -> None:
    """Keep every verdict of the book under the number of its purchase."""
    kept = [
        (outcome, judged, batch.scores.get(place))
        for outcome, place in zip(outcomes, places, strict=True)
        if (judged := batch.judged[place])
    ]
    if not kept:
        return
    verdicts = [judged.verdict for _, judged, _ in kept]
    insert_decisions(
        db,
        batch.running.live.name,
        customer_ids=[outcome.customer_id for outcome, _, _ in kept],
        decision_ids=[outcome.purchase_id for outcome, _, _ in kept],
        book_versions=[verdict.version for verdict in verdicts],
        outcomes=[verdict.outcome for verdict in verdicts],
        fired=[verdict.fired for verdict in verdicts],
        unknown=[verdict.unknown for verdict in verdicts],
        facts=[judged.written for _, judged, _ in kept],
        reasons=[" ".join(verdict.reasons) for verdict in verdicts],
        scores=[write_scores(score) for _, _, score in kept],
        on=batch.on,
        at=batch.at,
    )
