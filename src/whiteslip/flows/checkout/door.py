"""What is asked only of some: the network of who comes with something new, a line's last rise where it gets full."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from whiteslip.decisioning.habits import store as habits
from whiteslip.decisioning.habits.model import Asking, Background
from whiteslip.flows.checkout.batch import Batch
from whiteslip.infra.database import Connection
from whiteslip.money.purchases.model import Standing
from whiteslip.risk.network import store as network
from whiteslip.risk.network.model import Comer, LinkKind


def ask_network(
    db: Connection,
    batch: Batch,
    waiting: Sequence[int],
    backgrounds: Sequence[Background],
    *,
    on: date,
) -> list[Background]:
    """Add to the backgrounds of who comes with something new what the network knows; of all others nothing is asked."""
    places = [place for place, one in enumerate(backgrounds) if one.is_met_anew]
    comers = [
        _comer(
            batch.keys[waiting[place]].customer_id,
            batch.askings[waiting[place]],
            backgrounds[place],
        )
        for place in places
    ]
    found = list(backgrounds)
    for place, company in zip(places, network.look_up(db, comers, on=on), strict=True):
        found[place] = found[place]._replace(**company._asdict())
    return found


def ask_raises(
    db: Connection,
    batch: Batch,
    waiting: Sequence[int],
    backgrounds: Sequence[Background],
    standings: Sequence[Standing],
) -> list[Background]:
    """Add when a limit last rose to the backgrounds of who may nearly use it up, and of who asks more than once."""
    from_share = habits.terms().raise_asked_from
    places = [
        place
        for place, (index, standing) in enumerate(zip(waiting, standings, strict=True))
        if standing.customer_id is not None
        and (
            batch.requests[index].customer_id in batch.repeated
            or standing.restriction_level > 0
            or standing.principal_minor + standing.held_minor + batch.requests[index].amount_minor
            >= standing.fixed_limit_minor * from_share
        )
    ]
    found = list(backgrounds)
    if places:
        keys = [batch.keys[waiting[place]] for place in places]
        raises = habits.read_raises(db, keys, on=standings[0].current_on)
        for place, days in zip(places, raises, strict=True):
            found[place] = found[place]._replace(days_since_raise=days)
    return found


def tie_at_once(db: Connection, batch: Batch, granted: Iterable[int]) -> None:
    """Tie who was granted to what they newly came with, so that the next to come with it meets them the same day."""
    comers = [
        _comer(batch.keys[index].customer_id, batch.askings[index], batch.backgrounds[index])
        for index in granted
        if batch.backgrounds[index].is_met_anew
    ]
    if comers and batch.looks.at_network:
        network.tie_at_once(db, comers, on=batch.on)


def _comer(customer_id: int, asking: Asking, known: Background) -> Comer:
    things = (
        (LinkKind.DEVICE, asking.device, known.device_is_known),
        (LinkKind.ADDRESS, asking.address, known.address_is_known),
    )
    return Comer(
        customer_id, tuple((kind, entity) for kind, entity, is_known in things if is_known is False)
    )
