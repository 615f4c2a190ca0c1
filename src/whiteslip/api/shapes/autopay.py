"""What routes about payment sources, collections and bank files take and give."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from whiteslip.api.bodies import Body, Instant, Name

SourceKind: TypeAlias = Literal["wallet", "card", "bank_account"]
Label: TypeAlias = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=40,
        pattern="^[^\\u0000-\\u001f\\u007f-\\u009f]+$",
        description="What people are shown of the account; the number is masked.",
        examples=["招商银行 •••• 1234"],
    ),
]
Token: TypeAlias = Annotated[
    str,
    Meta(
        pattern="^[\\u0021-\\u007e]{1,64}$",
        description="The bank's own name for the account, never its number.",
        examples=["tok_5f2a"],
    ),
]
Mandate: TypeAlias = Annotated[
    str,
    Meta(
        pattern="^[\\u0021-\\u007e]{1,35}$",
        description="The reference of the mandate its payer gave.",
        examples=["M-2026-0001"],
    ),
]
SourceId: TypeAlias = Annotated[
    str, Meta(pattern="^src_[0-9]{1,19}_[0-9]{1,19}$", examples=["src_7_51"])
]


class SourceBody(Body, frozen=True):
    """Add a source the customer gave a mandate for; it is asked after those the line has."""

    kind: SourceKind
    label: Label
    account: Token
    holder: Name
    mandate: Mandate
    given_at: Instant


class StopSourceBody(Body, frozen=True):
    """Nothing needs to be said: the customer does not want the source to be asked any more."""


class OrderBody(Body, frozen=True):
    """The order in which the sources are asked: every active source of the line once."""

    source_ids: Annotated[tuple[SourceId, ...], Meta(min_length=1, max_length=20)]


class Source(Struct, frozen=True):
    """A payment source of a line with its mandate; the account token and the holder are not told."""

    source_id: str
    line_id: str
    kind: str
    label: str
    place: int
    mandate: str
    given_at: datetime
    status: str
    stopped_on: date | None
    stop_reason: str | None


class Sources(Struct, frozen=True):
    """The sources of a line: those that may be asked first, in their order."""

    items: list[Source]


class Try(Struct, frozen=True):
    """What the bank was asked for under a reference, at which source, and what came of it, in minor units."""

    reference: str
    source_id: str
    label: str
    number: int
    state: str
    amount_minor: int
    paid_minor: int | None
    try_on: date
    answered_on: date | None
    reason: str | None
    repayment_id: str | None


class Collection(Struct, frozen=True):
    """What is collected for a due date, with its tries, the first first; what it was planned for, in minor units."""

    collection_id: str
    state: str
    due_on: date
    planned_minor: int
    tries: list[Try]


class Collections(Struct, frozen=True):
    """Collections of a line, the latest first; `next` leads to the page after."""

    items: list[Collection]
    next: str | None


class BankFileBody(Body, frozen=True):
    """A file by its content, as its request is named; the file itself is sent as it is."""

    sha256: str


class BankFile(Struct, frozen=True):
    """What came of a bank's file: how many results it had, what each kind of them did, and what is a person's.

    `again` counts results that were told before; `unread` entries nobody understands, which wait on the manual queue;
    `pending` those that are not final yet.
    """

    digest: str
    message_id: str
    results: int
    did: dict[str, int]
    again: int
    unread: int
    pending: int
