"""The reviewers of a planted world: they see a case, err as often as is assumed, and act by the flows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from whiteslip.flows.grant_purchases import CaseRuling, Word, pass_on, rule_on_purchases
from whiteslip.flows.override_restriction import decide_act
from whiteslip.flows.restrict import (
    Restricted,
    RestrictionRequest,
    RestrictionRuling,
    restrict,
    rule_on_restrictions,
)
from whiteslip.flows.restrict_members import MemberRequest, ask_to_restrict_members
from whiteslip.flows.review_cases import (
    Acts,
    Case,
    CaseRequest,
    Kind,
    Ruled,
    Ruling,
    SubjectType,
    decide,
    take,
)
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import Conflict, InvariantBroken, WhiteslipError
from whiteslip.kernel.ids import OwnedId
from whiteslip.kernel.reason import ReasonCode
from whiteslip.views import reviews
from whiteslip.views.reviews import CaseView
from whiteslip.world.threats.labels import FRAUD, Episode, Labels
from whiteslip.world.threats.labels import Kind as Planted
from whiteslip.world.threats.terms import Desk as DeskTerms

_REVIEWER, _OTHER = "Dora", "Emil"
_SUSPENDED = 4
_MOST = 1_000
_NOTE = "looked at what was seen"
_DICE = 5
_REMEMBERED_DAYS = 45
"""A reviewer connects a case with what is known of a person from so many days before."""
_HANDLED: Final = frozenset({Kind.PURCHASE, Kind.FRAUD, Kind.RING, Kind.SUSPENSION})
_CODES: Final = {
    Planted.RING: ReasonCode.FRAUD_RING,
    Planted.TAKEOVER: ReasonCode.TAKEOVER,
    Planted.CASH_OUT: ReasonCode.CASH_OUT,
}


class Desk:
    """Decides what waits. `customers` gives a person's place by customer number, `lines` the line by place."""

    def __init__(self, terms: DeskTerms, labels: Labels, *, seed: int) -> None:
        self._terms = terms
        self._labels = labels
        self._seed = seed
        self._frauds: dict[int, list[Episode]] = {}
        for one in labels.episodes:
            if one.kind in FRAUD:
                for who in one.who:
                    self._frauds.setdefault(who, []).append(one)
        self.place: dict[int, int] = {}
        self.line: dict[int, int] = {}
        self.granted: list[OwnedId] = []
        self.restricted: list[int] = []

    def turn(self, database: Database, *, day: int, at: datetime) -> None:
        """Decide every case that has waited long enough."""
        before = at - timedelta(minutes=self._terms.least_minutes)
        waiting = database.read(
            lambda db: reviews.queue(db, kind=None, due_before=None, most=_MOST)
        )
        for case in waiting:
            if case.kind in _HANDLED and case.opened_at <= before and case.holder is None:
                self._look(database, case, day, at)

    def _look(self, database: Database, case: Case, day: int, at: datetime) -> None:
        """Decide a case; what cannot be done any more, as where the line has no room left, is declined."""
        view = database.read(lambda db: reviews.find(db, *case.key))
        if view is None:
            raise InvariantBroken("a case in the queue is there")
        guilty = self._finds_guilty(view, day)
        outcome = _outcome(case.kind, guilty=guilty)
        try:
            granted = database.write(lambda db: self._decide(db, view, outcome, at))
        except Conflict:
            other = _otherwise(case.kind)
            granted = database.write(lambda db: self._decide(db, view, other, at))
        self.granted += granted
        if guilty and not _is_about_a_restriction(view):
            database.write(lambda db: self._stop(db, view, _by(case), day, at))

    def _decide(self, db: Connection, view: CaseView, outcome: str, at: datetime) -> list[OwnedId]:
        by, granted = _by(view.case), list[OwnedId]()
        _done(take(db, [CaseRequest(*view.case.key, by)], at=at))
        ruling = Ruling(*view.case.key, by, outcome, _NOTE)
        _done(decide(db, [ruling], at=at, acts=_acts(granted)))
        return granted

    def _finds_guilty(self, view: CaseView, day: int) -> bool:
        """See a fraud where one is, and where none is, as often as reviewers are assumed to be right."""
        drawn = self._dice(view.case.case_id)
        if self._is_fraud(view, day):
            return drawn >= self._terms.misses_fraud
        return drawn < self._terms.blames_honest

    def _is_fraud(self, view: CaseView, day: int) -> bool:
        match view.case.kind:
            case Kind.PURCHASE:
                return any(self._labels.is_fraud(ref) for ref in _orders(view))
            case Kind.RING:
                members = _members(view)
                return 2 * sum(self._in_ring(one) is not None for one in members) >= len(members)
            case _:
                kind = self._fraud_of(view.case.customer_id, day)
                return kind is not None and not (
                    kind is Planted.TAKEOVER and _is_about_a_restriction(view)
                )

    def _fraud_of(self, customer_id: int, day: int) -> Planted | None:
        for one in self._frauds.get(self.place.get(customer_id, -1), ()):
            if one.first <= day <= one.last + _REMEMBERED_DAYS:
                return one.kind
        return None

    def _in_ring(self, customer_id: int) -> Episode | None:
        known = self._frauds.get(self.place.get(customer_id, -1), ())
        return next((one for one in known if one.kind is Planted.RING), None)

    def _stop(self, db: Connection, view: CaseView, who: str, day: int, at: datetime) -> None:
        """Restrict a line by hand, or of a ring the lines of members who look guilty by themselves."""
        if view.case.kind == Kind.RING:
            self._stop_members(db, view, who, at)
            return
        owner = view.case.customer_id
        kind = self._fraud_of(owner, day)
        code = ReasonCode.FRAUD_SUSPECTED if kind is None else _CODES[kind]
        request = RestrictionRequest(owner, self.line[owner], _SUSPENDED, code, who)
        (answer,) = restrict(db, [request], at=at)
        if isinstance(answer, Restricted):
            self.restricted.append(owner)
        elif not isinstance(answer, Conflict):
            raise answer

    def _stop_members(self, db: Connection, view: CaseView, who: str, at: datetime) -> None:
        """Ask for each member who looks guilty, as one person, and decide it as another."""
        case, code = view.case, ReasonCode.FRAUD_SUSPECTED
        chosen = [
            one
            for place, one in enumerate(_members(view), start=1)
            if self._looks_guilty(case.case_id + place, one) and one not in self.restricted
        ]
        requests = [
            MemberRequest(one, self.line[one], _SUSPENDED, code, f"{_NOTE} of customer {one}")
            for one in chosen
        ]
        ring = (case.customer_id, case.subject_id)
        for asked in ask_to_restrict_members(db, ring, requests, by=who, at=at):
            if isinstance(asked, WhiteslipError):
                raise asked
            second = _OTHER if who == _REVIEWER else _REVIEWER
            decide_act(db, *asked, approved=True, by=second, at=at)
            self.restricted.append(asked.customer_id)

    def _looks_guilty(self, number: int, customer_id: int) -> bool:
        drawn = self._dice(number)
        if self._in_ring(customer_id) is None:
            return drawn < self._terms.blames_honest
        return drawn >= self._terms.misses_fraud

    def _dice(self, number: int) -> float:
        return float(np.random.default_rng([self._seed, 31, _DICE, number]).random())


