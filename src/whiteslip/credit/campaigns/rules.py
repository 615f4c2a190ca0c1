"""What a campaign may promise, who is granted how much of its budget, and where its commands lead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from whiteslip.credit.campaigns.model import (
    Campaign,
    Candidate,
    Command,
    Draft,
    Grant,
    Guards,
    Status,
)
from whiteslip.kernel import rate
from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed, WhiteslipError
from whiteslip.kernel.money import Minor, Rounding, decimal_text
from whiteslip.kernel.parameters import read_parameters

_FILE = "campaigns.toml"

MOVES: Final[Mapping[tuple[Status, Command], Status]] = MappingProxyType(
    {
        (Status.DRAFT, Command.APPROVE): Status.APPROVED,
        (Status.DRAFT, Command.STOP): Status.STOPPED,
        (Status.APPROVED, Command.START): Status.RUNNING,
        (Status.APPROVED, Command.STOP): Status.STOPPED,
        (Status.APPROVED, Command.END): Status.ENDED,
        (Status.RUNNING, Command.STOP): Status.STOPPED,
        (Status.RUNNING, Command.END): Status.ENDED,
    }
)
"""The legal pairs and where each leads; every other pair changes nothing."""


def check(draft: Draft, guards: Guards, *, on: date) -> InvalidInput | None:
    """Name what is wrong with a campaign about to be drafted; its segment is checked by `segment.read`."""
    if not on <= draft.starts_on < draft.ends_on:
        return InvalidInput("it starts today or later and ends after it", where="ends_on")
    if (draft.ends_on - draft.starts_on).days > guards.longest_days:
        return InvalidInput(f"it lasts at most {guards.longest_days} days", where="ends_on")
    if not 0 <= draft.share_ppm <= guards.most_share_ppm:
        return InvalidInput(f"a share is from 0 to {guards.most_share_ppm} ppm", where="share_ppm")
    if not 1 <= draft.least_minor <= draft.most_minor <= guards.largest_grant_minor:
        most = decimal_text(guards.largest_grant_minor)
        return InvalidInput(f"1 ≤ least ≤ most ≤ {most} does not hold", where="most_minor")
    if not draft.least_minor <= draft.budget_minor <= guards.largest_budget_minor:
        return InvalidInput("the budget is enough for one grant at least", where="budget_minor")
    return None


def refusal(campaign: Campaign, command: Command) -> Conflict | None:
    """Say why a command does not apply to a campaign as it stands."""
    if (campaign.status, command) in MOVES:
        return None
    return Conflict(f"the campaign is {campaign.status}: it cannot {command}")


def approval_refusal(campaign: Campaign, *, by: str, on: date) -> WhiteslipError | None:
    """Say why a person may not approve it: another one than who drafted it does, and before its end."""
    if error := refusal(campaign, Command.APPROVE):
        return error
    if actor_of(by) == campaign.drafted_by:
        return NotAllowed("another person approves a campaign than who drafted it")
    if campaign.ends_on <= on:
        return Conflict("its window is over")
    return None


def due_command(campaign: Campaign, *, on: date) -> Command | None:
    """Say what the calendar asks of a campaign on a day."""
    if campaign.status not in {Status.APPROVED, Status.RUNNING}:
        return None
    if campaign.ends_on <= on:
        return Command.END
    if campaign.status is Status.APPROVED and campaign.starts_on <= on:
        return Command.START
    return None


def amount_of(campaign: Campaign, candidate: Candidate) -> Minor:
    """Tell what a line would be granted: the share within its bounds and under the product's cap; 0 for nothing."""
    share = rate.of(candidate.fixed_limit_minor, campaign.share_ppm, Rounding.DOWN)
    amount = min(max(share, campaign.least_minor), campaign.most_minor)
    room = candidate.cap_minor - candidate.fixed_limit_minor - candidate.temporary_limit_minor
    return amount if amount <= room else 0


def grant(campaign: Campaign, candidates: Iterable[Candidate]) -> tuple[list[Grant], bool]:
    """Grant in the order given until one does not fit into what is left; say whether the budget ended it.

    Nobody is passed over for a smaller one: order decides, and it is the same in every run.
    """
    left = campaign.left_minor
    grants: list[Grant] = []
    for candidate in candidates:
        amount = amount_of(campaign, candidate)
        if amount > left:
            return grants, True
        if amount:
            key = (candidate.customer_id, candidate.line_id)
            grants.append(Grant(*key, amount, candidate.fixed_limit_minor))
            left -= amount
    return grants, False


def read_guards(text: str) -> Guards:
    """Read the guards from TOML; what is missing, unknown or out of bounds is `InvalidInput`."""
    return read_parameters(text, Guards, file=_FILE)
