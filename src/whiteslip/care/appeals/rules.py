"""What may be appealed, by when it is due, and who may decide it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from whiteslip.care.appeals.model import (
    LONGEST_TEXT,
    Appeal,
    Command,
    Decision,
    Form,
    Move,
    NewAppeal,
    Outcome,
    Overturned,
    State,
    Subject,
    SubjectKey,
    Terms,
)
from whiteslip.kernel.calendar import ZONE, business_date_of
from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed, WhiteslipError
from whiteslip.kernel.reason import Fact
from whiteslip.risk.reviews.model import Kind, Label, SubjectType
from whiteslip.risk.reviews.rules import check_note, due_after_days, person_of

MOVES: Mapping[tuple[State, Command], State] = MappingProxyType(
    {
        (State.RECEIVED, Command.BEGIN): State.IN_REVIEW,
        (State.IN_REVIEW, Command.DECIDE): State.DECIDED,
        (State.RECEIVED, Command.WITHDRAW): State.WITHDRAWN,
        (State.IN_REVIEW, Command.WITHDRAW): State.WITHDRAWN,
    }
)
"""The legal pairs and where each leads; every other pair changes nothing."""

CHECKOUT = "checkout"
"""The book that decides purchases."""

PENDING = (State.RECEIVED, State.IN_REVIEW)
KINDS: Mapping[Form, Kind] = MappingProxyType(
    {Form.APPEAL: Kind.APPEAL, Form.HUMAN_DECISION: Kind.HUMAN_DECISION}
)
"""The queue of each form: who asks for a person does not wait behind appeals, nor the other way round."""


def refusal(state: State, command: Command) -> Conflict | None:
    """Say why a command does not apply to an appeal as it stands."""
    if (state, command) in MOVES:
        return None
    return Conflict(f"the appeal is {state}: it cannot {command}")


def check(new: NewAppeal, terms: Terms) -> InvalidInput | None:
    """Name what is wrong with an appeal, before its subject is looked for."""
    allowed = terms.humans if new.form is Form.HUMAN_DECISION else frozenset(terms.dues)
    if new.subject.type not in allowed:
        return InvalidInput(f"a {new.subject.type} is not what this is for", where="about")
    if new.form is Form.APPEAL and not new.text.strip():
        return InvalidInput("say what is wrong", where="text")
    for where in ("text", "wants", "attachments"):
        if len(getattr(new, where)) > LONGEST_TEXT:
            return InvalidInput(f"at most {LONGEST_TEXT} characters", where=where)
    return None


def check_subject(new: NewAppeal, subject: Subject) -> Conflict | None:
    """Say why the subject cannot be questioned so: a person's decision is appealed, with grounds."""
    if new.form is Form.HUMAN_DECISION and not subject.by_machine:
        return Conflict("no machine decided this alone: appeal, and another person decides")
    return None


def due_at(new: NewAppeal, terms: Terms, *, at: datetime) -> datetime:
    """Find by when the person is answered."""
    due = terms.human if new.form is Form.HUMAN_DECISION else terms.dues[new.subject.type]
    if due.working_days is not None:
        return due_after_days(due.working_days, closes_hour=terms.closes_hour, at=at)
    day = business_date_of(at) + timedelta(days=due.calendar_days or 0)
    return datetime.combine(day, time(terms.closes_hour), ZONE)


def not_theirs(key: SubjectKey) -> str:
    """Say that a customer has no such thing to question."""
    return f"customer {key.customer_id} has no {key.type} {key.subject_id}"


def bar(appeal: Appeal, actor: str) -> NotAllowed | None:
    """Refuse whoever had a hand in the decision, however they write their name."""
    if person_of(actor) in appeal.decided_by_before:
        return NotAllowed("who took part in the first decision does not decide the appeal")
    return None


def check_decision(appeal: Appeal, decision: Decision) -> WhiteslipError | None:
    """Name what is wrong with a decision."""
    if error := bar(appeal, decision.actor) or refusal(appeal.state, Command.DECIDE):
        return error
    if not decision.answer.strip() or len(decision.answer) > LONGEST_TEXT:
        text = f"answer the customer, in at most {LONGEST_TEXT} characters"
        return InvalidInput(text, where="answer")
    return check_note(decision.note)


def decided(appeal: Appeal, decision: Decision, *, on: date) -> Move:
    """Decide an appeal; whether it may be decided so is asked before."""
    return Move(
        *appeal.key,
        appeal.state,
        MOVES[appeal.state, Command.DECIDE],
        person_of(decision.actor),
        decision.note,
        decision.outcome,
        decision.answer,
        on,
    )


def overturned(appeal: Appeal, decision: Decision, seen: Subject | None) -> Overturned:
    """Say what does not stand, as it is now; of a decision of a book also which book and when."""
    subject = SubjectKey(appeal.customer_id, appeal.subject_type, appeal.subject_id)
    frozen: Mapping[str, Any] = {} if seen is None else seen.frozen
    does_not_stand = Overturned(
        subject, appeal.appeal_id, decision.actor, decision.note, frozen=frozen
    )
    if appeal.subject_type is not SubjectType.DECISION or "decision" not in frozen:
        return does_not_stand
    told = frozen["decision"]
    on = date.fromisoformat(told["decided_on"])
    return does_not_stand._replace(book=told["book"], decided_on=on)


def told_of(overturned: Overturned | None) -> Mapping[str, Fact]:
    """Give the answer what it says besides the reviewer's words: a purchase not made leaves nothing to undo."""
    if overturned is None or overturned.decided_on is None or overturned.book != CHECKOUT:
        return {}
    return {"not_made_on": overturned.decided_on.isoformat()}


def label_of(appeal: Appeal, decision: Decision) -> Label | None:
    """Say what an answer teaches: a finding at checkout that does not stand was wrong, unless said otherwise."""
    if decision.label is None and decision.outcome is Outcome.OVERTURNED:
        return Label.FALSE_POSITIVE if appeal.subject_type is SubjectType.DECISION else None
    return decision.label
