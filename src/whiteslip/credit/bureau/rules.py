"""The facts of a report, when an inquiry is tried again, and how patience is read."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from whiteslip.credit.bureau.model import File, Patience, Subject
from whiteslip.credit.bureau.reading import Account, Report
from whiteslip.decisioning.features.model import OutsideFact
from whiteslip.kernel.calendar import add_months
from whiteslip.kernel.parameters import read_parameters

THIN_MONTHS = 6
THIN_ACCOUNTS = 2
"""A file younger than this, or with fewer accounts, is thin: too little to tell one person from another."""

MONTHS_JUDGED = 24
_LATE = frozenset("1234567")
_OVER = frozenset("CG")
_FILE = "patience.toml"


def extract(report: Report, subject: Subject) -> File:
    """Take the facts of a report that is about the person asked for; of a stranger's nothing but that."""
    as_of = report.as_of
    said = report.subject
    if (said.id_token, said.birth_on) != (subject.id_token, subject.birth_on):
        return File(as_of, is_right_person=False)
    accounts = report.accounts
    alive = [account for account in accounts if not _is_over(account)]
    cards = [account for account in alive if account.kind == "card"]
    late = [_late(account) for account in accounts]
    return File(
        as_of,
        is_right_person=True,
        is_confirmed=None if said.identity == "unknown" else said.identity == "match",
        is_known=report.status == "hit",
        months_on_file=_months_on_file(accounts, as_of),
        accounts=len(accounts),
        lenders=len({account.lender for account in alive if account.balance_minor}),
        late_months_now=max((months.get(1, 0) for months in late), default=0),
        late_months_24m=len(set[int]().union(*late)),
        worst_late_months=max((max(months.values(), default=0) for months in late), default=0),
        enquiries_3m=_enquiries(report, since=add_months(as_of, -3)),
        enquiries_6m=_enquiries(report, since=add_months(as_of, -6)),
        balance_minor=sum(account.balance_minor for account in alive),
        monthly_minor=sum(account.monthly_minor for account in alive),
        card_balance_minor=sum(card.balance_minor for card in cards),
        card_limit_minor=sum(card.limit_minor for card in cards),
        verified_income_minor=_confirmed(report),
    )


def outside_facts(customer_id: int, file: File, *, on: date) -> list[OutsideFact]:
    """Write a file down as facts learned on a date; of a stranger's file there are none."""
    told = {
        "income_monthly_minor": file.verified_income_minor,
        "debts_elsewhere_minor": file.balance_minor,
        "repayments_elsewhere_monthly_minor": file.monthly_minor,
        "bureau_arrears_months": file.worst_late_months,
        "enquiries_6m": file.enquiries_6m,
        "oldest_account_months": file.months_on_file,
        "platforms_borrowed_from": file.lenders,
    }
    observed_on = min(file.as_of, on)
    return [
        OutsideFact(customer_id, name, value, observed_on, on, "bureau")
        for name, value in told.items()
        if value is not None
    ]


def is_thin(file: File) -> bool | None:
    """Tell whether a file is too young or too small to go by; None when there is no file of this person."""
    if file.accounts is None:
        return None
    return file.accounts < THIN_ACCOUNTS or (file.months_on_file or 0) < THIN_MONTHS


def pause(patience: Patience, tries: int) -> timedelta:
    """Tell how long to wait after so many failed tries, from 1."""
    seconds = patience.first_pause_s
    for _ in range(tries - 1):
        seconds = min(seconds * patience.pause_factor, patience.longest_pause_s)
    return timedelta(seconds=min(seconds, patience.longest_pause_s))


def is_given_up(
    patience: Patience, tries: int, *, requested_at: datetime, next_try_at: datetime
) -> bool:
    """Tell whether an inquiry is not tried again: too many failures, or the next try would come too late."""
    latest = requested_at + timedelta(seconds=patience.deadline_s)
    return tries >= patience.most_tries or next_try_at > latest


def read_patience(text: str) -> Patience:
    """Read the figures from TOML; what is missing, unknown or out of bounds is named and refused."""
    return read_parameters(text, Patience, file=_FILE)


def _late(account: Account) -> dict[int, int]:
    """Number the months an account was overdue, 1 the newest, back to 24, each with how far behind it was."""
    newest_first = account.history[: -MONTHS_JUDGED - 1 : -1]
    return {month: int(code) for month, code in enumerate(newest_first, start=1) if code in _LATE}


def _is_over(account: Account) -> bool:
    return account.balance_minor == 0 and account.history[-1:] in _OVER


def _months_on_file(accounts: list[Account], as_of: date) -> int | None:
    """Count whole months since the first account, by the rule that ends months early."""
    if not accounts:
        return None
    first = min(account.opened_on for account in accounts)
    months = 12 * (as_of.year - first.year) + as_of.month - first.month
    return max(0, months - (add_months(first, max(months, 0)) > as_of))


def _enquiries(report: Report, *, since: date) -> int:
    """Count applications elsewhere; who merely looked after an account of theirs is not counted."""
    days = [one.on for one in report.enquiries if one.purpose == "credit_application"]
    return sum(since < on <= report.as_of for on in days)


def _confirmed(report: Report) -> int | None:
    """The fund's base confirms an income if it is of the last half year."""
    fund = report.provident_fund
    if fund is None or fund.as_of < add_months(report.as_of, -6):
        return None
    return fund.monthly_base_minor
