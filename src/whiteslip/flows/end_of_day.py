"""End of day: the date rolls, then every range of customers closes the day in one transaction of set statements."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import date, datetime, timedelta
from time import perf_counter
from typing import NamedTuple, Protocol, TypeAlias

from whiteslip.care.budgeting.store import warn_of_dues
from whiteslip.care.hardship import store as hardship
from whiteslip.care.notices.limits import notices_of as limit_notices_of
from whiteslip.care.notices.restrictions import notices_of
from whiteslip.care.notices.store import insert_notices
from whiteslip.credit.limits import store as limits
from whiteslip.decisioning.habits import store as habits
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.store import Running
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.planning import plan_afresh, refresh_statistics
from whiteslip.kernel.errors import InvariantBroken
from whiteslip.money.arrears import store as arrears
from whiteslip.money.collections import store as collections
from whiteslip.money.ledger import store as ledger
from whiteslip.money.lines import store as lines
from whiteslip.money.purchases import store as purchases
from whiteslip.money.repayments import store as repayments
from whiteslip.money.statements import store as statements
from whiteslip.risk.appetite import store as appetite
from whiteslip.risk.appetite.rules import tell
from whiteslip.risk.portfolio import store as portfolio
from whiteslip.risk.runs import store as runs
from whiteslip.risk.runs.model import Run
from whiteslip.risk.suspensions import store as suspensions
from whiteslip.risk.suspensions.model import Step as TakenStep
from whiteslip.risk.watching.store import ENGINE, watch

Spent: TypeAlias = "dict[str, float]"


class StepFunction(Protocol):
    """A set statement over the customers `first` to `last`; returns how many rows it touched."""

    def __call__(
        self, db: Connection, *, first: int, last: int, business_date: date, at: datetime
    ) -> int:
        """Run it for one range of customers."""
        ...


class Step(NamedTuple):
    """One step of the day, as its report names it."""

    name: str
    run: StepFunction


def _keep_month_end(
    db: Connection, *, first: int, last: int, business_date: date, at: datetime
) -> int:
    """Keep where lines stood as a month ended, with its sums, and in which class and stage they were."""
    kept = arrears.keep_month_end(db, first=first, last=last, business_date=business_date, at=at)
    portfolio.keep_month_classes(db, first=first, last=last, business_date=business_date, at=at)
    return kept


STEPS = (
    Step("release expired holds", purchases.release_expired_holds),
    Step("return temporary limits", lines.return_temporary_limits),
    Step("roll unpaid statements", arrears.roll_unpaid_statements),
    Step("charge daily fees", arrears.charge_daily_fees),
    Step("bill installment fees", statements.bill_installment_fees),
    Step("apply credit balances", repayments.apply_credit_balances),
    Step("close statements", statements.close_statements),
    Step("age overdue lines", arrears.age_overdue_lines),
    Step("keep month end", _keep_month_end),
    Step("follow reliefs", hardship.follow_reliefs),
    Step("treat new arrears", hardship.treat_new_arrears),
    Step("take arrears steps", hardship.take_steps),
    Step("plan collections", collections.plan_collections),
    Step("keep habits", habits.keep_habits),
)


_PARTS = 2
"""Parts a worker in which the balances are checked, so that no worker waits long for another."""

_SMALL = 200
"""In a book of fewer customers any plan of a statement is good."""


class DayReport(NamedTuple):
    """What end of day did: rows touched and milliseconds spent by step, over all ranges."""

    business_date: date
    ranges: int
    seconds: float
    rows: dict[str, int]
    step_ms: dict[str, float]


def end_of_day(
    database: Database,
    *,
    at: datetime,
    workers: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> DayReport:
    """Close the current business date, or finish one that was interrupted.

    Every range commits alone with its progress row, so a rerun does what is left; checkouts go on meanwhile.
    Raises `InvariantBroken`, and leaves the day open, when a line touched that day does not balance.
    """
    started = perf_counter()
    day = database.write(business_day.read)
    if not day.closing:
        rolled = day.current_on + timedelta(days=1)
        database.write(lambda db: business_day.roll(db, to=rolled))
    closing = day.closed_on + timedelta(days=1)
    database.write(refresh_statistics)
    now = database.write(lambda db: rulebooks.running(db, "watch"))
    job = _Job(database, closing, day.range_size, now, at)
    rows, step_ms = job.run(workers, progress)
    before = perf_counter()
    rows["release runs"] = job.release(workers)
    step_ms["release runs"] = round((perf_counter() - before) * 1000, 2)
    before = perf_counter()
    job.check(workers)
    step_ms["check balances"] = round((perf_counter() - before) * 1000, 2)
    report = DayReport(
        closing, job.ranges, round(perf_counter() - started, 3), dict(rows), dict(step_ms)
    )
    database.write(
        lambda db: business_day.finish(
            db, business_date=closing, at=at, report=json.dumps(report._asdict(), default=str)
        )
    )
    return report


class _Job:
    """The closing of one day, range by range."""

    def __init__(
        self, database: Database, closing: date, range_size: int, now: Running, at: datetime
    ) -> None:
        self.database = database
        self.closing = closing
        self.range_size = range_size
        self.now = now
        self.at = at
        self.ranges = 0
        self.is_small = False

    def run(
        self, workers: int, progress: Callable[[int, int], None] | None
    ) -> tuple[Counter[str], Spent]:
        """Close every range not closed yet; return rows and milliseconds by step."""
        todo = self.database.write(
            lambda db: ledger.ranges_to_close(
                db, business_date=self.closing, range_size=self.range_size
            )
        )
        self.ranges = len(todo)
        self.is_small = self.database.write(ledger.last_customer) < _SMALL
        rows: Counter[str] = Counter()
        step_ms: Spent = defaultdict(float)
        for done, (touched, spent) in enumerate(self._close(todo, workers), start=1):
            rows.update(touched)
            for name, ms in spent.items():
                step_ms[name] += ms
            if progress:
                progress(done, len(todo))
        return rows, step_ms

    def _close(self, todo: list[int], workers: int) -> Iterator[tuple[Counter[str], Spent]]:
        if len(todo) <= 1 or workers == 1:
            yield from map(self._close_range, todo)
            return
        with ThreadPoolExecutor(max_workers=workers) as pool:
            futures = [pool.submit(self._close_range, range_no) for range_no in todo]
            try:
                for future in as_completed(futures):
                    yield future.result()
            finally:
                for future in futures:
                    future.cancel()

    def release(self, workers: int) -> int:
        """Bring into force what the watch book proposed, unless guard or appetite keep a run for people to release.

        Returns how many lines changed. Run again, it does what is left.
        """
        on = self.closing + timedelta(days=1)
        self.database.write(lambda db: runs.close_case(db, note="nothing waits", at=self.at))
        count = 0
        for book, _ in rulebooks.shares(self.now):
            run = Run(book.name, book.version, on)
            if not self.database.write(
                lambda db, book=book, run=run: self._may_go_on(db, book, run)
            ):
                continue
            todo = self.database.write(ledger.last_customer) // self.range_size + 1
            with ThreadPoolExecutor(max_workers=workers) as pool:
                count += sum(pool.map(self._release_range, [run] * todo, range(todo)))
        return count

    def _may_go_on(self, db: Connection, book: RuleBook, run: Run) -> bool:
        blast = rulebooks.blast_of_run(db, book, on=run.on)
        held = appetite.check_run(db, run)
        if blast.moved and (blast.needs_release or held.refusing):
            note = f"{blast.moved} of {blast.accounts} accounts, allowed {blast.limit or 0}"
            told = [note] * blast.needs_release + [tell(one) for one in held.refusing]
            runs.propose(db, run, note="; ".join(told), on=run.on, at=self.at)
            return False
        appetite.insert_findings(db, held, by=ENGINE, at=self.at)
        return blast.moved > 0

    def _release_range(self, run: Run, range_no: int) -> int:
        first = range_no * self.range_size
        last = first + self.range_size - 1

        def work(db: Connection) -> int:
            taken = runs.release_left(
                db, run, first=first, last=last, actor=ENGINE, on=run.on, at=self.at
            )
            insert_notices(db, notices_of(taken.changes), at=self.at)
            return len(taken.changes)

        return self.database.write(work)

    def check(self, workers: int) -> None:
        """Compare every line touched that day with its ledger, in a few parts at once."""
        most = self.database.write(ledger.last_customer)
        width = max(most // (_PARTS * workers) + 1, self.range_size)
        parts = range(0, most + 1, width)
        with ThreadPoolExecutor(max_workers=workers) as pool:
            list(pool.map(self._check_part, parts, [width] * len(parts)))

    def _check_part(self, first: int, width: int) -> None:
        def check(db: Connection) -> None:
            self.plan(db)
            wrong = ledger.check_touched_lines(
                db, first=first, last=first + width - 1, business_date=self.closing
            )
            if wrong:
                raise InvariantBroken(
                    f"end of day {self.closing} stops: {len(wrong)} lines do not agree with the ledger, "
                    f"the first is line {wrong[0].line_id} of customer {wrong[0].customer_id}"
                )

        self.database.write(check)

    def plan(self, db: Connection) -> None:
        """Plan every statement for its own range, unless that would take longer than the range itself."""
        if not self.is_small:
            plan_afresh(db)

    def _close_range(self, range_no: int) -> tuple[Counter[str], Spent]:
        return self.database.write(lambda db: self._steps(db, range_no))

    def _steps(self, db: Connection, range_no: int) -> tuple[Counter[str], Spent]:
        rows: Counter[str] = Counter()
        step_ms: Spent = defaultdict(float)
        if not business_day.enter_range(db, business_date=self.closing, range_no=range_no):
            return rows, step_ms
        self.plan(db)
        first = range_no * self.range_size
        last = first + self.range_size - 1
        own = (
            Step("apply due limits", self._apply_limits),
            Step("judge lines", self._judge),
            Step("warn of dues", _warn),
        )
        for step in (*STEPS, *own):
            before = perf_counter()
            rows[step.name] = step.run(
                db, first=first, last=last, business_date=self.closing, at=self.at
            )
            step_ms[step.name] = round((perf_counter() - before) * 1000, 2)
        business_day.leave_range(
            db,
            business_date=self.closing,
            range_no=range_no,
            step_ms=json.dumps(dict(step_ms)),
        )
        return rows, step_ms

    def _apply_limits(
        self, db: Connection, *, first: int, last: int, business_date: date, at: datetime
    ) -> int:
        """Let announced cuts hold from the morning on; who was told of one that is called off is told so."""
        on = business_date + timedelta(days=1)
        steps = limits.apply_due_limits(db, first=first, last=last, on=on, at=at)
        insert_notices(
            db, limit_notices_of(steps, ledger.take_numbers(db, len(steps)), on=on), at=at
        )
        return len(steps)

    def _judge(
        self, db: Connection, *, first: int, last: int, business_date: date, at: datetime
    ) -> int:
        on = business_date + timedelta(days=1)
        shown = rulebooks.shadow_of_range(db, self.now, first=first, last=last, on=on)
        if shown is not None:  # before anything changes, so that both versions see the same
            rulebooks.count_shadow(db, self.now.live.name, shown, on=on)
        _take(db, suspensions.due_steps(db, first=first, last=last, on=on), on=on, at=at)
        done = watch(db, self.now, first=first, last=last, on=on, at=at, proposing=True)
        for one in done:
            rulebooks.count_run(db, one.book, on=on, accounts=one.lines, moved=one.moved)
        changes = [change for one in done for change in one.changes]
        insert_notices(db, notices_of(changes), at=at)
        return len(changes)


def _take(db: Connection, steps: Sequence[TakenStep], *, on: date, at: datetime) -> int:
    """Take steps of restrictions and tell their owners; returns how many lines changed."""
    if not steps:
        return 0
    taken = suspensions.take_steps(db, steps, on=on, at=at)
    insert_notices(db, notices_of(taken.changes), at=at)
    return len(taken.changes)


def _warn(db: Connection, *, first: int, last: int, business_date: date, at: datetime) -> int:
    """Warn those who asked to be advised of dues that their budget does not leave."""
    return warn_of_dues(db, first=first, last=last, on=business_date + timedelta(days=1), at=at)
