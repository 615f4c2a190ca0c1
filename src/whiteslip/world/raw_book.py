"""The replayed book once more, by NumPy from the raw panel alone: what lines owed at month ends, how late they were.

It shares no code with the book or with the oracle. A line has three heaps: what is overdue by due date, what the last
statement billed, and what was bought since. A payment takes the oldest first and what is left of it waits as credit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from whiteslip.world.panel import Ints, Panel
from whiteslip.world.profiles import Profile

STANDINGS: Final = (
    "not-opened",
    "nothing-owed",
    "current",
    "1-30",
    "31-60",
    "61-90",
    "91-120",
    "121-150",
    "151-180",
    "181+",
)
"""Where a line may stand, from the best to the worst; the same words as the portfolio's, written here anew."""

_NEVER: Final = np.iinfo(np.int64).max // 2
_FORGOT_DAYS: Final = 10
"""Who only forgot a first due has paid within so many days; written anew from the indicator's words."""
_NOTHING, _CURRENT, _FIRST_DEFAULTED, _LAST = 1, 2, 6, 9


@dataclass(frozen=True, slots=True, eq=False)
class RawBook:
    """Customers by month ends; `owed_minor` and `days_late` are as a month ends, the rest as its statement follows.

    The end of a month's last day uses waiting credit for what is about to be billed before it keeps what is owed.

    `asked` tells whether a statement asks for anything, `late_before` whether the line was overdue before its due date,
    `missed` whether something of it was then overdue, `episode` since which statement's due the line is overdue, −1
    where it is not, `oldest` which statement's due is the oldest unpaid then, −1 likewise. `ended` is the ordinal of
    the day on which being overdue since a statement's due ended.
    """

    month_ends: tuple[date, ...]
    dues: tuple[date, ...]
    owed_minor: Ints
    days_late: Ints
    asked: NDArray[np.bool_]
    late_before: NDArray[np.bool_]
    missed: NDArray[np.bool_]
    episode: Ints
    oldest: Ints
    ended: Ints

    @property
    def standing(self) -> Ints:
        """The place in `STANDINGS` of every line at every month end."""
        late = np.minimum(_CURRENT + (self.days_late + 29) // 30, _LAST)
        return np.where(self.owed_minor > 0, late, _NOTHING)


class _Heaps:
    """What every line owes, in heaps."""

    def __init__(self, opening: Ints, months: int) -> None:
        self.overdue = np.zeros((len(opening), months), np.int64)
        self.billed = np.zeros(len(opening), np.int64)
        self.new = np.maximum(opening, 0)
        self.credit = np.maximum(-opening, 0)
        self.free = np.zeros(len(opening), np.int64)
        self.episode = np.full(len(opening), -1, np.int64)
        self.ended = np.full((len(opening), months), _NEVER)

    def pay(self, amount: Ints, on: date) -> None:
        """Take a payment off the oldest first; the rest waits as credit."""
        left = amount.copy()
        for heap in (*self.overdue.T, self.billed):
            taken = np.minimum(heap, left)
            np.subtract(heap, taken, out=heap)
            left -= taken
        self.credit += left
        over = np.flatnonzero((self.episode >= 0) & ~self.overdue.any(axis=1))
        self.ended[over, self.episode[over]] = on.toordinal()
        self.episode[over] = -1

    def bill(self, on: date) -> None:
        """Close a statement over what is new, and use the credit that waits."""
        self.billed, self.new = self.new, np.zeros_like(self.new)
        waiting, self.credit = self.credit, np.zeros_like(self.credit)
        self.pay(waiting, on)

    def fall_due(self, month: int, free: Ints) -> None:
        """Let what is unpaid beyond the free part be overdue; the free part goes to the next statement."""
        stays = np.maximum(self.billed - free, 0)
        self.new += self.billed - stays
        self.billed = np.zeros_like(self.billed)
        self.overdue[:, month] = stays
        self.episode[(stays > 0) & (self.episode < 0)] = month

    @property
    def owed(self) -> Ints:
        return self.overdue.sum(axis=1) + self.billed + self.new

    @property
    def oldest(self) -> Ints:
        return np.where(self.overdue.any(axis=1), (self.overdue > 0).argmax(axis=1), -1)


def recompute(panel: Panel, profile: Profile) -> RawBook:
    """Run all lines through the panel's months at once."""
    months, terms = profile.months, profile.oracle_terms
    ends = tuple(on - timedelta(days=1) for on in profile.statement_dates)
    dues = tuple(on + timedelta(days=terms.due_days) for on in profile.statement_dates)
    heaps = _Heaps(panel.bills_minor[:, 0], len(months))
    shape = (panel.customers, len(months))
    found = {name: np.zeros(shape, np.int64) for name in ("owed", "late")}
    found |= {name: np.full(shape, -1, np.int64) for name in ("episode", "oldest")}
    flags = {name: np.zeros(shape, np.bool_) for name in ("asked", "before", "missed")}
    for month in range(len(months)):
        if month:
            _live(heaps, panel, profile, month, flags)
        found["late"][:, month] = _days(heaps.oldest, dues, ends[month])
        heaps.bill(profile.statement_dates[month])
        found["owed"][:, month] = heaps.owed
        flags["asked"][:, month] = _asked(heaps, terms.minimum_ppm)
        found["episode"][:, month], found["oldest"][:, month] = heaps.episode, heaps.oldest
        heaps.free = _free(heaps.billed, terms.minimum_ppm)
    return RawBook(
        ends,
        dues,
        found["owed"],
        found["late"],
        flags["asked"],
        flags["before"],
        flags["missed"],
        found["episode"],
        found["oldest"],
        heaps.ended,
    )


def rolled(book: RawBook) -> Ints:
    """Count the moves between neighboring month ends, all pooled: standings before by standings after."""
    counts = np.zeros((len(STANDINGS), len(STANDINGS)), np.int64)
    standing = book.standing
    np.add.at(counts, (standing[:, :-1].ravel(), standing[:, 1:].ravel()), 1)
    return counts


def ever_late(book: RawBook, over_days: int) -> Ints:
    """Count by month end how many lines had ever been more than so many days late at one."""
    late = (book.days_late > over_days) & (book.owed_minor > 0)
    return np.logical_or.accumulate(late, axis=1).sum(axis=0)


def measured(book: RawBook, month: int) -> dict[str, tuple[int, int]]:
    """Take the indicators that the panel can tell once a month is closed: hits, and out of how many."""
    now, before = month - 1, month - 2
    found = {"thirty_plus": _thirty_plus(book, month)}
    if now < 0:
        return found | dict.fromkeys(("roll_to_overdue", "roll_to_thirty", "first_payment"), (0, 0))
    due = book.asked[:, now] & ~book.late_before[:, now]
    found["roll_to_overdue"] = _pair(due & book.missed[:, now], due)
    began, lasted = (np.zeros(len(book.owed_minor), np.bool_) for _ in range(2))
    first, bad = began.copy(), began.copy()
    if before >= 0:
        began = book.missed[:, before] & (book.episode[:, before + 1] == before)
        lasted = began & (book.episode[:, month] == before)
        first = book.asked[:, before] & ~book.asked[:, :before].any(axis=1)
        days = book.ended[:, before] - book.dues[before].toordinal()
        bad = first & book.missed[:, before] & (days >= _FORGOT_DAYS)
    found["roll_to_thirty"] = _pair(lasted, began)
    found["first_payment"] = _pair(bad, first)
    return found


def losses(
    owed: Mapping[int, int],
    counts: Ints,
    *,
    prior_lines: int,
    worsens: Sequence[float],
    lost: Sequence[float],
    months: tuple[int, int],
    path: Sequence[float],
    recoveries: float,
    stage: int | None = None,
) -> int:
    """Foretell the loss of what lines owe by standing, as a chain of months by matrices; whole minor units a standing.

    `counts` are moves, `worsens` the prior of the performing standings, `lost` the part lost from current on, `months`
    the years looked ahead in stage 1 and 2, `path` by how many times more get worse month by month. All are in `stage`,
    or each in that of its days past due.
    """
    performing = slice(_CURRENT, _FIRST_DEFAULTED)
    seen = counts[performing].astype(np.float64)
    for row, worse in enumerate(worsens):
        seen[row, _CURRENT + row + 1] += prior_lines * worse
        seen[row, [_NOTHING, _CURRENT]] += prior_lines * (1 - worse) / 2
    chain = seen / seen.sum(axis=1, keepdims=True)
    total = 0
    for standing, amount in owed.items():
        by_days = 1 if standing <= _CURRENT + 1 else 2 if standing < _FIRST_DEFAULTED else 3
        chance, within = 1.0, stage or by_days
        if within < 3 and standing < _FIRST_DEFAULTED:
            chance = _chance(chain, standing - _CURRENT, path, months[within - 1])
        part = 1 - (1 - lost[standing - _CURRENT]) * recoveries
        total += round(amount * chance * part)
    return total


def _live(
    heaps: _Heaps,
    panel: Panel,
    profile: Profile,
    month: int,
    flags: Mapping[str, NDArray[np.bool_]],
) -> None:
    """Live through a month: payment, then purchase or refund, then the due of the statement that began it."""
    bills, paid = panel.bills_minor, panel.payments_minor[:, month]
    bought = bills[:, month] - bills[:, month - 1] + paid
    first_on = profile.months[month].first_on
    heaps.pay(paid, first_on.replace(day=profile.payment_day))
    heaps.new += np.maximum(bought, 0)
    heaps.pay(np.maximum(-bought, 0), first_on.replace(day=profile.purchase_day))
    flags["before"][:, month - 1] = heaps.episode >= 0
    heaps.fall_due(month - 1, heaps.free)
    flags["missed"][:, month - 1] = heaps.overdue[:, month - 1] > 0


def _free(billed: Ints, minimum_ppm: int) -> Ints:
    """Return what of a statement need not be paid by its due date: all but the minimum, halves rounded to even."""
    whole, rest = np.divmod(billed * minimum_ppm, 1_000_000)
    up = (2 * rest > 1_000_000) | ((2 * rest == 1_000_000) & (whole % 2 == 1))
    return billed - (whole + up)


def _asked(heaps: _Heaps, minimum_ppm: int) -> NDArray[np.bool_]:
    asked = heaps.overdue.sum(axis=1) + heaps.billed - _free(heaps.billed, minimum_ppm)
    return (asked > 0) & (heaps.owed - heaps.credit > 0)


def _days(oldest: Ints, dues: Sequence[date], on: date) -> Ints:
    days = np.array([max((on - due).days, 0) for due in dues] + [0], np.int64)
    return days[oldest]


def _thirty_plus(book: RawBook, month: int) -> tuple[int, int]:
    from_on = book.month_ends[month] + timedelta(days=1 - 30)
    old = np.array([due < from_on for due in book.dues] + [False])
    owing = book.owed_minor[:, month] > 0
    return _pair(owing & old[book.oldest[:, month]], owing)


def _pair(hits: NDArray[np.bool_], of: NDArray[np.bool_]) -> tuple[int, int]:
    return int(hits.sum()), int(of.sum())


def _chance(chain: NDArray[np.float64], start: int, path: Sequence[float], months: int) -> float:
    places = np.arange(len(STANDINGS))
    worse = places[None, :] > (_CURRENT + np.arange(len(chain)))[:, None]
    there, defaulted = np.eye(len(chain))[start], 0.0
    for month in range(months):
        before = (chain * worse).sum(axis=1)
        now = np.minimum(1.0, before * path[min(month, len(path) - 1)])
        with np.errstate(invalid="ignore", divide="ignore"):
            up = np.where(before > 0, now / before, 1.0)[:, None]
            rest = np.where(before < 1, (1 - now) / (1 - before), 0.0)[:, None]
        moved = there @ np.where(
            worse, chain * up, chain * np.where(before[:, None] > 0, rest, 1.0)
        )
        defaulted += float(moved[_FIRST_DEFAULTED:].sum())
        there = moved[_CURRENT:_FIRST_DEFAULTED]
    return min(1.0, defaulted)
