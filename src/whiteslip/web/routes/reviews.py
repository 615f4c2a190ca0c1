"""The desk of reviews: the queue, a case with its evidence as it was, and the decision, one case after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, cast

from msgspec import Meta, Struct

from whiteslip.flows import review_cases
from whiteslip.flows.appeal import Decision, Outcome, decide_appeals
from whiteslip.flows.appeal import Label as AppealLabel
from whiteslip.flows.override_restriction import decide_act
from whiteslip.flows.review_cases import Case, CaseRequest, Kind, Label, NextRequest, Ruling
from whiteslip.kernel import ids
from whiteslip.kernel.errors import NotFound, WhiteslipError, only
from whiteslip.views import customers_api as people
from whiteslip.views import reviews as views
from whiteslip.web.acting import Acting, Done
from whiteslip.web.forms import Form, Note, Nothing
from whiteslip.web.rights import Owner, Role, staff
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("reviews")
REVIEWS = staff(Role.REVIEWS)
PAGE = "/desk/reviews"
CASE = f"{PAGE}/{{cas}}"
CASES_A_PAGE = 60
APPEALS = frozenset({"appeal", "human_decision"})


class Search(Struct, frozen=True):
    """Which cases to list."""

    kind: Annotated[str, Meta(max_length=30)] = ""
    overdue: bool = False


class Ruled(Form, frozen=True):
    """What is decided, why, and what it teaches."""

    outcome: Annotated[str, Meta(min_length=1, max_length=30)]
    note: Note
    label: Literal["true_positive", "false_positive", "unclear"] | None = None


class Answered(Form, frozen=True):
    """What becomes of an appeal, and what the person is told."""

    outcome: Literal["upheld", "overturned", "partly"]
    answer: Note
    note: Note


class Word(Form, frozen=True):
    """What is done with a case besides deciding it."""

    command: Literal["take", "renew", "release", "withdraw"]
    note: Note | None = None


class Approval(Form, frozen=True):
    """Whether an act that somebody asked for is approved."""

    approved: Literal["yes", "no"]


@routes.page(PAGE, sees=REVIEWS, nav="reviews", order=30)
def show_queue(visit: Visit) -> Answer:
    """List the cases that wait, the most urgent first."""
    asked = visit.asked(Search)
    kind = asked.kind if asked.kind in {one.value for one in Kind} else ""
    before = visit.at if asked.overdue else None
    cases = views.queue(visit.db, kind=kind or None, due_before=before, most=CASES_A_PAGE)
    return visit.show(
        "reviews/queue.html",
        cases=cases,
        waiting=views.count_waiting(visit.db, at=visit.at),
        kind=kind,
        overdue=asked.overdue,
        now=visit.at,
        mine=[one for one in cases if one.holder == visit.person.actor],
    )


@routes.form(f"{PAGE}/next", Nothing, sees=REVIEWS, again=show_queue)
def take_next(act: Acting, _: Nothing) -> Done:
    """Take the most urgent case nobody holds that this person may look at."""
    (case,) = review_cases.take_next(act.db, [NextRequest(act.actor, ())], at=act.at)
    if case is None:
        return Done(PAGE, "reviews.none_left")
    return Done(f"{PAGE}/{ids.write('cas', *case.key)}")


@routes.page(CASE, sees=REVIEWS, owner=Owner.NOBODY)
def show_case(visit: Visit) -> Answer:
    """Show a case: whom it is about, the evidence as it was when it opened, its history, and how it may be decided."""
    found = views.find(visit.db, *visit.owned("cas"))
    if found is None:
        raise NotFound("there is no such case")
    kind = found.case.kind.value
    options = views.outcomes_of(kind)
    return visit.show(
        "reviews/case.html",
        found=found,
        case=found.case,
        person_of=people.find_customer(visit.db, found.case.customer_id, visit.ring),
        options=[(one, visit.speak.name("case_outcome", one)) for one in options.outcomes],
        labels=[(one.value, visit.speak.name("label", one.value)) for one in Label],
        is_appeal=kind in APPEALS,
        holds=found.case.holder == visit.person.actor,
        evidence=[(piece, _flat(piece.evidence)) for piece in found.pieces],
        answers=[(one.value, visit.speak.name("appeal_outcome", one.value)) for one in Outcome],
    )


@routes.form(CASE, Ruled, sees=REVIEWS, owner=Owner.NOBODY, again=show_case)
def decide(act: Acting, form: Ruled) -> Done:
    """Decide a case one holds; what is lifted or granted by it is so in the same transaction."""
    label = None if form.label is None else Label(form.label)
    ruling = Ruling(*act.owned("cas"), act.actor, form.outcome, form.note, label)
    only(review_cases.decide(act.db, [ruling], at=act.at, acts=act.visitor.runtime.case_acts))
    return _after(act)


@routes.form(f"{CASE}/answer", Answered, sees=REVIEWS, owner=Owner.NOBODY, again=show_case)
def answer_appeal(act: Acting, form: Answered) -> Done:
    """Decide the appeal of a case one holds; who had a hand in the decision may not."""
    found = views.find(act.db, *act.owned("cas"))
    if found is None:
        raise NotFound("there is no such case")
    label = AppealLabel("false_positive" if form.outcome == "overturned" else "true_positive")
    decision = Decision(
        found.case.customer_id,
        found.case.subject_id,
        act.actor,
        Outcome(form.outcome),
        form.answer,
        form.note,
        label,
    )
    only(decide_appeals(act.db, [decision], at=act.at, acts=act.visitor.runtime.appeal_acts))
    return _after(act)


@routes.form(f"{CASE}/word", Word, sees=REVIEWS, owner=Owner.NOBODY, again=show_case)
def say(act: Acting, form: Word) -> Done:
    """Take a case, hold it longer, give it back, or close it as moot."""
    journeys: dict[str, Callable[..., Sequence[Case | WhiteslipError]]] = {
        "take": review_cases.take,
        "renew": review_cases.renew,
        "release": review_cases.release,
        "withdraw": review_cases.withdraw,
    }
    request = CaseRequest(*act.owned("cas"), act.actor, form.note or "")
    only(journeys[form.command](act.db, [request], at=act.at))
    return Done(f"{PAGE}/{ids.write('cas', *act.owned('cas'))}", f"reviews.did_{form.command}")


@routes.form(f"{PAGE}/acts/{{act}}", Approval, sees=REVIEWS, owner=Owner.NOBODY, again=show_queue)
def approve(act: Acting, form: Approval) -> Done:
    """Approve or refuse what another person asked for."""
    approved = form.approved == "yes"
    decide_act(act.db, *act.owned("act"), approved=approved, by=act.actor, at=act.at)
    return Done(PAGE, "reviews.approved" if approved else "reviews.refused")


def _after(act: Acting) -> Done:
    """Go on with the next case at once."""
    (case,) = review_cases.take_next(act.db, [NextRequest(act.actor, ())], at=act.at)
    if case is None:
        return Done(PAGE, "reviews.decided_last")
    return Done(f"{PAGE}/{ids.write('cas', *case.key)}", "reviews.decided_next")


def _flat(evidence: dict[str, Any]) -> list[tuple[str, str]]:
    """Lay evidence out as rows: nested names by dots, lists by commas."""
    rows: list[tuple[str, str]] = []

    def add(name: str, value: Any) -> None:
        if isinstance(value, dict):
            for key, each in cast("dict[str, Any]", value).items():
                add(f"{name}.{key}" if name else key, each)
            return
        if not isinstance(value, list):
            rows.append((name, "–" if value is None else str(value)))
            return
        listed = cast("list[Any]", value)
        if any(isinstance(one, dict | list) for one in listed):
            for place, each in enumerate(listed, 1):
                add(f"{name} {place}", each)
        else:
            rows.append((name, ", ".join(map(str, listed))))

    add("", evidence)
    return rows
