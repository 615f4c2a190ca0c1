"""End of day over made books: a normal day, with autopay, with shoppers going on, and with every line billed or due."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection as Pipe
from typing import Any, NamedTuple

from whiteslip.bench.book import DAY, MadeBook, give_sources, make_book
from whiteslip.bench.figures import Case, Report
from whiteslip.bench.ground import Ground
from whiteslip.bench.shoppers import Shopping, shopping
from whiteslip.bench.usage import Meter, Usage, peak_mb
from whiteslip.bench.yardstick import measure_yardstick
from whiteslip.flows.end_of_day import DayReport, end_of_day
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import Unavailable

SIZES = (100_000, 300_000, 1_000_000)
WORKERS = 2
BILLED_ON = DAY.day + 2
"""The statement day of a book that is billed on the second day closed."""
DUE_OF = 19
"""The statement day of a book whose dues are planned on the second day closed: they are two days later."""
NORMAL, AUTOPAY, DUE = "normal day", "autopay on a normal day", "autopay with every line due"


class Closed(NamedTuple):
    """One day as it was closed, in a process of its own."""

    report: DayReport
    cpu_s: float
    peak_mb: float


def bench_end_of_day(ground: Ground, *, sizes: Sequence[int], yardstick_s: int) -> Report:
    """Close days of every size; the first day of a book settles it and is not counted."""
    yardstick = measure_yardstick(ground, seconds=yardstick_s)
    cases: list[Case] = []
    for lines in sorted(sizes):
        cases += _normal(ground, lines, with_shoppers=lines == max(sizes))
    cases.append(_all_billed(ground, max(sizes)))
    cases.append(_all_due(ground, max(sizes)))
    facts = growth(cases) | {"autopay_seconds_times": autopay(cases)}
    return Report("end-of-day", "lines", yardstick, cases, facts)


def growth(cases: Sequence[Case]) -> dict[str, float]:
    """Say how much longer the largest book took than the smallest, and how much larger it is."""
    days = [case for case in cases if case.name.startswith(NORMAL)]
    if len(days) < 2:
        return {}
    seconds = [float(str(case.facts["day_seconds"])) for case in (days[0], days[-1])]
    lines = [int(str(case.facts["lines"])) for case in (days[0], days[-1])]
    return {
        "lines_times": round(lines[1] / lines[0], 2),
        "seconds_times": round(seconds[1] / seconds[0], 2),
    }


def autopay(cases: Sequence[Case]) -> dict[str, float]:
    """Say how much longer a day took with half of the lines on autopay than the day before without, by lines."""
    seconds = {case.name: float(str(case.facts["day_seconds"])) for case in cases}
    return {
        of: round(with_autopay / seconds[f"{NORMAL}, {of}"], 2)
        for name, with_autopay in seconds.items()
        if (of := name.removeprefix(f"{AUTOPAY}, ")) != name
    }


def _normal(ground: Ground, lines: int, *, with_shoppers: bool) -> list[Case]:
    with ground.database() as dsn:
        book = make_book(dsn, lines, tell=ground.tell)
        _close(ground, dsn, book, "settling")
        cases = [_day(ground, dsn, book, NORMAL)]
        give_sources(dsn, book, tell=ground.tell)
        cases.append(_day(ground, dsn, book, AUTOPAY))
        if with_shoppers:
            with shopping(dsn, book) as bought:
                case = _day(ground, dsn, book, "with shoppers")
            cases.append(_with_waits(case, bought()))
    return cases


def _all_billed(ground: Ground, lines: int) -> Case:
    with ground.database() as dsn:
        book = make_book(dsn, lines, statement_day=BILLED_ON, tell=ground.tell)
        _close(ground, dsn, book, "settling")
        return _day(ground, dsn, book, "every line billed")


def _all_due(ground: Ground, lines: int) -> Case:
    with ground.database() as dsn:
        book = make_book(dsn, lines, statement_day=DUE_OF, unpaid=True, tell=ground.tell)
        give_sources(dsn, book, tell=ground.tell)
        _close(ground, dsn, book, "settling")
        return _day(ground, dsn, book, DUE)


def _with_waits(case: Case, bought: Shopping) -> Case:
    facts = {
        **case.facts,
        "purchases": bought.purchases,
        "repayments": bought.repayments,
        "failed": bought.failed,
        "longest_purchase_wait_ms": bought.purchase_waits.max_ms,
        "longest_repayment_wait_ms": bought.repayment_waits.max_ms,
    }
    return Case(case.name, case.ours_per_s, case.usage, facts, bought.purchase_waits)


def _day(ground: Ground, dsn: str, book: MadeBook, name: str) -> Case:
    closed, usage = _close(ground, dsn, book, name)
    report = closed.report
    facts = {
        "lines": book.lines,
        "day_seconds": report.seconds,
        "ranges": report.ranges,
        "peak_python_mb": closed.peak_mb,
        "step_ms": {step: round(spent) for step, spent in report.step_ms.items()},
        "rows": dict(report.rows),
    }
    return Case(f"{name}, {book.lines:,}", book.lines / report.seconds, usage, facts)


def _close(ground: Ground, dsn: str, book: MadeBook, name: str) -> tuple[Closed, Usage]:
    """Close one day in a process of its own, so that its memory is its own."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_closer, args=(dsn, book, theirs), daemon=True)
    process.start()
    theirs.close()  # ours alone would keep the pipe open when the process dies
    try:
        ours.recv()  # connected
        meter = Meter(ground.pid)
        ours.send("go")
        while not isinstance(told := ours.recv(), Closed):
            done, of = told
            ground.tell(f"end of day, {name}, {book.lines:,} lines: {done} of {of} ranges")
        usage = meter.read(elsewhere_s=told.cpu_s)
        ours.send("counted")  # only now may its connections close
    except EOFError as error:
        raise Unavailable("the process that closed the day ended early; it said why") from error
    finally:
        process.join()
    return told, usage


def _closer(dsn: str, book: MadeBook, pipe: Pipe[Any, Any]) -> None:
    with Database(dsn, max_size=WORKERS + 1, statement_timeout_ms=0) as database:
        pipe.send("connected")
        pipe.recv()
        cpu = time.process_time()
        report = end_of_day(
            database,
            at=book.at,
            workers=WORKERS,
            progress=lambda done, of: pipe.send((done, of)),
        )
        pipe.send(Closed(report, time.process_time() - cpu, peak_mb()))
        pipe.recv()
