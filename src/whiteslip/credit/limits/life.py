"""The life of a review: what each command asks and where it leads; all else is a conflict and changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from whiteslip.credit.limits.reviewing import Direction, Policy
from whiteslip.kernel.actor import PROGRAM
from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed, WhiteslipError
from whiteslip.kernel.money import Minor, decimal_text
from whiteslip.kernel.reason import Reason
from whiteslip.money.lines.model import Line, LineKey


class State(StrEnum):
    """Where a review stands; `KEPT` ends at once: there was nothing to do."""

    PROPOSED = "proposed"
    KEPT = "kept"
    ANNOUNCED = "announced"
    REFERRED = "referred"
    APPLIED = "applied"
    WITHDRAWN = "withdrawn"
    REVERSED = "reversed"


class Command(StrEnum):
    """What may be asked of a review."""

    ANNOUNCE = "announce"
    APPLY = "apply"
    REFER = "refer"
    OBJECT = "object"
    APPROVE = "approve"
    WITHDRAW = "withdraw"
    REVERSE = "reverse"
    UPHOLD = "uphold"


_S, _C = State, Command
MOVES: Final[Mapping[tuple[State, Command], frozenset[State]]] = MappingProxyType(
    {
        (_S.PROPOSED, _C.ANNOUNCE): frozenset({_S.ANNOUNCED}),
        (_S.PROPOSED, _C.APPLY): frozenset({_S.APPLIED}),
        (_S.PROPOSED, _C.REFER): frozenset({_S.REFERRED}),
        (_S.PROPOSED, _C.WITHDRAW): frozenset({_S.WITHDRAWN}),
        (_S.ANNOUNCED, _C.APPLY): frozenset({_S.APPLIED}),
        (_S.ANNOUNCED, _C.OBJECT): frozenset({_S.REFERRED}),
        (_S.ANNOUNCED, _C.WITHDRAW): frozenset({_S.WITHDRAWN}),
        (_S.REFERRED, _C.APPROVE): frozenset({_S.ANNOUNCED, _S.APPLIED}),
        (_S.REFERRED, _C.WITHDRAW): frozenset({_S.WITHDRAWN}),
        (_S.APPLIED, _C.OBJECT): frozenset({_S.APPLIED}),
        (_S.APPLIED, _C.REVERSE): frozenset({_S.REVERSED}),
        (_S.APPLIED, _C.UPHOLD): frozenset({_S.APPLIED}),
    }
)
"""The legal pairs and where each may lead. A cut that holds stays while its customer objects; a person looks."""


class ReviewKey(NamedTuple):
    """A review and its owner."""

    customer_id: int
    review_id: int


class Review(NamedTuple):
    """A review as it stands; amounts in minor units. `people` are all who acted on it so far, in one form."""

    customer_id: int
    review_id: int
    line_id: int
    run_id: int
    reviewed_on: date
    direction: Direction
    state: State
    before_minor: Minor
    after_minor: Minor
    is_immediate: bool
    reasons: tuple[Reason, ...]
    effective_on: date | None
    objected_on: date | None
    answered_on: date | None
    people: frozenset[str]

    @property
    def key(self) -> ReviewKey:
        """The review's key."""
        return ReviewKey(self.customer_id, self.review_id)

    @property
    def line(self) -> LineKey:
        """The line it is about."""
        return LineKey(self.customer_id, self.line_id)

    @property
    def is_cut(self) -> bool:
        """Whether it takes something away."""
        return self.after_minor < self.before_minor


class Hindrance(NamedTuple):
    """What keeps a limit from moving: a line that is behind is not raised, one on a relief is not moved at all.

    `is_moving` says that a change is announced, or waits for a person.
    """

    is_behind: bool
    is_on_relief: bool
    is_moving: bool = False


FREE: Final = Hindrance(is_behind=False, is_on_relief=False)
ON_RELIEF: Final = "a relief runs on the line: its limit stays while it does"


class Step(NamedTuple):
    """One move of a review: by whom, and what is to hold after it."""

    review: Review
    command: Command
    after: State
    actor: str
    limit_minor: Minor
    effective_on: date | None
    note: str | None = None


def refusal(review: Review, command: Command) -> Conflict | None:
    """Say why a command does not apply to a review as it stands."""
    if (review.state, command) in MOVES:
        return None
    return Conflict(f"the review is {review.state}: it cannot {command}")


def settle(
    policy: Policy, review: Review, line: Line | None, hindered: Hindrance, *, on: date
) -> Step:
    """Say what becomes of a proposal once its run may go on: raises hold at once, cuts are announced.

    What hinders is looked for again: it may have come since the line was judged. A limit that somebody changed
    meanwhile is left to them.
    """
    if line is None or line.status != "open" or line.fixed_limit_minor != review.before_minor:
        return _step(review, Command.WITHDRAW, note="the limit or the line has changed since")
    if review.direction is Direction.PERSON:
        return _step(review, Command.REFER)
    if hindered.is_on_relief:
        return _step(review, Command.WITHDRAW, note=ON_RELIEF)
    if review.direction is Direction.CUT:
        if review.is_immediate:
            return _step(review, Command.APPLY, effective_on=on)
        effective_on = on + timedelta(days=policy.notice_days)
        return _step(review, Command.ANNOUNCE, effective_on=effective_on)
    if hindered.is_behind or line.restriction_level > policy.highest_level_for_raise:
        return _step(review, Command.WITHDRAW, note="the line is behind or restricted by now")
    return _step(review, Command.APPLY, effective_on=on)


