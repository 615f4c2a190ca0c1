"""What decisions of people do: the acts behind the outcomes of review cases, and behind appeals that are overturned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from whiteslip.flows import grant_purchases, waive_late_fees
from whiteslip.flows.appeal import CHECKOUT, Overturned, SubjectType
from whiteslip.flows.appeal import Act as Undo
from whiteslip.flows.decide_limit_reviews import (
    Act,
    ChangeAct,
    undo_limit_changes,
    undo_limit_reviews,
    uphold_limit_reviews,
    waiting_objections,
)
from whiteslip.flows.grant_purchases import CaseRuling, OwnedId, Word
from whiteslip.flows.reopen_applications import Reopening, reopen_applications
from whiteslip.flows.restrict import (
    LiftRequest,
    RestrictionRuling,
    ease_by_a_level,
    lift_on_appeal,
    rule_on_restrictions,
)
from whiteslip.flows.review_cases import Acts, Kind, Ruled
from whiteslip.flows.verify_identity import Verification, verify_identity
from whiteslip.flows.waive_late_fees import CauseKey, ChargeWaiver
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import Conflict, WhiteslipError


def keep_restrictions(db: Connection, ruled: Sequence[Ruled], at: datetime) -> None:
    """Confirm every restriction of the cases: what waited comes into force, what was in doubt stays."""
    _rule(db, ruled, at, stays=True)


def end_restrictions(db: Connection, ruled: Sequence[Ruled], at: datetime) -> None:
    """End every restriction of the cases: what waited is dismissed, what is in force lifted."""
    _rule(db, ruled, at, stays=False)


def confirm_fraud(db: Connection, ruled: Sequence[Ruled], at: datetime) -> None:
    """Keep what suspicion took, and decline the purchases in the case that still wait.

    A purchase that was only looked at restricted nothing, and is restricted by hand.
    """
    _rule(db, ruled, at, stays=True, may_be_none=True)
    rulings = [one for one in _on_purchases(ruled, Word.DECLINED) if one.purchase_ids]
    for done in grant_purchases.rule_on_purchases(db, rulings, at=at):
        if isinstance(done, WhiteslipError) and not isinstance(done, Conflict):
            raise done


def grant(db: Connection, ruled: Sequence[Ruled], at: datetime) -> None:
    """Grant every purchase of the cases that waits, under the guard of its line; where one cannot be, none is."""
    _all_done(grant_purchases.rule_on_purchases(db, _on_purchases(ruled, Word.GRANTED), at=at))


def decline(db: Connection, ruled: Sequence[Ruled], at: datetime) -> None:
    """Decline every purchase of the cases that waits, for the reasons it was referred for."""
    _all_done(grant_purchases.rule_on_purchases(db, _on_purchases(ruled, Word.DECLINED), at=at))


def dismiss_fraud(db: Connection, ruled: Sequence[Ruled], at: datetime) -> None:
    """End what suspicion took, where it took anything; purchases that still wait go on to whoever grants them."""
    _rule(db, ruled, at, stays=False, may_be_none=True)
    waiting = [
        OwnedId(one.case.customer_id, number)
        for one in ruled
        for number in _numbers(one, SubjectType.PURCHASE)
    ]
    if waiting:
        grant_purchases.pass_on(db, waiting, at=at)


def ease_restrictions(db: Connection, ruled: Sequence[Ruled], at: datetime) -> None:
    """Let every restriction of the cases stand a level lower."""
    ease_by_a_level(db, _on_restrictions(ruled, stays=True), at=at)


def _on_purchases(ruled: Sequence[Ruled], word: Word) -> list[CaseRuling]:
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


def _rule(
    db: Connection,
    ruled: Sequence[Ruled],
    at: datetime,
    *,
    stays: bool,
    may_be_none: bool = False,
) -> None:
    rulings = _on_restrictions(ruled, stays=stays, may_be_none=may_be_none)
    rule_on_restrictions(db, rulings, at=at)


def _on_restrictions(
    ruled: Sequence[Ruled], *, stays: bool, may_be_none: bool = False
) -> list[RestrictionRuling]:
    rulings = [
        RestrictionRuling(
            one.case.customer_id, number, one.ruling.actor, one.ruling.note, stays=stays
        )
        for one in ruled
        for number in _numbers(one, SubjectType.RESTRICTION)
    ]
    if not rulings and not may_be_none:
        raise Conflict("there is no restriction in this case")
    return rulings


def undo_limits(db: Connection, ruled: Sequence[Ruled], at: datetime) -> None:
    """End every cut of the cases where it stands: called off before it holds, taken back after."""
    for one in ruled:
        who, by, note = one.case.customer_id, one.ruling.actor, one.ruling.note
        reviews = [Act(who, number, by, note) for number in _numbers(one, SubjectType.LIMIT_REVIEW)]
        changes = [
            ChangeAct(who, number, by, note) for number in _numbers(one, SubjectType.LIMIT_CHANGE)
        ]
        if not reviews and not changes:
            raise Conflict("there is no change of a limit in this case")
        _all_done(undo_limit_reviews(db, reviews, at=at))
        _all_done(undo_limit_changes(db, changes, at=at))


def uphold_limits(db: Connection, ruled: Sequence[Ruled], at: datetime) -> None:
    """Uphold every cut of the cases that was objected to: one that waits is approved, and each customer is answered."""
    for one in ruled:
        who, by, note = one.case.customer_id, one.ruling.actor, one.ruling.note
        keys = waiting_objections(db, who, _numbers(one, SubjectType.LIMIT_REVIEW))
        _all_done(uphold_limit_reviews(db, [Act(*key, by, note) for key in keys], at=at))


def confirm_identity(db: Connection, ruled: Sequence[Ruled], at: datetime) -> None:
    """Take what a person saw as a verification: doubt of who somebody is is cured, suspicion goes to a person."""
    verified = [Verification(one.case.customer_id, "review", one.ruling.actor) for one in ruled]
    verify_identity(db, verified, at=at)


def waive_episodes(db: Connection, ruled: Sequence[Ruled], at: datetime) -> None:
    """Take back the late fees of every missed due in the cases: the failing was ours, not the customer's."""
    for one in ruled:
        causes = [CauseKey(one.case.customer_id, n) for n in _numbers(one, SubjectType.CAUSE)]
        by, note = one.ruling.actor, one.ruling.note
        _all_done(waive_late_fees.waive_episodes(db, causes, actor=by, note=note, at=at))