def _by(case: Case) -> str:
    return _OTHER if _REVIEWER.lower() in case.barred else _REVIEWER


def _acts(granted: list[OwnedId]) -> Acts:
    """Name what outcomes do; what is granted is added to the list."""

    def grant(db: Connection, ruled: Sequence[Ruled], at: datetime) -> None:
        for answer in rule_on_purchases(db, _rulings(ruled, Word.GRANTED), at=at):
            if isinstance(answer, WhiteslipError):
                raise Conflict(str(answer)) from answer
            granted.extend(
                OwnedId(one.waiting.customer_id, one.waiting.purchase_id)
                for one in answer
                if one.word is Word.GRANTED
            )

    return {
        (Kind.PURCHASE, "grant"): grant,
        (Kind.PURCHASE, "decline"): _decline,
        (Kind.FRAUD, "confirm"): _confirm,
        (Kind.FRAUD, "dismiss"): _dismiss,
        (Kind.SUSPENSION, "uphold"): _uphold,
        (Kind.SUSPENSION, "lift"): _lift,
        (Kind.SUSPENSION, "dismiss"): _lift,
    }


def _outcome(kind: Kind, *, guilty: bool) -> str:
    words = {
        Kind.PURCHASE: ("decline", "grant"),
        Kind.SUSPENSION: ("uphold", "lift"),
    }
    bad, good = words.get(kind, ("confirm", "dismiss"))
    return bad if guilty else good


