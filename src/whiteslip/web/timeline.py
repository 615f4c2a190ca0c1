"""A customer's story as entries in the order they happened, each with what belongs to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from whiteslip.views import reasons
from whiteslip.views.customers import (
    StoryAllocation,
    StoryFee,
    StoryInstallment,
    StoryPurchase,
    StoryRestriction,
    StoryView,
)

_ONE_DAY = timedelta(days=1)
_FIRST, _LAST = 0, 2**63
_TONES = {
    "suspended": "bad",
    "restricted": "bad",
    "warned": "warn",
    "restored": "good",
    "eased": "warn",
}


class Entry(NamedTuple):
    """Something that happened: `what` is the row of the view, `parts` the rows that belong to it."""

    on: date
    number: int
    kind: str
    tone: str
    what: Any
    parts: Any = ()


class Month(NamedTuple):
    """The entries of a month."""

    on: date
    entries: tuple[Entry, ...]


class Due(NamedTuple):
    """All that is to be paid by a date, in minor units."""

    due_on: date
    overdue: bool
    billed: bool
    owed_minor: int


class Standing(NamedTuple):
    """Where the line stands: what is owed when, what works, and what is against it in words, each once."""

    dues: tuple[Due, ...]
    works: tuple[str, ...]
    against: tuple[Any, ...]


def months(story: StoryView, *, newest_first: bool) -> tuple[Month, ...]:
    """Tell everything that happened, month by month."""
    entries = sorted(_entries(story), key=lambda entry: (entry.on, entry.number))
    if newest_first:
        entries.reverse()
    grouped = groupby(entries, key=lambda entry: entry.on.replace(day=1))
    return tuple(Month(on, tuple(its)) for on, its in grouped)


def standing(story: StoryView) -> Standing:
    """Sum what is owed by due date, and put what is against the line into words."""
    if story.line is None:
        return Standing((), (), ())
    active = [each for each in story.restrictions if each.state not in ("lifted", "overridden")]
    active.sort(key=lambda each: -each.level)
    return Standing(
        tuple(_dues(story.installments, story.line.current_on)),
        tuple(reasons.still_works(story.line.restriction_level)),
        tuple(dict.fromkeys(text for each in active for text in explained(each.reasons))),
    )


def explained(stored: Iterable[dict[str, Any]] | None) -> tuple[Any, ...]:
    """Put stored reasons into words."""
    return tuple(reasons.explain(reason) for reason in reasons.stored(stored or ()))


def _dues(installments: Sequence[StoryInstallment], on: date) -> Iterator[Due]:
    owed: dict[tuple[date, bool], int] = defaultdict(int)
    for row in installments:
        if row.status == "open" and row.owed_minor > 0:
            owed[row.due_on, row.statement_on <= on] += row.owed_minor
    for (due_on, billed), amount in sorted(owed.items()):
        yield Due(due_on, due_on < on, billed, amount)


def _entries(story: StoryView) -> Iterator[Entry]:
    yield Entry(story.customer.joined_on, _FIRST, "joined", "plain", story.customer)
    if story.line is None:
        return
    yield Entry(story.line.opened_on, _FIRST + 1, "line_opened", "good", story.line)
    yield from _purchases(story)
    yield from _payments(story)
    yield from _statements(story)
    yield from _lateness(story)
    yield from _notices(story)
    for limit in story.limits:
        yield Entry(limit.happened_on, _FIRST + 2, "limit", "plain", limit)


def _purchases(story: StoryView) -> Iterator[Entry]:
    rows: dict[int, list[StoryInstallment]] = defaultdict(list)
    for row in story.installments:
        if row.purchase_id is not None:
            rows[row.purchase_id].append(row)
    for purchase in story.purchases:
        if purchase.status in ("declined", "referred"):
            parts: Any = explained(purchase.reasons)
            yield _of_purchase(purchase, purchase.status, "warn", parts)
        else:
            yield _of_purchase(purchase, "purchase", "plain", rows[purchase.purchase_id])


def _of_purchase(purchase: StoryPurchase, kind: str, tone: str, parts: Any) -> Entry:
    return Entry(purchase.authorized_on, purchase.purchase_id, kind, tone, purchase, parts)


def _payments(story: StoryView) -> Iterator[Entry]:
    went: dict[int, list[StoryAllocation]] = defaultdict(list)
    for allocation in story.allocations:
        went[allocation.source_id].append(allocation)
    for repayment in story.repayments:
        parts = went.pop(repayment.repayment_id, [])
        number, tone = repayment.repayment_id, "warn" if repayment.reversed_on else "good"
        yield Entry(repayment.repaid_on, number, "repayment", tone, repayment, parts)
    for refund in story.refunds:
        parts = went.pop(refund.refund_id, [])
        yield Entry(refund.refunded_on, refund.refund_id, "refund", "good", refund, parts)
    for source_id, parts in went.items():
        yield Entry(parts[0].allocated_on, source_id, "used_credit", "good", parts[0], parts)
    for payout in story.payouts:
        yield Entry(payout.paid_out_on, payout.payout_id, "payout", "plain", payout)


def _statements(story: StoryView) -> Iterator[Entry]:
    since = date.min
    for bill in story.statements:
        fees = _summed(fee for fee in story.fees if since < fee.business_date <= bill.statement_on)
        yield Entry(bill.statement_on, _FIRST, "statement", "bill", bill, (since, fees))
        since = bill.statement_on


def _lateness(story: StoryView) -> Iterator[Entry]:
    for late in story.arrears:
        begins = late.since_on + _ONE_DAY
        until = late.ended_on or date.max
        fees = sum(
            fee.amount_minor
            for fee in story.fees
            if fee.kind == "late_fee" and begins <= fee.business_date <= until
        )
        yield Entry(begins, _FIRST + 1, "late", "bad", late, fees)


def _notices(story: StoryView) -> Iterator[Entry]:
    imposed: dict[int, list[StoryRestriction]] = defaultdict(list)
    for restriction in story.restrictions:
        imposed[restriction.notice_id].append(restriction)
    for notice in story.notices:
        tone = _TONES.get(notice.kind, "plain")
        parts = imposed[notice.notice_id]
        yield Entry(notice.noticed_on, notice.notice_id, "notice", tone, notice, parts)


def _summed(fees: Iterable[StoryFee]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for fee in fees:
        sums[fee.kind] += fee.amount_minor
    return dict(sums)