def settle_by_hand(policy: Policy, review: Review, *, by: str, on: date) -> Step:
    """Say when what a person changes holds: a raise and a cut for odd behavior at once, any other cut is announced."""
    if not review.is_cut or review.is_immediate:
        return Step(review, Command.APPLY, State.APPLIED, by, review.after_minor, on)
    effective_on = on + timedelta(days=policy.notice_days)
    return Step(review, Command.ANNOUNCE, State.ANNOUNCED, by, review.after_minor, effective_on)


def fall_due(review: Review, line: Line | None, hindered: Hindrance, *, on: date) -> Step:
    """Say what becomes of an announced cut on its day; a limit that somebody changed meanwhile is left to them.

    Whoever has come to an arrangement since keeps their limit.
    """
    if hindered.is_on_relief:
        return _step(review, Command.WITHDRAW, note=ON_RELIEF)
    if line is None or line.fixed_limit_minor != review.before_minor:
        return _step(review, Command.WITHDRAW, note="the limit or the line has changed since")
    return _step(review, Command.APPLY, effective_on=on)


def objected(review: Review, *, by: str, note: str | None, on: date) -> Step | WhiteslipError:
    """Let a customer object, once; an announced cut then waits for a person, one that holds is looked at."""
    if error := refusal(review, Command.OBJECT):
        return error
    if not review.is_cut:
        return Conflict("nothing was taken away: ask for a lower limit instead")
    if review.objected_on is not None:
        return Conflict("an objection was made already, and a person has seen or will see it")
    if review.state is State.APPLIED:
        return Step(review, Command.OBJECT, State.APPLIED, by, review.after_minor, on, note)
    effective_on = review.effective_on
    return Step(review, Command.OBJECT, State.REFERRED, by, review.after_minor, effective_on, note)


def approved(
    policy: Policy,
    review: Review,
    line: Line,
    limit_minor: Minor | None,
    *,
    hindered: Hindrance,
    by: str,
    note: str | None,
    on: date,
) -> Step | WhiteslipError:
    """Let a person approve what is proposed, or a limit between that and today's, or a cut where they had to look.

    While a relief runs on the line nobody moves its limit: the review can be withdrawn, or waits until the relief ends.

    A cut is announced first unless it was for odd behavior; after an objection the announced day holds, tomorrow at
    the earliest.
    """
    if error := refusal(review, Command.APPROVE) or _same_person(review, by):
        return error
    if hindered.is_on_relief:
        return Conflict(ON_RELIEF)
    if line.fixed_limit_minor != review.before_minor:
        return Conflict("the limit has changed since: withdraw the review")
    after = review.after_minor if limit_minor is None else limit_minor
    if error := _out_of_bounds(policy, review, after):
        return error
    if after > review.before_minor or (review.is_immediate and review.objected_on is None):
        return Step(review, Command.APPROVE, State.APPLIED, by, after, on, note)
    days = policy.decided_notice_days if review.objected_on else policy.notice_days
    soonest = on + timedelta(days=days)
    effective_on = max(soonest, review.effective_on or soonest)
    return Step(review, Command.APPROVE, State.ANNOUNCED, by, after, effective_on, note)


def withdrawn(review: Review, *, by: str, note: str | None) -> Step | WhiteslipError:
    """Let a person call a proposal, an announced or a referred move off; the limit stays."""
    if error := refusal(review, Command.WITHDRAW) or _same_person(review, by):
        return error
    return _step(review, Command.WITHDRAW, by=by, note=note)


def reversed_(
    review: Review, line: Line, *, by: str, note: str | None, on: date
) -> Step | WhiteslipError:
    """Let a person take a cut back: exactly the limit before it, if nobody has moved it since."""
    if error := refusal(review, Command.REVERSE) or _same_person(review, by):
        return error
    if not review.is_cut:
        return Conflict("a raise is not taken back by hand: a review may cut")
    if line.fixed_limit_minor != review.after_minor:
        return Conflict("the limit has been moved since this cut")
    return Step(review, Command.REVERSE, State.REVERSED, by, review.before_minor, on, note)


def upheld(review: Review, *, by: str, note: str | None) -> Step | WhiteslipError:
    """Let a person find that a cut which holds stands although its customer objected; once."""
    if error := refusal(review, Command.UPHOLD):
        return error
    if review.objected_on is None or review.answered_on is not None:
        return Conflict("nobody objects to this cut, or they were answered")
    if error := _same_person(review, by):
        return error
    return _step(review, Command.UPHOLD, by=by, note=note)


def undone(
    review: Review, line: Line, *, by: str, note: str | None, on: date
) -> Step | WhiteslipError:
    """Let a person end a cut where it stands: called off before it holds, taken back after."""
    if review.state is State.APPLIED:
        return reversed_(review, line, by=by, note=note, on=on)
    return withdrawn(review, by=by, note=note)


def _out_of_bounds(policy: Policy, review: Review, after: Minor) -> InvalidInput | None:
    """A person may be milder than the machine; where the machine only asked, they may cut to the floor."""
    before, proposed = review.before_minor, review.after_minor
    least, most = sorted((before, proposed))
    if review.direction is Direction.PERSON:
        least = min(policy.floor_minor, least)
    if least <= after <= most and after != before:
        return None
    bounds = f"{decimal_text(least)} to {decimal_text(most)}"
    return InvalidInput(f"name a limit from {bounds}, another than today's", where="limit_minor")


def _same_person(review: Review, by: str) -> NotAllowed | None:
    if by in review.people:
        return NotAllowed("another person decides than who acted on this review before")
    return None


def _step(
    review: Review,
    command: Command,
    *,
    by: str = PROGRAM,
    effective_on: date | None = None,
    note: str | None = None,
) -> Step:
    (after,) = MOVES[review.state, command]
    return Step(review, command, after, by, review.after_minor, effective_on, note)


def people_among(actors: Iterable[str]) -> frozenset[str]:
    """Return those who are people."""
    return frozenset(actors) - {PROGRAM}
