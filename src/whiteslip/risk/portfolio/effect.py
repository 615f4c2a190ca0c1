"""What a policy did to people, merchants and the platform; what was measured is told apart from what is expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple, TypeAlias

from msgspec import Meta, Struct

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.money import Minor
from whiteslip.kernel.parameters import read_parameters
from whiteslip.kernel.rate import WHOLE_PPM

_FILE = "effect.toml"
Days: TypeAlias = Annotated[int, Meta(ge=0, le=3_650)]
Basis: TypeAlias = Literal["measured", "expected"]
Unit: TypeAlias = Literal["people", "lines", "days", "orders", "shops", "minor", "count"]
CHECKOUT = "checkout"
"""The rule book that refuses purchases; the others restrict lines."""


class PolicyKind(StrEnum):
    """What the effect of can be asked."""

    RUN = "run"
    BOOK = "book"
    REASON = "reason"
    CAMPAIGN = "campaign"


class Policy(NamedTuple):
    """A run of a book on a day, a version of a book, whatever was restricted for a reason, or a campaign."""

    kind: PolicyKind
    name: str
    version: int | None = None
    run_on: date | None = None

    @property
    def told(self) -> str:
        """How it is named in requests and answers."""
        parts = (self.kind, self.name, self.version, self.run_on)
        return ":".join(str(part) for part in parts if part is not None)


class EffectTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters, as `data/effect.toml` explains them."""

    sold_again_days: Days
    complaint_days: Days
    bad_over_days: Days


class Spell(NamedTuple):
    """A line from the first day a policy bore on it up to but without the last."""

    customer_id: int
    line_id: int
    from_on: date
    to_on: date


class ByReason(NamedTuple):
    """Restrictions of one reason and what became of them, up to today; days are of those that ended."""

    reason: str
    restrictions: int
    people: int
    standing: int
    back: int
    dismissed: int
    median_days: int | None
    appeals: int
    appeals_decided: int
    appeals_granted: int


class Orders(NamedTuple):
    """Orders at one shop by lines that stood in one place a month end before; place None is not known."""

    merchant_id: int
    place: int | None
    orders: int
    amount_minor: Minor
    again_orders: int
    again_minor: Minor
    fee_minor: Minor


class Owed(NamedTuple):
    """Lines by where they stood at the month end before, what they owed then, and how they ended.

    `now_minor` is what is owed at the last month end, `now_loss_minor` what is expected to be lost of it.
    """

    lines: int
    known_lines: int
    owed_minor: Minor
    bad_lines: int
    bad_minor: Minor
    now_minor: Minor
    now_loss_minor: Minor | None


class Counts(NamedTuple):
    """All that was counted of a policy."""

    people: int
    lines: int
    days: int
    still: int
    complaints: int
    frozen_complaints: int
    reasons: tuple[ByReason, ...]
    orders: tuple[Orders, ...]
    owed: Owed


class Figure(NamedTuple):
    """One figure; None where it is not known, and `note` says how it is to be read."""

    name: str
    value: int | None
    unit: Unit
    basis: Basis
    note: str = ""


