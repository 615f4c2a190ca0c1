"""Why a line was in the way of a purchase: the reasons of its restrictions and of its relief, read once a batch."""

from __future__ import annotations

from whiteslip.care.hardship.rules import relief_reason
from whiteslip.care.hardship.store import lines_on_relief
from whiteslip.flows.checkout.batch import Batch
from whiteslip.infra.database import Connection
from whiteslip.kernel.reason import MOST_REASONS, Reason, ReasonCode, at_most
from whiteslip.money.purchases.model import Authorized, Outcome
from whiteslip.risk.suspensions.store import reasons_against

_UNEXPLAINED = (Reason(ReasonCode.DATA_MISSING),)


def explain_restrictions(db: Connection, batch: Batch) -> None:
    """Give what a restriction stopped the reasons of that restriction, before those of the line."""
    for least_level, in_plan in sorted({one[2:] for one in batch.restricted}):
        these = [one for one in batch.restricted if one[2:] == (least_level, in_plan)]
        against = reasons_against(
            db, [one.key for one in these], least_level=least_level, in_plan=in_plan
        )
        for one in these:
            _put_first(batch, one.place, against.get(one.key, _UNEXPLAINED))


def explain_reliefs(db: Connection, batch: Batch) -> None:
    """Say of what a running relief stopped that it did, and how long it runs."""
    if not batch.on_relief:
        return
    running = lines_on_relief(db, [batch.keys[place] for place in batch.on_relief])
    for place in batch.on_relief:
        _put_first(batch, place, (relief_reason(running.get(batch.keys[place])),))


def _put_first(batch: Batch, place: int, reasons: tuple[Reason, ...]) -> None:
    """Put reasons before those an outcome has; how much is still available is never crowded out."""
    outcome = batch.outcomes[place]
    if isinstance(outcome, Outcome) and not isinstance(outcome, Authorized):
        room = [one for one in outcome.reasons if one.code is ReasonCode.LIMIT_EXCEEDED]
        others = [one for one in outcome.reasons if one not in room]
        kept = at_most(*reasons, *others)[: MOST_REASONS - len(room)]
        batch.outcomes[place] = outcome._replace(reasons=(*kept, *room))
