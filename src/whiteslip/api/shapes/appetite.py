"""The risk appetite: what the API takes and gives."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from whiteslip.api.bodies import Body
from whiteslip.risk.appetite.model import Measure

_Note: TypeAlias = Annotated[
    str,
    Meta(min_length=1, max_length=2000, pattern="^[^\\u0000-\\u001f\\u007f-\\u009f]+$"),
]


class AppetiteDraftBody(Body, frozen=True):
    """Write the next version: the whole text as TOML, and why."""

    body: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=50_000,
            pattern="^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]+$",
            description="The text as `risk/appetite/data/appetite.toml` has it.",
        ),
    ]
    note: _Note


class AppetiteNoteBody(Body, frozen=True):
    """Why a version is published or withdrawn."""

    note: _Note


class AppetitePassBody(Body, frozen=True):
    """Go past a limit for a version of a rule book, or with a date for its run, and why."""

    book: Annotated[str, Meta(pattern="^[a-z][a-z0-9_-]{0,39}$", examples=["watch"])]
    version: Annotated[int, Meta(ge=1, le=1_000_000)]
    measure: Measure
    note: _Note
    on: date | None = None


class AppetiteVersion(Struct, frozen=True):
    """A version of the appetite and where it stands."""

    version: int
    state: str
    drafted_by: str


class AppetiteMoved(Struct, frozen=True):
    """Where a version stands now."""

    version: int
    state: str


class AppetitePassed(Struct, frozen=True):
    """What was passed, at which figure (null where it cannot be known), and how many people must still do so."""

    subject: str
    measure: str
    value_ppm: int | None
    limit_ppm: int
    missing: int


class AppetiteLimit(Struct, frozen=True):
    """The most or the least of a measure, in ppm, and why."""

    measure: str
    side: str
    ppm: int
    least_count: int
    unknown: str
    why: str


class AppetiteFinding(Struct, frozen=True):
    """A figure held against its limit: within, beyond, or unknown with its cause; `refuses` stands in the way."""

    measure: str
    held: str
    value_ppm: int | None
    limit_ppm: int
    side: str
    out_of: int
    part: str
    why: str | None
    refuses: bool
    passed: bool


class AppetiteChecked(Struct, frozen=True):
    """A subject held against the version in force; without one nothing was held against anything."""

    subject: str
    version: int | None
    findings: list[AppetiteFinding]


class Appetite(Struct, frozen=True):
    """The version in force (null before one is published), its limits, and how the book and waiting runs stand."""

    version: int | None
    why: str
    limits: list[AppetiteLimit]
    versions: list[AppetiteVersion]
    checked: list[AppetiteChecked]
