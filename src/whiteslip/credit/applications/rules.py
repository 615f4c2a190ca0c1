"""What an application may do next, what it tells the book, and what a verdict means for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from whiteslip.credit.affordability.model import Assessment
from whiteslip.credit.applications.model import (
    Application,
    Command,
    Conclusion,
    Purpose,
    Request,
    Review,
    Status,
)
from whiteslip.credit.bureau.model import File
from whiteslip.credit.bureau.rules import is_thin
from whiteslip.credit.limits.model import Bound, Offer, Table
from whiteslip.decisioning.decisions.rules import Fact, choose_reasons
from whiteslip.kernel.calendar import add_months
from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed, WhiteslipError
from whiteslip.kernel.money import Minor, decimal_text
from whiteslip.kernel.rate import WHOLE_PPM
from whiteslip.kernel.reason import MOST_REASONS, Reason, ReasonCode
from whiteslip.kernel.verdict import Outcome, Verdict

ADULT_MONTHS: Final = 18 * 12
"""Who is younger cannot conclude a credit agreement alone (Civil Code art. 17 to 19)."""

LAPSE_DAYS: Final = 30
"""A referred application nobody decided in so many days has expired: what it was judged by is out of date."""

OLDEST_CONSENT: Final = timedelta(days=90)
LARGEST_MONTH_MINOR: Final = 10**10
_OLDEST_MONTHS: Final = 120 * 12

_UNKNOWN = (ReasonCode.DATA_MISSING,)
_UNDECIDED = (Status.RECEIVED, Status.INQUIRING)
MOVES: Mapping[tuple[Status, Command], frozenset[Status]] = MappingProxyType(
    {
        (Status.RECEIVED, Command.INQUIRE): frozenset({Status.INQUIRING}),
        **{
            (before, Command.DECIDE): frozenset({Status.APPROVED, Status.DECLINED, Status.REFERRED})
            for before in _UNDECIDED
        },
        (Status.REFERRED, Command.REVIEW): frozenset({Status.APPROVED, Status.DECLINED}),
        **{
            (before, Command.WITHDRAW): frozenset({Status.WITHDRAWN})
            for before in (*_UNDECIDED, Status.REFERRED)
        },
        (Status.REFERRED, Command.EXPIRE): frozenset({Status.EXPIRED}),
        (Status.DECLINED, Command.REOPEN): frozenset({Status.REFERRED}),
    }
)
"""The legal pairs and where each may lead; every other pair changes nothing."""

FACTS: Final = (
    "age_years",
    "bureau_consent",
    "identity_verified",
    "thin_file",
    "bureau_arrears_months",
    "arrears_months_24m",
    "enquiries_3m",
    "enquiries_6m",
    "platforms",
    "months_of_history",
    "probability",
    "debt_to_income",
    "income_monthly",
    "income_verified",
    "disposable_income",
    "stressed_income",
    "requested_limit",
    "links_to_bad",
    "ring_score",
)
"""The facts of an application, in this order; a book reads those it names."""


def check(request: Request, table: Table, *, on: date, at: datetime) -> InvalidInput | None:
    """Name what is wrong with an application about to be taken in."""
    amounts = ("income_minor", "obligations_minor", "rent_minor")
    if wrong := [key for key in amounts if not 0 <= getattr(request, key) <= LARGEST_MONTH_MINOR]:
        return InvalidInput("an amount of a month is not negative nor absurd", where=wrong[0])
    if not table.smallest_minor <= request.requested_minor <= table.largest_minor:
        bounds = f"{decimal_text(table.smallest_minor)} to {decimal_text(table.largest_minor)}"
        return InvalidInput(f"a limit is from {bounds}", where="requested_limit_minor")
    if not 1 <= request.statement_day <= 28:
        return InvalidInput("a statement day is from 1 to 28", where="statement_day")
    if not 0 <= months_old(request.applicant.birth_on, on=on) <= _OLDEST_MONTHS:
        return InvalidInput("nobody was born then", where="identity.birth_on")
    return _check_consents(request, at)


def _check_consents(request: Request, at: datetime) -> InvalidInput | None:
    said = [consent.purpose for consent in request.consents]
    if sorted(said) != sorted(Purpose):
        return InvalidInput("say yes or no to each purpose, once", where="consents")
    for consent in request.consents:
        if not at - OLDEST_CONSENT <= consent.said_at <= at + timedelta(minutes=5):
            return InvalidInput("a consent is neither old nor of the future", where="consents")
    return None


def is_given(request: Request, purpose: Purpose) -> bool:
    """Tell whether the person consents to a purpose."""
    return any(one.purpose == purpose and one.is_given for one in request.consents)


def months_old(birth_on: date, *, on: date) -> int:
    """Count whole months of life; negative before birth."""
    months = 12 * (on.year - birth_on.year) + on.month - birth_on.month
    return months - (add_months(birth_on, months) > on)


def refusal(application: Application, command: Command) -> Conflict | None:
    """Say why a command does not apply to an application as it stands."""
    if (application.status, command) in MOVES:
        return None
    return Conflict(f"the application is {application.status}: it cannot {command}")


def considered(requested_minor: Minor, carried_minor: Sequence[Minor], table: Table) -> Minor:
    """Choose the limit the debts are judged with: what is asked, what the month carries, and the smallest line.

    Whoever asks for too much is so offered less. Only when the smallest line is too much are the debts too high.
    """
    return max(min(requested_minor, max(carried_minor)), table.smallest_minor)


def facts(
    application: Application,
    file: File | None,
    month: Assessment,
    *,
    probability: float | None,
    company: tuple[int, float] | None = None,
    on: date,
) -> tuple[Fact, ...]:
    """List what is known of an application under `FACTS`; None is missing.

    `company` is what the network says, the links to people known as bad and the score of a ring, of who told anything.

    Without an answer, and when the report is about somebody else, all facts of the file are missing. The age of an
    identity that is not confirmed is missing too, unless the person says themselves that they are under age.
    """
    known = file if file is not None and file.is_right_person else None
    confirmed = _confirmed(file)
    months = months_old(application.birth_on, on=on)
    ratio = month.debt_to_income_ppm
    return (
        months // 12 if confirmed or months < ADULT_MONTHS else None,
        application.may_inquire,
        confirmed,
        *_facts_of_file(known),
        probability,
        None if ratio is None else ratio / WHOLE_PPM,
        month.income_minor,
        month.is_verified,
        month.disposable_minor,
        month.stressed_minor,
        application.requested_minor,
        *(company or (None, None)),
    )


def _facts_of_file(file: File | None) -> tuple[Fact, ...]:
    if file is None:
        return (None,) * 7
    return (
        is_thin(file),
        file.late_months_now,
        file.late_months_24m,
        file.enquiries_3m,
        file.enquiries_6m,
        file.lenders,
        file.months_on_file,
    )


def _confirmed(file: File | None) -> bool | None:
    """Tell whether the identity is confirmed: a report about somebody else says that it is not."""
    if file is None:
        return None
    return file.is_confirmed if file.is_right_person else False


def conclude(
    verdict: Verdict,
    offer: Offer,
    lost: Iterable[tuple[ReasonCode, float]],
    *,
    may_automate: bool,
) -> Conclusion:
    """Say what a verdict means: approved with the offer, declined with reasons, or a person looks.

    A decline is told what fired, not what else was unknown.

    Whoever refuses a purely automated decision gets none, neither a yes nor a no (PIPL art. 24). A step-up has nobody
    to verify anything yet, so a person looks. No offer for want of a risk is nobody's refusal either.
    """
    found, status = _outcome(verdict, offer, lost)
    told = found
    if not may_automate:
        told = found if status is Status.REFERRED else ()
        status = Status.REFERRED
    limit_minor = offer.limit_minor if status is Status.APPROVED else 0
    return Conclusion(status, limit_minor, tuple(Reason(code) for code in told), found)


def _outcome(
    verdict: Verdict, offer: Offer, lost: Iterable[tuple[ReasonCode, float]]
) -> tuple[tuple[ReasonCode, ...], Status]:
    told = choose_reasons(verdict, lost)
    if verdict.outcome >= Outcome.RESTRICT:
        known = tuple(code for code in told if code is not ReasonCode.DATA_MISSING)
        return (known, Status.DECLINED) if known else (_UNKNOWN, Status.REFERRED)
    if verdict.outcome >= Outcome.STEP_UP:
        known_first = sorted(told, key=lambda code: code is ReasonCode.DATA_MISSING)
        return tuple(known_first) or _UNKNOWN, Status.REFERRED
    if offer.limit_minor:
        return (), Status.APPROVED
    if offer.bound is Bound.UNKNOWN:
        return _UNKNOWN, Status.REFERRED
    why = ReasonCode.HIGH_DEBT if offer.bound is Bound.CAPACITY else ReasonCode.DEFAULT_LIKELY
    return choose_reasons(replace(verdict, reasons=(why,)), lost), Status.DECLINED


def check_review(review: Review, application: Application, table: Table) -> WhiteslipError | None:
    """Name what is wrong with a person's decision about an application."""
    if error := refusal(application, Command.REVIEW):
        return error
    if review.actor == application.received_from:
        return NotAllowed("another person decides than the one who took the application in")
    if review.limit_minor is None:
        if not 1 <= len(review.reasons) <= MOST_REASONS:
            text = f"declining tells 1 to {MOST_REASONS} reasons"
            return InvalidInput(text, where="reasons")
        return None
    if review.reasons:
        return InvalidInput("an approval has a limit and no reasons", where="reasons")
    if not table.smallest_minor <= review.limit_minor <= application.requested_minor:
        bounds = (
            f"{decimal_text(table.smallest_minor)} to {decimal_text(application.requested_minor)}"
        )
        return InvalidInput(f"a limit is from {bounds}, what was asked", where="limit_minor")
    return None
