"""Autopay: the sources of a line with their mandates, and what is collected from them."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from fastapi import Response as HttpResponse

from whiteslip.api import callers, present, problems, reading
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post
from whiteslip.api.reading import After, LinePath, PageSize, Read, SourcePath
from whiteslip.api.shapes import autopay as shapes
from whiteslip.flows import change_sources as sources
from whiteslip.flows.change_sources import NewSource, Order, Source, SourceKey, SourceKind
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.views import autopay, lines
from whiteslip.views.autopay import CollectionView, TryView

router = APIRouter(tags=["autopay"])
PREFIX, COLLECTION, REFERENCE = "src", "clc", "col"
_WRONG = ("not_found", "conflict")


@router.post("/lines/{line_id}/sources", **posts(shapes.SourceBody, shapes.Source, *_WRONG))
async def add_source(line_id: LinePath, posted: Post) -> HttpResponse:
    """Add a payment source with its mandate; it is asked after those the line has."""
    callers.needs(posted.caller, "repayments:write")
    body = posted.read(shapes.SourceBody)
    line = ids.read_owned(line_id, "lin")
    new = NewSource(
        *line,
        SourceKind(body.kind),
        body.label,
        body.account,
        body.holder,
        body.mandate,
        body.given_at,
    )

    def act(db: Connection, at: datetime) -> Response:
        return _changed(sources.add_sources(db, [new], at=at)[0])

    return await posted.manage(body, act)


@router.get("/lines/{line_id}/sources", **gives(shapes.Sources, "not_found"))
async def list_sources(line_id: LinePath, read: Read) -> HttpResponse:
    """List a line's payment sources: those that may be asked first, in their order."""
    read.needs("repayments:read")
    line = ids.read_owned(line_id, "lin")
    reading.found(await read.view(lambda db: lines.show(db, *line)), f"line {line_id}")
    rows = await read.view(lambda db: autopay.sources_of(db, *line))
    return reading.show(shapes.Sources([_shown(row) for row in rows]))


@router.post("/sources/{source_id}/stop", **posts(shapes.StopSourceBody, shapes.Source, *_WRONG))
async def stop_source(source_id: SourcePath, posted: Post) -> HttpResponse:
    """Stop a source, as its owner asks; what the bank was asked for before may still be collected."""
    callers.needs(posted.caller, "repayments:write")
    body = posted.read(shapes.StopSourceBody)
    key = SourceKey(*ids.read_owned(source_id, PREFIX))

    def act(db: Connection, at: datetime) -> Response:
        return _changed(sources.stop_sources(db, [key], at=at)[0])

    return await posted.manage(body, act)


@router.put(
    "/lines/{line_id}/sources/order",
    **posts(shapes.OrderBody, shapes.Sources, *_WRONG, status=200),
)
async def order_sources(line_id: LinePath, posted: Post) -> HttpResponse:
    """Put a line's active sources in the order in which they are asked."""
    callers.needs(posted.caller, "repayments:write")
    body = posted.read(shapes.OrderBody)
    line = ids.read_owned(line_id, "lin")
    named = [ids.read_owned(one, PREFIX) for one in body.source_ids]
    foreign = any(one.customer_id != line.customer_id for one in named)
    order = Order(*line, () if foreign else tuple(one.number for one in named))

    def act(db: Connection, at: datetime) -> Response:
        del at  # an order has no history
        ordered = sources.order_sources(db, [order])[0]
        if isinstance(ordered, WhiteslipError):
            return problems.of_error(ordered)
        return present.answer(shapes.Sources([_shown(one) for one in ordered]), status=200)

    return await posted.manage(body, act)


@router.get("/lines/{line_id}/collections", **gives(shapes.Collections, "not_found"))
async def list_collections(
    line_id: LinePath, read: Read, limit: PageSize = 20, after: After = None
) -> HttpResponse:
    """List what is and was collected for a line, the latest due date first, each with its tries."""
    read.needs("repayments:read")
    line = ids.read_owned(line_id, "lin")
    reading.found(await read.view(lambda db: lines.show(db, *line)), f"line {line_id}")
    before = reading.EARLIEST if after is None else ids.read_owned(after, COLLECTION).number
    rows = await read.view(lambda db: autopay.collections_of(db, *line, before=before, limit=limit))
    shown = [_collection(row) for row in rows]
    following = shown[-1].collection_id if len(shown) == limit else None
    return reading.show(shapes.Collections(shown, following))


def _changed(source: Source | WhiteslipError) -> Response:
    if isinstance(source, WhiteslipError):
        return problems.of_error(source)
    return present.answer(_shown(source))


def _shown(source: Source) -> shapes.Source:
    return shapes.Source(
        ids.write(PREFIX, source.customer_id, source.source_id),
        ids.write("lin", source.customer_id, source.line_id),
        source.kind.value,
        source.label,
        source.place,
        source.mandate,
        source.given_at,
        "active" if source.is_active else "stopped",
        source.stopped_on,
        source.stop_reason and source.stop_reason.value,
    )


def _collection(one: CollectionView) -> shapes.Collection:
    return shapes.Collection(
        ids.write(COLLECTION, one.customer_id, one.collection_id),
        one.state,
        one.due_on,
        one.planned_minor,
        [_try(each) for each in one.tries],
    )


def _try(one: TryView) -> shapes.Try:
    return shapes.Try(
        ids.write(REFERENCE, one.customer_id, one.try_id),
        ids.write(PREFIX, one.customer_id, one.source_id),
        one.label,
        one.number,
        one.state,
        one.amount_minor,
        one.paid_minor,
        one.try_on,
        one.answered_on,
        one.reason,
        None if one.repayment_id is None else ids.write("rep", one.customer_id, one.repayment_id),
    )
