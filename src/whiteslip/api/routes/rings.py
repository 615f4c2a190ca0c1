"""Rings: groups of accounts the network found, for the staff who look at them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi import Response as HttpResponse

from whiteslip.api import callers, present, reading
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post
from whiteslip.api.reading import PageSize, Read
from whiteslip.api.shapes import rings as shapes
from whiteslip.api.shapes.suspensions import Act
from whiteslip.flows.restrict_members import MemberRequest, ask_to_restrict_members
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.views import rings
from whiteslip.views.rings import RingActView, RingView
from whiteslip.web import ring_picture as picture
from whiteslip.web.ring_picture import Account, Thing

router = APIRouter(tags=["rings"])
PREFIX = "rng"
SCOPE = "reviews:read"
RingPath = Annotated[
    str,
    Path(
        examples=["rng_7_49"],
        json_schema_extra={"pattern": f"^{PREFIX}_[0-9]{{1,19}}_[0-9]{{1,19}}$"},
    ),
]

SVG = "image/svg+xml"
CLOSED = "default-src 'none'; style-src 'unsafe-inline'"
"""The picture loads and runs nothing."""
Spoken = Annotated[picture.Language, Query(description="The language of the words in it.")]
PICTURE = gives(shapes.RingWhole, "not_found")
PICTURE["responses"] = PICTURE["responses"] | {
    200: {"description": "The picture.", "content": {SVG: {"schema": {"type": "string"}}}}
}


@router.get("/rings", **gives(shapes.Rings))
async def list_rings(read: Read, *, limit: PageSize = 50) -> HttpResponse:
    """List the rings the network found, the latest first; each waits in, or was decided in, a review case."""
    read.needs(SCOPE)
    rows = await read.view(lambda db: rings.latest(db, most=limit))
    return reading.show(shapes.Rings([_short(row) for row in rows]))


@router.get("/rings/{ring_id}", **gives(shapes.RingWhole, "not_found"))
async def show_ring(ring_id: RingPath, read: Read) -> HttpResponse:
    """Show a ring with its evidence, as it was when it was raised, and what was asked for its members since."""
    row = await _found(ring_id, read)
    acts = await read.view(lambda db: rings.acts_of(db, row.customer_id, row.ring_id))
    return reading.show(_whole(row, acts))


@router.get("/rings/{ring_id}/picture", **PICTURE)
async def draw_ring(ring_id: RingPath, read: Read, *, language: Spoken = "zh") -> HttpResponse:
    """Draw a ring as SVG: its accounts, what they share by kind and weight, and who is known as bad."""
    row = await _found(ring_id, read)
    accounts = [
        Account(ids.write("cus", one["customer_id"]), one["is_bad"])
        for one in row.evidence["members"]
    ]
    things = [
        Thing(one["kind"], [ids.write("cus", who) for who in one["members"]], one["weight"])
        for one in row.evidence["shared"]
    ]
    drawn = picture.draw_ring(ring_id, accounts, things, language=language)
    return HttpResponse(drawn, media_type=SVG, headers={"content-security-policy": CLOSED})


@router.post(
    "/rings/{ring_id}/restrictions",
    **posts(shapes.MembersBody, shapes.MemberActs, "not_found", "conflict"),
)
async def ask_for_restrictions(ring_id: RingPath, posted: Post) -> HttpResponse:
    """Ask that members of a confirmed ring be restricted, each for a reason of their own; another person decides each.

    Where one cannot be asked for, none is. What is asked is decided at `/acts/{act_id}/decision`.
    """
    callers.needs(posted.caller, "restrictions:write")
    body = posted.read(shapes.MembersBody)
    owned, by = ids.read_owned(ring_id, PREFIX), posted.caller.label
    requests = [
        MemberRequest(*ids.read_owned(one.line_id, "lin"), one.level, one.reason, one.note)
        for one in body.members
    ]

    def act(db: Connection, at: datetime) -> Response:
        asked: list[Act] = []
        for done in ask_to_restrict_members(db, owned, requests, by=by, at=at):
            if isinstance(done, WhiteslipError):
                raise done
            asked.append(Act(ids.write("act", done.customer_id, done.act_id), "asked"))
        return present.answer(shapes.MemberActs(asked))

    return await posted.manage(body, act)


async def _found(ring_id: str, read: Read) -> RingView:
    read.needs(SCOPE)
    owned = ids.read_owned(ring_id, PREFIX)
    return reading.found(await read.view(lambda db: rings.find(db, *owned)), f"ring {ring_id}")


def _short(row: RingView) -> shapes.RingShort:
    members = row.evidence["members"]
    return shapes.RingShort(
        ids.write(PREFIX, row.customer_id, row.ring_id),
        ids.write("cas", row.customer_id, row.case_id),
        row.raised_on,
        row.score,
        row.evidence["finding"]["signs"],
        len(members),
        sum(one["is_bad"] for one in members),
        row.state,
        row.outcome,
    )


def _whole(row: RingView, acts: Sequence[RingActView]) -> shapes.RingWhole:
    found = row.evidence["finding"]
    return shapes.RingWhole(
        _short(row),
        shapes.Measured(*(found[name] for name in shapes.Measured.__struct_fields__)),
        [
            shapes.RingMember(
                ids.write("cus", one["customer_id"]),
                date.fromisoformat(one["joined_on"]),
                date.fromisoformat(one["first_on"]),
                one["is_bad"],
            )
            for one in row.evidence["members"]
        ],
        [
            shapes.SharedThing(
                one["kind"], [ids.write("cus", who) for who in one["members"]], one["weight"]
            )
            for one in row.evidence["shared"]
        ],
        [
            shapes.MemberAct(
                ids.write("act", one.customer_id, one.act_id),
                ids.write("lin", one.customer_id, one.line_id),
                one.level,
                one.reason,
                one.note,
                one.state,
                one.asked_by,
                one.decided_by,
            )
            for one in acts
        ],
    )
