"""Handing debits in and asking for results over HTTP; an answer is read whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

import msgspec
from msgspec import Meta, Struct

from whiteslip.gateways.bank.model import Answer, Debit, Failed, Outcome, Page, Result, Taken
from whiteslip.gateways.exchange import LARGEST_BODY, NoReply, Party, Reply
from whiteslip.kernel.money import MAX_MINOR

_DEBITS = "/v1/debits"
_RESULTS = "/v1/results"
_CONFLICT = 409
_YEARS = range(2000, 2200)

_Name = Annotated[str, Meta(pattern=r"^[!-~]([ -~]{0,33}[!-~])?\Z")]


class _Result(Struct, frozen=True):
    result_id: Annotated[str, Meta(pattern=r"^[!-~]{1,200}\Z")]
    reference: _Name
    outcome: Outcome
    amount_minor: Annotated[int, Meta(ge=1, le=MAX_MINOR)]
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z")]
    reason: _Name | None
    booked_on: date


class _Page(Struct, frozen=True):
    results: list[_Result]
    after: Annotated[str, Meta(pattern=r"^[!-~]{0,200}\Z")]


class _Taken(Struct, frozen=True):
    taken: int


class HttpRail:
    """The bank at a base URL; `timeout_s` bounds a whole exchange. Several threads may ask at once."""

    def __init__(self, url: str, *, connect_s: float = 2.0, timeout_s: float = 8.0) -> None:
        self.address = url
        self._party = Party(
            url, what="a bank", where="bank_url", connect_s=connect_s, timeout_s=timeout_s
        )

    def collect(self, debits: Sequence[Debit]) -> Answer:
        """Hand debits in once, all in one; whatever the bank does, an answer comes back within the time limit.

        After `Failed` with `may_have` send the same debits again: none is collected twice.
        """
        said = self._party.post(_DEBITS, _written(debits))
        if isinstance(said, NoReply):
            return Failed(said.has_begun, self._party.limit if said.is_late else said.detail)
        if said.status != 200:
            return Failed(_may_have(said.status), f"status {said.status}")
        return _taken(said, len(debits))

    def results(self, after: str) -> Page | Failed:
        """Ask for what is new since a place, "" for everything; what cannot be read whole is `Failed`."""
        said = self._party.get(f"{_RESULTS}?{urlencode({'after': after})}")
        if isinstance(said, NoReply):
            return _not_read(self._party.limit if said.is_late else said.detail)
        if said.status != 200:
            return _not_read(f"status {said.status}")
        return _page(said, after)

    def knock(self) -> str | None:
        """Tell why nobody listens there, None when somebody does; nothing is asked."""
        return self._party.knock()


def _may_have(status: int) -> bool:
    """A refusal took nothing, but for one that says that a reference is known: of that batch others may be, too."""
    return status == _CONFLICT or not (400 <= status < 500 or status == 503)


def _not_read(detail: str) -> Failed:
    return Failed(may_have=False, detail=detail)


def _taken(reply: Reply, sent: int) -> Answer:
    if len(reply.body) > LARGEST_BODY:
        return Failed(may_have=True, detail=f"more than {LARGEST_BODY} bytes")
    try:
        taken = msgspec.json.decode(reply.body, type=_Taken).taken
    except (ValueError, RecursionError):
        return Failed(may_have=True, detail="an answer that cannot be read")
    if taken != sent:
        return Failed(may_have=True, detail=f"{taken} taken of {sent}")
    return Taken()


def _page(reply: Reply, asked: str) -> Page | Failed:
    if len(reply.body) > LARGEST_BODY:
        return _not_read(f"more than {LARGEST_BODY} bytes")
    try:
        page = msgspec.json.decode(reply.body, type=_Page)
    except (ValueError, RecursionError) as error:
        return _not_read(f"a page that cannot be read: {_plain(error)}")
    for place, each in enumerate(page.results):
        if (why := _odd(each)) is not None:
            return _not_read(f"a page that cannot be read: {why} - at `$.results[{place}]`")
    if page.results and page.after == asked:
        return _not_read("a page that does not go on")
    results = tuple(Result(*msgspec.structs.astuple(each)) for each in page.results)
    return Page(results, page.after)


def _odd(result: _Result) -> str | None:
    """Say what of a result cannot be, though each part could."""
    if (result.reason is None) != (result.outcome is Outcome.PAID):
        return "a reason belongs to what is not paid, and only there"
    return None if result.booked_on.year in _YEARS else "a day no debit is booked on"


def _plain(error: Exception) -> str:
    """Say what is wrong and where, without what was said there."""
    _, _, where = str(error).partition(" - at ")
    return f"wrong at {where}" if where else "no JSON of a page"


def _written(debits: Sequence[Debit]) -> bytes:
    said = [debit._asdict() | {"due_on": debit.due_on.isoformat()} for debit in debits]
    return json.dumps({"debits": said}).encode()
