"""What to offer whose purchase was refused: other ways to pay, judged on what the refusal left, in its transaction."""

from __future__ import annotations

from functools import partial

from whiteslip.decisioning.decisions.other_ways import VARIED, Case, has_room, other_ways
from whiteslip.decisioning.decisions.store import offering
from whiteslip.decisioning.habits import store as habits
from whiteslip.decisioning.rulebooks.reads import may_change
from whiteslip.flows.checkout.batch import Batch
from whiteslip.infra.database import Connection
from whiteslip.kernel.money import Minor
from whiteslip.money.lines.store import read_lines
from whiteslip.money.purchases.model import Declined, OtherWay, Way


def offer_other_ways(db: Connection, batch: Batch) -> None:
    """Add to every refusal the ways to pay that would pass if they were asked for now, holds and habits being kept."""
    refused = {place: one for place, one in enumerate(batch.outcomes) if isinstance(one, Declined)}
    hopeful = [place for place, one in refused.items() if one.available_minor > 0]
    found = _found(db, batch, [place for place in hopeful if _may_help(batch, place)])
    for place, one in refused.items():
        another = OtherWay(Way.ANOTHER_METHOD, 0, one.amount_minor)
        batch.outcomes[place] = one._replace(other_ways=found.get(place, (another,)))


def _found(db: Connection, batch: Batch, places: list[int]) -> dict[int, tuple[OtherWay, ...]]:
    if not places:
        return {}
    lines = read_lines(db, [batch.keys[place] for place in places])
    places = [place for place in places if has_room(lines[batch.keys[place]], offering())]
    if not places:
        return {}
    kept = habits.read_habits(db, {batch.keys[place].customer_id for place in places})
    cases: list[Case] = []
    for place in places:
        line = lines[batch.keys[place]]
        cases.append(
            Case(
                batch.requests[place],
                line,
                batch.terms[line.product_id],
                batch.books[place],
                kept.get(line.customer_id),
                batch.backgrounds[place],
                batch.askings[place].category,
                habits.terms(),
                partial(_may_spend, batch, place),
                batch.on,
                _fired(batch, place),
            )
        )
    return dict(zip(places, other_ways(cases, offering(), at=batch.at), strict=True))


def _may_help(batch: Batch, place: int) -> bool:
    """Tell whether every rule that refused reads anything that another way would change."""
    return may_change(batch.books[place], _fired(batch, place), VARIED)


def _fired(batch: Batch, place: int) -> int:
    judged = batch.judged[place]
    return 0 if judged is None else judged.verdict.fired


def _may_spend(batch: Batch, place: int, amount_minor: Minor) -> bool:
    """Tell whether a person's own caps let an amount pass, asked for as if for the first time."""
    return batch.is_within_caps(batch.requests[place]._replace(amount_minor=amount_minor))
