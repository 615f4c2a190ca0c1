"""Reading the signs, strictly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from whiteslip.decisioning.rulebooks.language import parse
from whiteslip.decisioning.rulebooks.model import Input
from whiteslip.decisioning.rulebooks.regions import facts_of
from whiteslip.decisioning.rulebooks.tokens import WhenError
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import read_parameters
from whiteslip.risk.signs.model import Color, Evidence, Help, Sign, Step, Terms, Words

_FILE = "signs.toml"
_Word: TypeAlias = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
_Text: TypeAlias = Annotated[str, Meta(min_length=2, max_length=200)]
_Days: TypeAlias = Annotated[int, Meta(ge=1, le=400)]
_MOST_SIGNS = 16


class _Words(Struct, frozen=True, forbid_unknown_fields=True):
    zh: _Text
    en: _Text

    def words(self) -> Words:
        return Words(self.zh, self.en)


class _Step(Struct, frozen=True, forbid_unknown_fields=True):
    points: Annotated[int, Meta(ge=1, le=100)]
    families: Annotated[int, Meta(ge=1, le=_MOST_SIGNS)]


class _Colors(Struct, frozen=True, forbid_unknown_fields=True):
    yellow: _Step
    orange: _Step
    red: _Step


class _Evidence(Struct, frozen=True, forbid_unknown_fields=True):
    least_age_days: _Days
    least_known: Annotated[int, Meta(ge=1, le=_MOST_SIGNS)]


class _Help(Struct, frozen=True, forbid_unknown_fields=True):
    colors: Annotated[list[Color], Meta(min_length=1)]
    period_days: _Days
    most_offers: Annotated[int, Meta(ge=0, le=1_000_000)]
    most_cases: Annotated[int, Meta(ge=0, le=10_000)]


class _Sign(Struct, frozen=True, forbid_unknown_fields=True):
    family: _Word
    points: Annotated[int, Meta(ge=1, le=10)]
    when: Annotated[str, Meta(min_length=1, max_length=400)]
    name: _Words
    told: _Words


class _Terms(Struct, frozen=True, forbid_unknown_fields=True):
    version: Annotated[int, Meta(ge=1, le=30_000)]
    owner: _Word
    late_after_days: _Days
    evidence: _Evidence
    colors: _Colors
    help: _Help
    sign: Annotated[dict[_Word, _Sign], Meta(min_length=1, max_length=_MOST_SIGNS)]


def read_terms(text: str, known: Mapping[str, Input]) -> Terms:
    """Read the signs from TOML; `known` are the facts they may read. `InvalidInput` says what does not fit."""
    read = read_parameters(text, _Terms, file=_FILE)
    signs = tuple(_sign(name, one, known) for name, one in read.sign.items())
    colors = read.colors
    steps = {
        Color.YELLOW: Step(colors.yellow.points, colors.yellow.families),
        Color.ORANGE: Step(colors.orange.points, colors.orange.families),
        Color.RED: Step(colors.red.points, colors.red.families),
    }
    _check(signs, steps, read)
    wanted = {name for sign in signs for name in sign.reads}
    return Terms(
        read.version,
        read.owner,
        read.late_after_days,
        Evidence(read.evidence.least_age_days, read.evidence.least_known),
        steps,
        Help(
            frozenset(read.help.colors),
            read.help.period_days,
            read.help.most_offers,
            read.help.most_cases,
        ),
        tuple(one for name, one in known.items() if name in wanted),
        signs,
    )


def _sign(name: str, one: _Sign, known: Mapping[str, Input]) -> Sign:
    where = f"sign.{name}.when"
    try:
        when = parse(one.when, known)
    except WhenError as error:
        raise InvalidInput(f"{_FILE}: {where}: {error}", where=where) from error
    reads = tuple(sorted(each.name for each in facts_of(when)))
    return Sign(name, one.family, one.points, when, reads, one.name.words(), one.told.words())


def _check(signs: tuple[Sign, ...], steps: Mapping[Color, Step], read: _Terms) -> None:
    ordered = [steps[color] for color in (Color.YELLOW, Color.ORANGE, Color.RED)]
    if not ordered[0].points < ordered[1].points < ordered[2].points:
        raise InvalidInput("colors: yellow, orange and red do not lie in order", where="colors")
    families = len({sign.family for sign in signs})
    if max(step.families for step in ordered) > families:
        text = f"colors: there are {families} families of signs"
        raise InvalidInput(text, where="colors")
    if read.evidence.least_known > len(signs):
        where = "evidence.least_known"
        raise InvalidInput(f"{where}: there are {len(signs)} signs", where=where)
    if odd := {Color.GREEN, Color.UNKNOWN} & set(read.help.colors):
        raise InvalidInput(f"help.colors: nobody {min(odd)} needs help", where="help.colors")
