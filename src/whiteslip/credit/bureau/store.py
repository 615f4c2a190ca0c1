"""Keeping inquiries and reports: what is due, what came, what is tried again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources

from whiteslip.credit.bureau import rules
from whiteslip.credit.bureau.model import (
    ApplicationKey,
    Delay,
    DueInquiry,
    File,
    InquiryStatus,
    NewInquiry,
    NewReport,
    Patience,
)
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql(__package__)


@cache
def patience() -> Patience:
    """Read the shipped figures, once."""
    file = resources.files(__package__ or "") / "data" / "patience.toml"
    return rules.read_patience(file.read_text("utf-8"))


def insert_inquiries(db: Connection, inquiries: Sequence[NewInquiry], *, at: datetime) -> None:
    """Make inquiries, due at once."""
    if not inquiries:
        return
    sql.run(
        db,
        "insert_inquiries",
        customer_ids=arrays.bigints([one.customer_id for one in inquiries]),
        inquiry_ids=arrays.bigints([one.inquiry_id for one in inquiries]),
        application_ids=arrays.bigints([one.application_id for one in inquiries]),
        at=at,
    )


def claim_inquiries(
    db: Connection, *, most: int, lease: timedelta, at: datetime
) -> list[DueInquiry]:
    """Take at most so many due inquiries; until the lease ends nobody else takes them."""
    rows = sql.many(db, "claim_inquiries", most=most, leased_until=at + lease, at=at)
    return [DueInquiry(*row) for row in rows]


def fail_overdue(
    db: Connection, *, patience: Patience, is_reachable: bool, at: datetime
) -> list[ApplicationKey]:
    """Give up inquiries past their deadline; returns their applications."""
    before = at - timedelta(seconds=patience.deadline_s)
    rows = sql.many(db, "fail_overdue", asked_before=before, is_reachable=is_reachable, at=at)
    return [ApplicationKey(row.customer_id, row.application_id) for row in rows]


def keep_answers(
    db: Connection, reports: Sequence[NewReport], *, on: date, at: datetime
) -> list[ApplicationKey]:
    """Answer inquiries by reports that could be read; returns the applications of those that still waited."""
    if not reports:
        return []
    rows = sql.many(
        db,
        "answer_inquiries",
        customer_ids=arrays.bigints([report.customer_id for report in reports]),
        inquiry_ids=arrays.bigints([report.inquiry_id for report in reports]),
        report_ids=arrays.bigints([report.report_id for report in reports]),
        at=at,
    )
    waited = {(row.customer_id, row.inquiry_id) for row in rows}
    insert_reports(
        db,
        [report for report in reports if (report.customer_id, report.inquiry_id) in waited],
        on=on,
        at=at,
    )
    return [ApplicationKey(row.customer_id, row.application_id) for row in rows]


def delay_inquiries(
    db: Connection, delays: Sequence[Delay], *, on: date, at: datetime
) -> list[ApplicationKey]:
    """Put inquiries off or give them up, keep what could not be read; returns the applications of those given up."""
    if not delays:
        return []
    rows = sql.many(
        db,
        "delay_inquiries",
        customer_ids=arrays.bigints([one.inquiry.customer_id for one in delays]),
        inquiry_ids=arrays.bigints([one.inquiry.inquiry_id for one in delays]),
        tries_before=arrays.smallints([one.inquiry.tries for one in delays]),
        tries=arrays.smallints([one.tries for one in delays]),
        next_try_ats=arrays.timestamps([one.next_try_at for one in delays]),
        failures=arrays.texts([one.failure for one in delays]),
        given_up=arrays.bools([one.is_given_up for one in delays]),
        at=at,
    )
    delayed = {(row.customer_id, row.inquiry_id) for row in rows}
    unreadable = [one.unreadable for one in delays if one.unreadable is not None]
    insert_reports(
        db,
        [report for report in unreadable if (report.customer_id, report.inquiry_id) in delayed],
        on=on,
        at=at,
    )
    failed = [row for row in rows if row.status == InquiryStatus.FAILED]
    return [ApplicationKey(row.customer_id, row.application_id) for row in failed]


def cancel_inquiries(db: Connection, keys: Iterable[ApplicationKey], *, at: datetime) -> None:
    """Cancel the inquiries of withdrawn applications."""
    ordered = sorted(keys)
    sql.run(
        db,
        "cancel_inquiries",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        application_ids=arrays.bigints([key.application_id for key in ordered]),
        at=at,
    )


def insert_reports(db: Connection, reports: Sequence[NewReport], *, on: date, at: datetime) -> None:
    """Keep what came."""
    if not reports:
        return
    files = [report.file for report in reports]

    def facts(name: str) -> list[int | None]:
        return [None if file is None else getattr(file, name) for file in files]

    sql.run(
        db,
        "insert_reports",
        customer_ids=arrays.bigints([report.customer_id for report in reports]),
        report_ids=arrays.bigints([report.report_id for report in reports]),
        inquiry_ids=arrays.bigints([report.inquiry_id for report in reports]),
        as_of=arrays.dates([None if file is None else file.as_of for file in files]),
        faults=arrays.texts([report.fault for report in reports]),
        bodies=arrays.bytes_list([report.body for report in reports]),
        received_on=on,
        at=at,
        **{name: arrays.bools(facts(name)) for name in _TRUTHS},
        **{name: arrays.bigints(facts(name)) for name in _AMOUNTS},
        **{name: arrays.ints(facts(name)) for name in _COUNTS},
    )


_TRUTHS = ("is_right_person", "is_confirmed", "is_known")
_AMOUNTS = tuple(name for name in File._fields if name.endswith("_minor"))
_COUNTS = tuple(name for name in File._fields if name not in {"as_of", *_TRUTHS, *_AMOUNTS})


def read_files(db: Connection, keys: Sequence[ApplicationKey]) -> dict[ApplicationKey, File]:
    """Read the files that answered the inquiries of applications; one without an answer has none."""
    rows = sql.many(
        db,
        "read_files",
        customer_ids=arrays.bigints([key.customer_id for key in keys]),
        application_ids=arrays.bigints([key.application_id for key in keys]),
    )
    return {ApplicationKey(*row[:2]): File(*row[2:]) for row in rows}


def erase_reports(db: Connection, customer_ids: Iterable[int]) -> None:
    """Take the bureau's own words out of people's reports."""
    sql.run(db, "erase_reports", customer_ids=arrays.bigints(sorted(set(customer_ids))))