class Effect(NamedTuple):
    """The three layers of a policy's effect, as known on a day."""

    policy: str
    on: date
    people: tuple[Figure, ...]
    merchants: tuple[Figure, ...]
    platform: tuple[Figure, ...]
    reasons: tuple[ByReason, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All figures, in order."""
        return self.people + self.merchants + self.platform


_KNOWN = "by where lines stood a month end before"
_UNKNOWN = "their lines were not known a month end before"
_POLICY = re.compile(
    r"run:(?P<run>[a-z0-9][a-z0-9-]{0,63}):(?P<run_version>[0-9]{1,6}):(?P<on>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"|book:(?P<book>[a-z0-9][a-z0-9-]{0,63}):(?P<version>[0-9]{1,6})"
    r"|reason:(?P<reason>[A-Z]{3}-[0-9]{2})|campaign:(?P<campaign>[0-9]{1,18})"
)


def read_policy(text: str) -> Policy:
    """Read `run:BOOK:VERSION:DATE`, `book:BOOK:VERSION`, `reason:CODE` or `campaign:NUMBER`."""
    found = _POLICY.fullmatch(text)
    if found is None:
        known = "run:BOOK:VERSION:DATE, book:BOOK:VERSION, reason:CODE or campaign:NUMBER"
        raise InvalidInput(f"a policy is named {known}, not {text[:80]!r}", where="policy")
    if found["run"]:
        try:
            run_on = date.fromisoformat(found["on"])
        except ValueError as error:
            raise InvalidInput(f"{found['on']} is no date", where="policy") from error
        return Policy(PolicyKind.RUN, found["run"], int(found["run_version"]), run_on)
    if found["book"]:
        return Policy(PolicyKind.BOOK, found["book"], int(found["version"]))
    if found["reason"]:
        return Policy(PolicyKind.REASON, found["reason"])
    return Policy(PolicyKind.CAMPAIGN, found["campaign"])


def merged(spells: Iterable[Spell]) -> list[Spell]:
    """Join what overlaps or touches on one line, so that no day of a person counts twice."""
    joined: list[Spell] = []
    for spell in sorted(spells):
        last = joined[-1] if joined else None
        if last and last[:2] == spell[:2] and spell.from_on <= last.to_on:
            joined[-1] = last._replace(to_on=max(last.to_on, spell.to_on))
        else:
            joined.append(spell)
    return joined


def stopping(
    policy: Policy, counts: Counts, *, on: date, lost_share: Callable[[int | None], float | None]
) -> Effect:
    """Tell the effect of what stops people; `lost_share` foretells what part of an amount lent at a place is lost."""
    restrictions = sum(each.restrictions for each in counts.reasons)
    people = (
        Figure("people stopped", counts.people, "people", "measured"),
        Figure("lines stopped", counts.lines, "lines", "measured"),
        Figure("days stopped", counts.days, "days", "measured", "up to today, each day once"),
        Figure("still stopped", counts.still, "lines", "measured"),
        Figure("restrictions and warnings", restrictions, "count", "measured"),
        Figure("of them ended", sum(each.back for each in counts.reasons), "count", "measured"),
        Figure(
            "of them dismissed as mistaken",
            sum(each.dismissed for each in counts.reasons),
            "count",
            "measured",
        ),
        *_voices(counts),
    )
    return Effect(
        policy.told, on, people, _lost(counts.orders), _spared(counts, lost_share), counts.reasons
    )


def granting(
    policy: Policy, counts: Counts, *, on: date, lost_share: Callable[[int | None], float | None]
) -> Effect:
    """Tell the effect of what lets people buy more: sales, fees and what is expected to be lost of them."""
    amount = sum(each.amount_minor for each in counts.orders)
    fees = sum(each.fee_minor for each in counts.orders)
    note = "bought meanwhile on lines it was granted to; what would have been bought anyway is not known"
    people = (
        Figure("people granted to", counts.people, "people", "measured"),
        Figure("lines granted to", counts.lines, "lines", "measured"),
        Figure("days granted", counts.days, "days", "measured", "up to today"),
        *_voices(counts),
    )
    merchants = (
        Figure(
            "orders sold", sum(each.orders for each in counts.orders), "orders", "measured", note
        ),
        Figure("sold", amount, "minor", "measured"),
        Figure("shops", len({each.merchant_id for each in counts.orders}), "shops", "measured"),
    )
    expected, unknown = _expected(counts.orders, lost_share, again=False)
    platform = (
        *_ended(counts.owed, "when granted"),
        Figure("fees of shops", fees, "minor", "expected", "at today's fee of each shop"),
        Figure("loss on what was sold", expected, "minor", "expected", _KNOWN),
        Figure("orders not foretold", unknown, "orders", "measured", _UNKNOWN),
        _provision(counts.owed),
    )
    return Effect(policy.told, on, people, merchants, platform, counts.reasons)


def compare(one: Effect, other: Effect) -> tuple[Figure, ...]:
    """Take the figures of one less those of the other, by name; what either does not know is unknown."""
    others: Mapping[str, Figure] = {figure.name: figure for figure in other.figures}
    return tuple(
        figure._replace(
            value=None
            if figure.value is None or (value := others[figure.name].value) is None
            else figure.value - value
        )
        for figure in one.figures
        if figure.name in others
    )


def read_effect_terms(text: str) -> EffectTerms:
    """Read the parameters from TOML; what is missing, unknown or does not fit is `InvalidInput`."""
    return read_parameters(text, EffectTerms, file=_FILE)


def _voices(counts: Counts) -> tuple[Figure, ...]:
    reasons = counts.reasons
    return (
        Figure("complaints", counts.complaints, "count", "measured", "about anything, meanwhile"),
        Figure("complaints of being frozen", counts.frozen_complaints, "count", "measured"),
        Figure("appeals", sum(each.appeals for each in reasons), "count", "measured"),
        Figure(
            "appeals decided", sum(each.appeals_decided for each in reasons), "count", "measured"
        ),
        Figure(
            "appeals granted, in whole or part",
            sum(each.appeals_granted for each in reasons),
            "count",
            "measured",
        ),
    )


def _lost(orders: Sequence[Orders]) -> tuple[Figure, ...]:
    refused = sum(each.orders for each in orders)
    again = sum(each.again_orders for each in orders)
    amount = sum(each.amount_minor for each in orders)
    again_minor = sum(each.again_minor for each in orders)
    elsewhere = "what was paid without us is not known"
    return (
        Figure("orders refused", refused, "orders", "measured", "while the stop was in force"),
        Figure("refused", amount, "minor", "measured"),
        Figure("orders sold all the same", again, "orders", "measured", "on credit, soon after"),
        Figure("sold all the same", again_minor, "minor", "measured"),
        Figure("orders lost at most", refused - again, "orders", "measured", elsewhere),
        Figure("lost at most", amount - again_minor, "minor", "measured", elsewhere),
        Figure("shops", len({each.merchant_id for each in orders}), "shops", "measured"),
    )


def _spared(counts: Counts, lost_share: Callable[[int | None], float | None]) -> tuple[Figure, ...]:
    avoided, unknown = _expected(counts.orders, lost_share, again=True)
    fees = sum(each.fee_minor for each in counts.orders)
    return (
        *_ended(counts.owed, "when stopped"),
        Figure("fees of shops lost", fees, "minor", "expected", "at today's fee of each shop"),
        Figure("loss avoided", avoided, "minor", "expected", _KNOWN),
        Figure("orders not foretold", unknown, "orders", "measured", _UNKNOWN),
        _provision(counts.owed),
    )


def _ended(owed: Owed, when: str) -> tuple[Figure, ...]:
    return (
        Figure(
            "lines known before", owed.known_lines, "lines", "measured", "by the month end before"
        ),
        Figure(f"owed {when}", owed.owed_minor, "minor", "measured", "at the month end before"),
        Figure(
            "lines that ended badly", owed.bad_lines, "lines", "measured", "at a month end since"
        ),
        Figure(
            "owed by them", owed.bad_minor, "minor", "measured", "the most at a month end since"
        ),
        Figure("owed now", owed.now_minor, "minor", "measured", "at the last month end"),
    )


def _provision(owed: Owed) -> Figure:
    return Figure("provision for what is owed now", owed.now_loss_minor, "minor", "expected")


def _expected(
    orders: Iterable[Orders], lost_share: Callable[[int | None], float | None], *, again: bool
) -> tuple[int, int]:
    """Sum what is expected to be lost of orders, less those sold all the same; and the orders of unknown place."""
    lost, unknown = 0.0, 0
    for each in orders:
        share = lost_share(each.place)
        if share is None:
            unknown += each.orders
            continue
        amount = each.amount_minor - (each.again_minor if again else 0)
        lost += max(0, amount) * share
    return round(lost), unknown


def share_of(chance: float, loss_ppm: int) -> float:
    """Return the part of an amount that is expected to be lost: chance of default x part never paid."""
    return chance * loss_ppm / WHOLE_PPM
