"""The manual queue of what banks said: who takes an item on, and how it is closed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi import Response as HttpResponse

from whiteslip.api import callers, present, problems, reading
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post
from whiteslip.api.reading import After, ItemPath, PageSize, Read
from whiteslip.api.shapes import suspense as shapes
from whiteslip.flows import settle_suspense as settling
from whiteslip.flows.settle_suspense import Closing, Item, Owning, Ruling, Way
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.money.lines.model import LineKey
from whiteslip.views import autopay
from whiteslip.views.autopay import ItemView
from whiteslip.worker.bank import ACTS

router = APIRouter(tags=["suspense"])
PREFIX = "sus"
_WRONG = ("not_found", "conflict")
Wanted = Annotated[Literal["open", "asked", "closed"] | None, Query(description="One state only.")]


@router.get("/suspense-items", **gives(shapes.SuspenseItems, "not_found"))
async def list_suspense_items(
    read: Read, state: Wanted = None, limit: PageSize = 20, after: After = None
) -> HttpResponse:
    """List the manual queue, the latest first."""
    read.needs("reviews:read")
    before = reading.EARLIEST if after is None else ids.read_one(after, PREFIX)
    rows = await read.view(lambda db: autopay.items(db, state=state, before=before, limit=limit))
    shown = [_viewed(row) for row in rows]
    following = shown[-1].item_id if len(shown) == limit else None
    return reading.show(shapes.SuspenseItems(shown, following))


@router.get("/suspense-items/{item_id}/deeds", **gives(shapes.SuspenseDeeds, "not_found"))
async def list_suspense_deeds(item_id: ItemPath, read: Read) -> HttpResponse:
    """List who did what with an item, the first first."""
    read.needs("reviews:read")
    number = ids.read_one(item_id, PREFIX)
    rows = await read.view(lambda db: autopay.deeds_of(db, number))
    reading.found(rows or None, f"item {item_id}")
    return reading.show(
        shapes.SuspenseDeeds(
            [
                shapes.SuspenseDeed(
                    row.step,
                    row.deed,
                    row.way,
                    row.actor,
                    row.note,
                    row.happened_at,
                )
                for row in rows
            ]
        )
    )


@router.post(
    "/suspense-items/{item_id}/owner", **posts(shapes.OwnItemBody, shapes.SuspenseItem, *_WRONG)
)
async def own_item(item_id: ItemPath, posted: Post) -> HttpResponse:
    """Take an item on; whoever does so last owns it."""
    callers.needs(posted.caller, "reviews:write")
    body = posted.read(shapes.OwnItemBody)
    wanted = Owning(ids.read_one(item_id, PREFIX), posted.caller.label, body.note)

    def act(db: Connection, at: datetime) -> Response:
        return _answered(settling.own_items(db, [wanted], at=at)[0])

    return await posted.manage(body, act)


@router.post(
    "/suspense-items/{item_id}/closing", **posts(shapes.CloseItemBody, shapes.SuspenseItem, *_WRONG)
)
async def close_item(item_id: ItemPath, posted: Post) -> HttpResponse:
    """Close an item: at once up to the sum one person may decide, above it once another approves."""
    callers.needs(posted.caller, "reviews:write")
    body = posted.read(shapes.CloseItemBody)
    line = None if body.line_id is None else LineKey(*ids.read_owned(body.line_id, "lin"))
    number = ids.read_one(item_id, PREFIX)
    wanted = Closing(number, Way(body.way), line, posted.caller.label, body.note)

    def act(db: Connection, at: datetime) -> Response:
        return _answered(settling.close_items(db, [wanted], ACTS.repay, at=at)[0])

    return await posted.manage(body, act)


@router.post(
    "/suspense-items/{item_id}/decision",
    **posts(shapes.ItemDecisionBody, shapes.SuspenseItem, *_WRONG),
)
async def decide_item(item_id: ItemPath, posted: Post) -> HttpResponse:
    """Approve or refuse a closing that another person asked for."""
    callers.needs(posted.caller, "reviews:write")
    body = posted.read(shapes.ItemDecisionBody)
    number = ids.read_one(item_id, PREFIX)
    ruling = Ruling(number, body.approved, posted.caller.label, body.note)

    def act(db: Connection, at: datetime) -> Response:
        return _answered(settling.rule_on_items(db, [ruling], ACTS.repay, at=at)[0])

    return await posted.manage(body, act)


def _answered(item: Item | WhiteslipError) -> Response:
    if isinstance(item, WhiteslipError):
        return problems.of_error(item)
    payer_id, line_id = item.line or (None, None)
    viewed = ItemView(*item[:11], payer_id, line_id, *item[13:-1])
    return present.answer(_viewed(viewed))


def _viewed(item: ItemView) -> shapes.SuspenseItem:
    line = None
    repayment = None
    if item.payer_id is not None and item.line_id is not None:
        line = ids.write("lin", item.payer_id, item.line_id)
        if item.repayment_id is not None:
            repayment = ids.write("rep", item.payer_id, item.repayment_id)
    return shapes.SuspenseItem(
        ids.write(PREFIX, item.item_id),
        *item[1:11],
        line,
        repayment,
        *item[14:],
    )
