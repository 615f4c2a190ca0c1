"""Campaigns of temporary limits: drafted by one person, approved by another, stopped by anyone of the staff."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from fastapi import Response as HttpResponse

from whiteslip.api import bodies, callers, present, problems, reading
from whiteslip.api.openapi import gives, posts
from whiteslip.api.posted import Post
from whiteslip.api.reading import CampaignPath, Read
from whiteslip.api.shapes import campaigns as shapes
from whiteslip.flows.run_campaigns import Campaign, Draft, approve, draft, stop
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Response
from whiteslip.kernel import ids
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.views import campaigns

router = APIRouter(tags=["campaigns"])
PREFIX = "cam"
SCOPE = "campaigns:write"
_WRONG = ("not_found", "conflict")


@router.get("/campaigns", **gives(shapes.Campaigns))
async def list_campaigns(read: Read) -> HttpResponse:
    """List the latest campaigns."""
    read.needs(SCOPE)
    rows = await read.view(campaigns.latest)
    return reading.show(shapes.Campaigns([_shown(row) for row in rows]))


@router.get("/campaigns/{campaign_id}", **gives(shapes.Campaign, "not_found"))
async def show_campaign(campaign_id: CampaignPath, read: Read) -> HttpResponse:
    """Show a campaign, and how much of its budget is granted."""
    read.needs(SCOPE)
    number = ids.read_one(campaign_id, PREFIX)
    row = await read.view(lambda db: campaigns.find(db, number))
    return reading.show(_shown(reading.found(row, f"campaign {campaign_id}")))


@router.post("/campaigns", **posts(shapes.CampaignBody, shapes.Campaign, *_WRONG))
async def draft_campaign(posted: Post) -> HttpResponse:
    """Draft a campaign; nothing is granted before another person approves it."""
    callers.needs(posted.caller, SCOPE)
    body = posted.read(shapes.CampaignBody)
    request = Draft(
        name=body.name,
        segment=body.segment,
        share_ppm=body.share_ppm,
        least_minor=body.least_minor,
        most_minor=body.most_minor,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        budget_minor=body.budget_minor,
        actor=posted.caller.label,
    )

    def act(db: Connection, at: datetime) -> Response:
        return _answer(draft(db, request, at=at))

    return await posted.manage(body, act)


@router.post(
    "/campaigns/{campaign_id}/approve",
    **posts(bodies.NoWords, shapes.Campaign, *_WRONG),
)
async def approve_campaign(campaign_id: CampaignPath, posted: Post) -> HttpResponse:
    """Approve a campaign as another person than who drafted it; it starts with its window."""
    callers.needs(posted.caller, SCOPE)
    body, number = posted.read(bodies.NoWords), ids.read_one(campaign_id, PREFIX)
    label = posted.caller.label

    def act(db: Connection, at: datetime) -> Response:
        return _answer(approve(db, number, by=label, at=at))

    return await posted.manage(body, act)


@router.post(
    "/campaigns/{campaign_id}/stop",
    **posts(bodies.NoWords, shapes.Campaign, *_WRONG),
)
async def stop_campaign(campaign_id: CampaignPath, posted: Post) -> HttpResponse:
    """Stop a campaign at once; what was granted stays until its end, as promised."""
    callers.needs(posted.caller, SCOPE)
    body, number = posted.read(bodies.NoWords), ids.read_one(campaign_id, PREFIX)
    label = posted.caller.label

    def act(db: Connection, at: datetime) -> Response:
        return _answer(stop(db, number, by=label, at=at))

    return await posted.manage(body, act)


def _answer(found: Campaign | WhiteslipError) -> Response:
    if isinstance(found, WhiteslipError):
        return problems.of_error(found)
    return present.answer(_shown(found))


def _shown(row: Campaign) -> shapes.Campaign:
    return shapes.Campaign(
        campaign_id=ids.write(PREFIX, row.campaign_id),
        name=row.name,
        segment=row.segment,
        status=row.status,
        share_ppm=row.share_ppm,
        least_minor=row.least_minor,
        most_minor=row.most_minor,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        budget_minor=row.budget_minor,
        granted_minor=row.granted_minor,
        granted_lines=row.granted_lines,
        drafted_by=row.drafted_by,
    )
