"""The story of one person in a few lines, read from the platform's records and from nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import NotFound
from whiteslip.kernel.money import decimal_text
from whiteslip.views import appeals, customers, reasons
from whiteslip.views.customers import StoryNotice, StoryView

sql = Sql(__package__)


class Told(NamedTuple):
    """Something that happened; `number` orders what happened on one day."""

    on: date
    number: int
    text: str


def tell(db: Connection, customer_id: int) -> list[Told]:
    """Tell the main things that happened to a customer, in order."""
    story = customers.tell(db, customer_id)
    if story is None or story.line is None:
        raise NotFound(f"customer {customer_id} has no line to tell of")
    sent = Counter[int]()
    for row in sql.many(db, "list_story_messages", customer_id=customer_id):
        sent[row.notice_id] += row.status == "sent"
    told = [
        *_beginning(db, story),
        *_bought(story),
        *_billed(story),
        *_notices(story, sent),
        *_paid(story),
        *_appealed(db, customer_id),
    ]
    return sorted(told)


def _beginning(db: Connection, story: StoryView) -> Iterator[Told]:
    row = sql.maybe(db, "find_story_application", customer_id=story.customer.customer_id)
    if row is None:
        return
    asked = f"applies for a limit of {decimal_text(row.requested_minor)}"
    yield Told(row.received_on, 0, f"{asked}; the credit bureau is asked and has {row.inquiry}")
    if row.line_id is not None and story.line is not None:
        text = f"the application is {row.status}: a line of {decimal_text(row.limit_minor)} opens"
        yield Told(story.line.opened_on, 1, text)


def _bought(story: StoryView) -> Iterator[Told]:
    """The first purchase, those declined with their reasons, and the first one after each of these."""
    is_told = True
    for each in story.purchases:
        price = f"{decimal_text(each.authorized_minor)} at {each.merchant}"
        if each.status == "declined":
            why = _reasons(each.reasons or ())
            yield Told(each.authorized_on, each.purchase_id, f"a purchase is declined: {why}")
            is_told = True
        elif is_told:
            plan = f" in {each.plan_months} installments" if each.plan_months else ""
            yield Told(each.authorized_on, each.purchase_id, f"buys for {price}{plan}")
            is_told = False


def _billed(story: StoryView) -> Iterator[Told]:
    """The first statement, and each that was not paid by its date."""
    missed = {each.oldest_due_on for each in story.arrears}
    for number, each in enumerate(story.statements):
        if number == 0 or each.due_on in missed:
            sums = (
                f"{decimal_text(each.balance_minor)}, at least {decimal_text(each.minimum_minor)}"
            )
            yield Told(each.statement_on, 2, f"a statement: {sums} by {each.due_on}")
    for late in story.arrears:
        yield Told(late.since_on, 3, f"the due of {late.oldest_due_on} is missed")


def _notices(story: StoryView, sent: Counter[int]) -> Iterator[Told]:
    for notice in story.notices:
        if (words := _WORDS.get(notice.kind)) is not None and _is_of_trouble(story, notice):
            also = " in the app and by text message" if sent[notice.notice_id] else " in the app"
            yield Told(
                notice.noticed_on, notice.notice_id, f"{words}{also}{_because(story, notice)}"
            )


_WORDS = {
    "due_soon": "is reminded of a due date",
    "overdue_reminder": "is reminded of what is overdue",
    "relief_offered": "is offered an arrangement",
    "warned": "is warned",
    "restricted": "is told that the line is restricted",
    "suspended": "is told that the line is suspended",
    "restored": "is told that buying works again",
    "appeal_received": "is told that the appeal came in",
}


def _is_of_trouble(story: StoryView, notice: StoryNotice) -> bool:
    """Reminders before a due date are told when the due was then missed."""
    return notice.kind != "due_soon" or any(
        0 <= (late.oldest_due_on - notice.noticed_on).days <= _REMINDED_BEFORE
        for late in story.arrears
    )


_REMINDED_BEFORE = 3


def _because(story: StoryView, notice: StoryNotice) -> str:
    """Say the reason and the way back of what a notice told, the hardest first."""
    imposed = [each for each in story.restrictions if each.notice_id == notice.notice_id]
    if not imposed:
        return ""
    hardest = max(imposed, key=lambda each: each.level)
    way = hardest.way_out.replace("_", " ")
    return f": {_reasons(hardest.reasons)} The way back: {way}."


def _paid(story: StoryView) -> Iterator[Told]:
    """The payments, and which of them ended arrears."""
    ended = {each.ended_on for each in story.arrears}
    for each in story.repayments:
        left = ": nothing is overdue" if each.repaid_on in ended else ""
        text = f"pays {decimal_text(each.amount_minor)} by {each.method}{left}"
        yield Told(each.repaid_on, each.repayment_id, text)


def _appealed(db: Connection, customer_id: int) -> Iterator[Told]:
    for each in appeals.of_customer(db, customer_id):
        about = each.subject_type.replace("_", " ")
        yield Told(each.received_on, each.appeal_id, f"appeals against the {about}: {each.text}")
        if each.decided_on is not None:
            text = f"somebody else decides: {each.outcome}. {each.answer}"
            yield Told(each.decided_on, each.appeal_id, text)


def _reasons(given: Iterable[dict[str, object]] | Sequence[dict[str, object]]) -> str:
    """Put stored reasons into words."""
    return " ".join(reasons.explain(each).says.en for each in reasons.stored(given))