def lift_overturned(db: Connection, overturned: Sequence[Overturned], at: datetime) -> None:
    """Lift restrictions that do not stand; one that has ended meanwhile stays ended."""
    requests = [
        LiftRequest(one.subject.customer_id, one.subject.subject_id, one.actor)
        for one in overturned
    ]
    for done in lift_on_appeal(db, requests, at=at):
        if isinstance(done, WhiteslipError) and not isinstance(done, Conflict):
            raise done


def restore_overturned_limits(
    db: Connection, overturned: Sequence[Overturned], at: datetime
) -> None:
    """Take back cuts that do not stand: exactly the limit before, if nobody has moved it since."""
    changes = [
        ChangeAct(one.subject.customer_id, one.subject.subject_id, one.actor, one.note)
        for one in overturned
    ]
    _all_done(undo_limit_changes(db, changes, at=at))


def waive_overturned_fees(db: Connection, overturned: Sequence[Overturned], at: datetime) -> None:
    """Take back late fees that do not stand; one that was taken back before is done."""
    charges = [
        ChargeWaiver(one.subject.customer_id, one.subject.subject_id, one.note, one.actor)
        for one in overturned
    ]
    _all_done(waive_late_fees.waive_charges(db, charges, at=at))


def reopen_overturned_applications(
    db: Connection, overturned: Sequence[Overturned], at: datetime
) -> None:
    """Let refusals that do not stand be decided anew by a person who had no part in them."""
    reopenings = [
        Reopening(
            one.subject.customer_id,
            one.subject.subject_id,
            one.actor,
            one.appeal_id,
            one.note,
            one.frozen,
        )
        for one in overturned
    ]
    _all_done(reopen_applications(db, reopenings, at=at))


def answer_overturned_decisions(
    _db: Connection, overturned: Sequence[Overturned], _at: datetime
) -> None:
    """Undo nothing, since a purchase that was not made leaves nothing; any other decision has its own way back."""
    for one in overturned:
        if one.book != CHECKOUT:
            raise Conflict(f"what a decision of the {one.book} book led to is appealed itself")


def _numbers(ruled: Ruled, type_: SubjectType) -> list[int]:
    return [subject.subject_id for subject in ruled.subjects if subject.type is type_]


def _all_done(answers: Sequence[object]) -> None:
    for answer in answers:
        if isinstance(answer, WhiteslipError):
            raise answer


BY_OUTCOME: Acts = {
    (Kind.SUSPENSION, "uphold"): keep_restrictions,
    (Kind.SUSPENSION, "lift"): end_restrictions,
    (Kind.SUSPENSION, "dismiss"): end_restrictions,
    (Kind.SUSPENSION, "ease"): ease_restrictions,
    (Kind.FRAUD, "confirm"): confirm_fraud,
    (Kind.FRAUD, "dismiss"): dismiss_fraud,
    (Kind.LIMIT, "uphold"): uphold_limits,
    (Kind.LIMIT, "reverse"): undo_limits,
    (Kind.IDENTITY, "verified"): confirm_identity,
    (Kind.DEBIT, "ours"): waive_episodes,
    (Kind.PURCHASE, "grant"): grant,
    (Kind.PURCHASE, "decline"): decline,
}
"""What each outcome of a kind does, in the transaction of its decision."""

OVERTURNING: Mapping[SubjectType, Undo] = {
    SubjectType.RESTRICTION: lift_overturned,
    SubjectType.LIMIT_CHANGE: restore_overturned_limits,
    SubjectType.APPLICATION: reopen_overturned_applications,
    SubjectType.FEE: waive_overturned_fees,
    SubjectType.DECISION: answer_overturned_decisions,
}
"""What undoes each kind of decision that does not stand; of any other only parts can be changed, by hand."""
