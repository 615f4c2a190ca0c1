"""Checkout: authorize purchases on credit, a batch at a time; the database has the last word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from whiteslip.decisioning.decisions.model import ScoreSeen
from whiteslip.decisioning.decisions.rules import choose_reasons
from whiteslip.decisioning.decisions.scoring import take_apart
from whiteslip.decisioning.habits import store as habits
from whiteslip.decisioning.habits.rules import SCORE_DAYS, SCORE_MODEL
from whiteslip.decisioning.models import store as models
from whiteslip.decisioning.models.model import Evidence, NoModel
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.rulebooks.store import Running
from whiteslip.decisioning.scorecards.model import Scorecard
from whiteslip.flows.checkout.batch import EVERYWHERE, Batch, Known, Looks
from whiteslip.flows.checkout.door import ask_network, ask_raises
from whiteslip.flows.checkout.explaining import explain_reliefs, explain_restrictions
from whiteslip.flows.checkout.offering import offer_other_ways
from whiteslip.flows.checkout.own_caps import read_own_caps
from whiteslip.flows.checkout.recording import record
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import NotFound, Unavailable, WhiteslipError
from whiteslip.kernel.reason import Reason, ReasonCode, at_most
from whiteslip.money.lines import store as lines
from whiteslip.money.products import store as products
from whiteslip.money.purchases import store as purchases
from whiteslip.money.purchases.model import Declined, Outcome, PurchaseRequest, Referred

ROUNDS = 3
"""How often a request that lost a race for its line is judged again."""


def checkout(
    db: Connection,
    requests: Sequence[PurchaseRequest],
    *,
    at: datetime,
    looks: Looks = EVERYWHERE,
) -> list[Outcome | WhiteslipError]:
    """Authorize a batch, in order; a single purchase is a batch of one.

    A refusal of credit is `Declined` with its reasons, `Referred` needs a second factor or a person's look; a request
    that is a mistake is answered with the error, and nothing of it is kept. Without a checkout book nothing is granted.
    `looks` leaves out only what a measurement wants to know the cost of.
    """
    business_day.hold(db)
    batch = Batch(requests, _running(db), at, looks)
    waiting = list(range(len(requests)))
    for _ in range(ROUNDS):
        batch.judge(waiting, _read(db, batch, waiting))
        waiting = batch.settle(_hold(db, batch))
        if not waiting:
            break
    _explain_scores(db, batch)
    explain_restrictions(db, batch)
    explain_reliefs(db, batch)
    record(db, batch)
    offer_other_ways(db, batch)
    return batch.outcomes


def _running(db: Connection) -> Running:
    try:
        return rulebooks.running(db, "checkout")
    except NotFound as error:
        raise Unavailable("no checkout rule book is live, so nothing can be granted") from error


def _read(db: Connection, batch: Batch, waiting: Sequence[int]) -> Known:
    asked = [batch.requests[index] for index in waiting]
    standings = purchases.read_standings(db, asked)
    batch.learn_categories(waiting, standings)
    backgrounds = habits.read_backgrounds(
        db,
        [batch.keys[index] for index in waiting],
        [batch.askings[index] for index in waiting],
        at=batch.at,
        reads_habits=batch.looks.at_habits,
    )
    if batch.looks.at_habits:
        backgrounds = ask_raises(db, batch, waiting, backgrounds, standings)
    if batch.looks.at_network:
        backgrounds = ask_network(db, batch, waiting, backgrounds, on=standings[0].current_on)
    return Known(
        standings,
        backgrounds,
        products.by_id(db, {one.product_id for one in standings if one.product_id}),
        habits.read_habits(db, batch.repeated) if batch.repeated and batch.looks.at_habits else {},
        read_own_caps(db, asked, on=standings[0].current_on, at=batch.at),
    )


def _hold(db: Connection, batch: Batch) -> set[tuple[int, int]]:
    if not batch.wanted:
        return set()
    keys = sorted(batch.wanted)
    customer_ids, line_ids = zip(*keys, strict=True)
    amounts, in_plans = [batch.wanted[key] for key in keys], [batch.in_plan(key) for key in keys]
    return lines.place_holds(db, customer_ids, line_ids, amounts, in_plans)


def _explain_scores(db: Connection, batch: Batch) -> None:
    """Put a doubt in a score into what lost the points, and keep what the score was made of."""
    places = [
        place
        for place, judged in enumerate(batch.judged)
        if judged and ReasonCode.DEFAULT_LIKELY in judged.verdict.reasons
    ]
    if not places:
        return
    keys = [batch.keys[place] for place in places]
    found = models.read_evidence(db, keys, model=SCORE_MODEL, on=batch.on, most_age_days=SCORE_DAYS)
    for place, key in zip(places, keys, strict=True):
        if (evidence := found.get(key)) is not None:
            _explain_score(db, batch, place, evidence)


def _explain_score(db: Connection, batch: Batch, place: int, evidence: Evidence) -> None:
    try:
        card = models.load(db, SCORE_MODEL, evidence.version)
    except NoModel:
        return
    judged, outcome = batch.judged[place], batch.outcomes[place]
    if judged is None or not isinstance(card, Scorecard):
        return
    anatomy = take_apart(card, evidence.facts)
    batch.scores[place] = ScoreSeen(card.name, card.version, anatomy.points, evidence.facts)
    told = choose_reasons(judged.verdict, anatomy.lost)
    batch.judged[place] = judged._replace(verdict=replace(judged.verdict, reasons=told))
    if isinstance(outcome, Declined | Referred):
        beside = [one for one in outcome.reasons if one.code not in judged.verdict.reasons]
        reasons = at_most(*(Reason(code) for code in told), *beside)
        batch.outcomes[place] = outcome._replace(reasons=reasons)
