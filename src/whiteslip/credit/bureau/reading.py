"""Reading a report as it came: strictly, or not at all."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from whiteslip.kernel.errors import InvalidInput

LARGEST_MINOR = 10**12
"""No amount of a person's file is larger; so the sum of every account allowed still counts exactly as a double."""

_QUOTED = re.compile(r"'[^']*'|`[^`$]*`|[^ -~]")
_Amount = Annotated[int, Meta(ge=0, le=LARGEST_MINOR)]
_Name = Annotated[str, Meta(min_length=1, max_length=80)]


class Account(Struct, frozen=True, forbid_unknown_fields=True):
    """A debt or a limit elsewhere; `history` has a code a month, the newest last.

    The codes are those of Chinese bureau reports: N paid, 1 to 7 thirty days overdue each (7: over 180), C settled, G
    ended otherwise, * no account then.
    """

    kind: Literal["card", "loan", "mortgage", "platform"]
    lender: _Name
    opened_on: date
    limit_minor: _Amount
    balance_minor: _Amount
    monthly_minor: _Amount
    history: Annotated[str, Meta(max_length=60, pattern=r"^[N1-7CG*]*$")]


class Enquiry(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody looked into the file."""

    on: date
    purpose: Literal["credit_application", "account_review", "own"]


class Fund(Struct, frozen=True, forbid_unknown_fields=True):
    """What the housing fund takes as the person's monthly wage."""

    monthly_base_minor: _Amount
    as_of: date


class ReportedSubject(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom the report is about, and what the register of residents says to their name and number.

    The register is asked apart from the file: it knows people who never borrowed.
    """

    id_token: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    birth_on: date
    identity: Literal["match", "mismatch", "unknown"]


class Report(Struct, frozen=True, forbid_unknown_fields=True):
    """A report; a field nobody knows is refused rather than ignored."""

    report_id: _Name
    reference: _Name
    as_of: date
    status: Literal["hit", "no_hit"]
    subject: ReportedSubject
    accounts: Annotated[list[Account], Meta(max_length=500)]
    enquiries: Annotated[list[Enquiry], Meta(max_length=2000)]
    provident_fund: Fund | None = None


OLDEST_DAYS = 31
_decoder = msgspec.json.Decoder(Report)


def read(body: bytes, *, reference: str, on: date) -> Report:
    """Read a report given under our reference and not more than a month old on a date.

    `InvalidInput` says what is wrong and quotes nothing of a person.
    """
    try:
        report = _decoder.decode(body)
    except msgspec.ValidationError as error:
        said = _QUOTED.sub("…", str(error))[:200]
        raise InvalidInput(f"the report is not as agreed: {said}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput("the report is not JSON") from error
    if report.reference != reference:
        raise InvalidInput("the report was given under another reference")
    if (on - report.as_of).days > OLDEST_DAYS:
        raise InvalidInput("the report is older than a month")
    if report.status == "no_hit" and report.accounts:
        raise InvalidInput("the report has accounts of a person it does not know")
    return report