def _otherwise(kind: Kind) -> str:
    """Say what is decided where the first outcome cannot be done any more."""
    return "decline" if kind == Kind.PURCHASE else "dismiss"


def _decline(db: Connection, ruled: Sequence[Ruled], at: datetime) -> None:
    _done(rule_on_purchases(db, _rulings(ruled, Word.DECLINED), at=at))


def _confirm(db: Connection, ruled: Sequence[Ruled], at: datetime) -> None:
    """Keep what suspicion took and decline what still waits; a line that buys is restricted by a second act."""
    rule_on_restrictions(db, _on_restrictions(ruled, stays=True), at=at)
    rulings = [one for one in _rulings(ruled, Word.DECLINED) if one.purchase_ids]
    for answer in rule_on_purchases(db, rulings, at=at):
        if isinstance(answer, WhiteslipError) and not isinstance(answer, Conflict):
            raise answer


def _dismiss(db: Connection, ruled: Sequence[Ruled], at: datetime) -> None:
    rule_on_restrictions(db, _on_restrictions(ruled, stays=False), at=at)
    waiting = [
        OwnedId(one.case.customer_id, n)
        for one in ruled
        for n in _numbers(one, SubjectType.PURCHASE)
    ]
    if waiting:
        pass_on(db, waiting, at=at)


def _uphold(db: Connection, ruled: Sequence[Ruled], at: datetime) -> None:
    rule_on_restrictions(db, _on_restrictions(ruled, stays=True), at=at)


def _lift(db: Connection, ruled: Sequence[Ruled], at: datetime) -> None:
    rule_on_restrictions(db, _on_restrictions(ruled, stays=False), at=at)


def _on_restrictions(ruled: Sequence[Ruled], *, stays: bool) -> list[RestrictionRuling]:
    return [
        RestrictionRuling(one.case.customer_id, n, one.ruling.actor, one.ruling.note, stays=stays)
        for one in ruled
        for n in _numbers(one, SubjectType.RESTRICTION)
    ]


def _rulings(ruled: Sequence[Ruled], word: Word) -> list[CaseRuling]:
    return [
        CaseRuling(
            *one.case.key,
            tuple(_numbers(one, SubjectType.PURCHASE)),
            word,
            one.ruling.actor,
            one.ruling.note,
        )
        for one in ruled
    ]


def _numbers(ruled: Ruled, type_: SubjectType) -> list[int]:
    return [one.subject_id for one in ruled.subjects if one.type is type_]


def _orders(view: CaseView) -> list[str]:
    return [
        str(piece.evidence["purchase"]["order_ref"])
        for piece in view.pieces
        if piece.subject_type == SubjectType.PURCHASE
    ]


def _is_about_a_restriction(view: CaseView) -> bool:
    """Tell whether the owner of a line that was stopped has come back and shown who they are, or its date has come."""
    return view.case.subject_type == SubjectType.RESTRICTION


def _members(view: CaseView) -> list[int]:
    (piece, *_) = view.pieces
    return [int(one["customer_id"]) for one in piece.evidence["members"]]


def _done(answers: Sequence[object]) -> None:
    for answer in answers:
        if isinstance(answer, WhiteslipError):
            raise answer
