"""Purchases the checkout book refers to a person: their cases, granting or declining them, and letting the rest go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from whiteslip.care.budgeting import rules as budgeting_rules
from whiteslip.care.budgeting import store as budgeting
from whiteslip.care.budgeting.model import Attempt, Spent
from whiteslip.care.notices.purchases import notices_of
from whiteslip.care.notices.store import insert_notices
from whiteslip.decisioning.decisions.model import Decision
from whiteslip.decisioning.decisions.rules import named_facts, plain
from whiteslip.decisioning.decisions.store import read_decisions
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.store import version_of
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import PROGRAM
from whiteslip.kernel.errors import Conflict, NotFound, WhiteslipError, invariant
from whiteslip.kernel.ids import OwnedId
from whiteslip.money.ledger.model import MovementKind
from whiteslip.money.ledger.store import post_one_kind, take_numbers
from whiteslip.money.lines import store as lines
from whiteslip.money.lines.model import Line, LineKey
from whiteslip.money.products import store as products
from whiteslip.money.purchases import referrals
from whiteslip.money.purchases import store as purchases
from whiteslip.money.purchases.referrals import Ruled, Waiting, Word
from whiteslip.risk.liquidity import gate
from whiteslip.risk.liquidity.gate import Asked
from whiteslip.risk.liquidity.model import Acting
from whiteslip.risk.liquidity.store import read_gate
from whiteslip.risk.reviews import rules as review_rules
from whiteslip.risk.reviews import store as reviews
from whiteslip.risk.reviews.model import Case, CaseKey, Kind, Move, NewCase, SubjectType
from whiteslip.risk.suspensions.store import reasons_json

__all__ = ["REFERRED", "CaseRuling", "Lapsed", "OwnedId", "Ruled", "Word"]

REFERRED: Final = "money.purchase-referred"
"""The event after which a case is opened."""
_FRAUD: Final = "FRD-"
_BOOK: Final = "checkout"


class CaseRuling(NamedTuple):
    """What a person says of the purchases that lie in a case: `word` is `GRANTED` or `DECLINED`, of all that wait."""

    customer_id: int
    case_id: int
    purchase_ids: tuple[int, ...]
    word: Word
    actor: str
    note: str


class Lapsed(NamedTuple):
    """The business date that was looked at, and how many purchases were let go."""

    on: date
    purchases: int


# Cases


def open_purchase_cases(db: Connection, ids: Collection[OwnedId], *, at: datetime) -> int:
    """Let a person look at the purchases among these that wait for one; returns how many were laid before somebody.

    A purchase lies in one case, however often it is told of. Where it looks like fraud and a case of fraud is open
    for its customer, it is attached to that one, which decides it; else it lies in a case of its own kind.
    """
    known = reviews.find_kept(db, SubjectType.PURCHASE, ids)
    waiting = [
        one
        for id_, one in purchases.read_waiting(db, ids).items()
        if one.is_for_a_person and id_ not in known
    ]
    return _lay_before(db, waiting, may_join_fraud=True, at=at)


def pass_on(db: Connection, ids: Collection[OwnedId], *, at: datetime) -> int:
    """Open cases of the kind `purchase` for those that still wait: it was no fraud, whether it is granted is open."""
    found = purchases.read_waiting(db, ids).values()
    waiting = [one for one in found if one.is_for_a_person]
    return _lay_before(db, waiting, may_join_fraud=False, at=at)


def _lay_before(
    db: Connection, waiting: Sequence[Waiting], *, may_join_fraud: bool, at: datetime
) -> int:
    if not waiting:
        return 0
    suspects = {one.customer_id for one in waiting if may_join_fraud and _looks_like_fraud(one)}
    held = reviews.lock_live(db, ((one, Kind.FRAUD) for one in suspects))
    watched = {case.customer_id for case in held}
    decisions = read_decisions(db, (OwnedId(*one[:2]) for one in waiting))
    known = lines.read_lines(db, {one.line for one in waiting})
    versions = {(one.book, one.book_version) for one in decisions.values()}
    books = {key: version_of(db, *key) for key in versions}
    new = [
        NewCase(
            one.customer_id,
            Kind.FRAUD if one.customer_id in watched and _looks_like_fraud(one) else Kind.PURCHASE,
            SubjectType.PURCHASE,
            one.purchase_id,
            _evidence(one, decisions[OwnedId(*one[:2])], books, known[one.line]),
            f"{_BOOK} book",
            one.line_id,
        )
        for one in waiting
    ]
    on = business_day.today(db).current_on
    return len(reviews.open_cases(db, new, on=on, at=at))


def _looks_like_fraud(one: Waiting) -> bool:
    return any(reason.code.startswith(_FRAUD) for reason in one.reasons)


def _evidence(
    one: Waiting, decision: Decision, books: Mapping[tuple[str, int], RuleBook], line: Line
) -> dict[str, Any]:
    """Put together all a reviewer is to see, as it is now."""
    book = books[decision.book, decision.book_version]
    fired = [rule.id for n, rule in enumerate(book.rules) if decision.fired >> n & 1]
    unknown = [rule.id for n, rule in enumerate(book.rules) if decision.unknown >> n & 1]
    return {
        "purchase": {
            "purchase_id": one.purchase_id,
            "amount_minor": one.amount_minor,
            "plan_months": one.plan_months,
            "order_ref": one.order_ref,
            "merchant_id": one.merchant_id,
            "shop": one.shop,
            "asked_at": one.asked_at,
        },
        "line": {
            "line_id": line.line_id,
            "status": line.status,
            "restriction_level": line.restriction_level,
            "limit_minor": line.limit_minor,
            "held_minor": line.held_minor,
            "principal_minor": line.principal_minor,
            "available_minor": line.available_minor,
        },
        "decision": {
            "book": decision.book,
            "version": decision.book_version,
            "outcome": decision.outcome.label,
            "rules": fired,
            "unknown": unknown,
            "reasons": [reason.code.value for reason in one.reasons],
            "facts": {name: plain(fact) for name, fact in named_facts(decision, book).items()},
        },
    }


# Rulings


@dataclass(slots=True)
class _Desk:
    """What rulings of one transaction are measured by, and what was granted in it so far."""

    at: datetime
    on: date
    waiting: dict[OwnedId, Waiting]
    lines: Mapping[LineKey, Line]
    hold_days: Mapping[int, int]
    caps: Mapping[int, Any]
    spent: Mapping[int, Spent]
    valve: Acting | None = None
    taken: defaultdict[LineKey, int] = field(default_factory=lambda: defaultdict(int))

    def rule(self, request: CaseRuling) -> list[Ruled] | WhiteslipError:
        """Rule on what waits in a case: all of it, or nothing with the reason why."""
        found = [self.waiting.get(OwnedId(request.customer_id, n)) for n in request.purchase_ids]
        waiting = [one for one in found if one and not referrals.refusal(one, request.word)]
        if not waiting:
            return self._nothing(request, found)
        if all(one.later_id for one in waiting):
            return Conflict("the order was asked for again since, and that purchase counts")
        taken = self.taken.copy()
        ruled: list[Ruled] = []
        for one in waiting:
            word = Word.SUPERSEDED if one.later_id else request.word
            error = self._hindrance(one, taken) if word is Word.GRANTED else None
            if error is not None:
                return error
            taken[one.line] += one.amount_minor if word is Word.GRANTED else 0
            ruled.append(self.ruled(one, word, request.actor, request.note, request.case_id))
        self.taken = taken
        return ruled

    def ruled(
        self, one: Waiting, word: Word, actor: str, note: str, case_id: int | None = None
    ) -> Ruled:
        """Write down a ruling; the hold of a granted purchase stands from today as long as any other."""
        days = self.hold_days[self.lines[one.line].product_id] if word is Word.GRANTED else 0
        by = review_rules.person_of(actor)
        return Ruled(one, word, by, note, case_id, self.on + timedelta(days=days))

    def settle(self, ruled: Iterable[Ruled]) -> None:
        """See from now on what was ruled on as it is then, so that nothing is ruled on twice."""
        self.waiting |= {
            OwnedId(*one.waiting[:2]): one.waiting._replace(status=one.status) for one in ruled
        }

    def _nothing(self, request: CaseRuling, found: Sequence[Waiting | None]) -> NotFound | Conflict:
        for one in found:
            if one is not None and (error := referrals.refusal(one, request.word)):
                return error
        return NotFound("there is no purchase in this case")

    def _hindrance(self, one: Waiting, taken: Mapping[LineKey, int]) -> Conflict | None:
        line = self.lines[one.line]
        if error := referrals.hindrance(one, line, taken_minor=taken.get(one.line, 0)):
            return error
        of_person = sum(sum_ for key, sum_ in taken.items() if key.customer_id == one.customer_id)
        spent = self.spent.get(one.customer_id, Spent())
        attempt = Attempt(
            one.customer_id,
            one.amount_minor,
            self.at,
            Spent(*(window + of_person for window in spent)),
            one.asked_at,
        )
        if budgeting_rules.against_caps([attempt], self.caps, budgeting.terms().caps):
            return Conflict("the purchase is over a cap the customer has set since")
        asked = Asked(one.customer_id, one.amount_minor, one.plan_months)
        if self.valve is not None and gate.refuses(self.valve, asked, on=self.on):
            return Conflict(f"new purchases are limited until {self.valve.until_on}: it waits")
        return None


def rule_on_purchases(
    db: Connection, requests: Sequence[CaseRuling], *, at: datetime
) -> list[tuple[Ruled, ...] | WhiteslipError]:
    """Let people grant or decline what waits in cases, in order: each as a whole, or not at all with the reason why.

    A granted purchase takes its hold under the guard of its line, as at checkout, today. What was asked for again in
    a later purchase that counts is over, quietly: an order is held once.
    """
    ids = {OwnedId(one.customer_id, number) for one in requests for number in one.purchase_ids}
    desk = _desk(db, ids, at=at)
    answers: list[tuple[Ruled, ...] | WhiteslipError] = []
    every: list[Ruled] = []
    for request in requests:
        answer = desk.rule(request)
        if isinstance(answer, WhiteslipError):
            answers.append(answer)
            continue
        desk.settle(answer)
        every += answer
        answers.append(tuple(answer))
    _write(db, desk, every)
    return answers


def _desk(db: Connection, ids: Collection[OwnedId], *, at: datetime) -> _Desk:
    """Take the turn of the lines, then read what is ruled on as it stands."""
    on = business_day.today(db).current_on
    locked = purchases.lock_purchases(db, ids)
    terms = products.by_id(db, {line.product_id for line in locked.lines.values()})
    caps = budgeting.caps_of(db, {id_.customer_id for id_ in ids}, at=at) if ids else {}
    return _Desk(
        at,
        on,
        purchases.read_waiting(db, ids),
        locked.lines,
        {product_id: product.hold_days for product_id, product in terms.items()},
        caps,
        budgeting.spent_of(db, caps, on=on) if caps else {},
        read_gate(db).acting,
    )


def _write(db: Connection, desk: _Desk, ruled: Sequence[Ruled]) -> None:
    """Hold what is granted, keep every ruling, say so, and tell the customers."""
    granted = [one for one in ruled if one.word is Word.GRANTED]
    ended = [one for one in ruled if one.word is not Word.GRANTED]
    _hold(db, desk, [one.waiting for one in granted])
    reasons = [reasons_json(one.waiting.reasons) for one in ruled]
    purchases.rule_purchases(db, ruled, reasons, on=desk.on, at=desk.at)
    for topic, some in (("authorized", granted), ("declined", ended)):
        if some:
            outbox.append(
                db,
                f"money.purchase-{topic}",
                customer_ids=[one.waiting.customer_id for one in some],
                subject_ids=[one.waiting.purchase_id for one in some],
                at=desk.at,
            )
    numbers = take_numbers(db, len(ruled))
    insert_notices(db, notices_of(ruled, numbers, on=desk.on), at=desk.at)


def _hold(db: Connection, desk: _Desk, granted: Sequence[Waiting]) -> None:
    if not granted:
        return
    totals: defaultdict[LineKey, int] = defaultdict(int)
    in_plan: defaultdict[LineKey, bool] = defaultdict(bool)
    for one in granted:
        totals[one.line] += one.amount_minor
        in_plan[one.line] |= one.plan_months > 0
    keys = sorted(totals)
    customer_ids, line_ids = zip(*keys, strict=True)
    sums, plans = [totals[key] for key in keys], [in_plan[key] for key in keys]
    held = lines.place_holds(db, customer_ids, line_ids, sums, plans)
    invariant(
        len(held) == len(keys), "a line that is locked takes what it was seen to have room for"
    )
    post_one_kind(
        db,
        MovementKind.HOLD_PLACED,
        customer_ids=[one.customer_id for one in granted],
        line_ids=[one.line_id for one in granted],
        source_ids=[one.purchase_id for one in granted],
        amounts_minor=[one.amount_minor for one in granted],
        on=desk.on,
        at=desk.at,
    )


# What nobody decided


def lapse_purchases(
    db: Connection, *, most: int, at: datetime, looked_on: date | None = None
) -> Lapsed:
    """Let go what waited for a person as long as it may: declined, told, and its case closed where nothing else waits.

    At most so many at once. On a business date that was looked at (`looked_on`) nothing new lapses.
    """
    on = business_day.today(db).current_on
    ids = purchases.find_lapsing(db, on=on, most=most) if on != looked_on else []
    if not ids:
        return Lapsed(on, 0)
    cases = reviews.lock_live(db, {(id_.customer_id, Kind.PURCHASE.value) for id_ in ids})
    desk = _desk(db, ids, at=at)
    over = [one for one in desk.waiting.values() if one.is_for_a_person]
    words = [Word.SUPERSEDED if one.later_id else Word.LAPSED for one in over]
    ruled = [desk.ruled(one, word, PROGRAM, "") for one, word in zip(over, words, strict=True)]
    _write(db, desk, ruled)
    _close_moot(db, cases, at=at)
    return Lapsed(on, len(ruled))


def _close_moot(db: Connection, cases: Sequence[Case], *, at: datetime) -> None:
    """Close cases in which no purchase waits any more."""
    subjects = reviews.find_subjects(db, (case.key for case in cases))
    ids = {
        OwnedId(key.customer_id, one.subject_id) for key, some in subjects.items() for one in some
    }
    still = {id_ for id_, one in purchases.read_waiting(db, ids).items() if one.is_for_a_person}
    note = "nobody decided in time: nothing waits here any more"
    moves = [
        review_rules.withdraw(case, PROGRAM, note, at=at)
        for case in cases
        if not any(_id(case.key, one.subject_id) in still for one in subjects[case.key])
    ]
    reviews.move_cases(db, [move for move in moves if isinstance(move, Move)], at=at)


def _id(key: CaseKey, number: int) -> OwnedId:
    return OwnedId(key.customer_id, number)
