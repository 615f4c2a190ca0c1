"""The life of a version: what each command asks, who may give it, and what it changes; everything else is a conflict.

A command is decided on the standing of the whole name and answers with the changes to write, in their order. An
illegal one raises `Conflict`, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from whiteslip.decisioning.rulebooks.blast import Blast, BlastGuard, still_released
from whiteslip.decisioning.rulebooks.experiment import WHOLE
from whiteslip.kernel.actor import PROGRAM, actor_of
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound


class Status(StrEnum):
    """Where a version of a book stands."""

    DRAFT = "draft"
    VALIDATED = "validated"
    BACKTESTED = "backtested"
    APPROVED = "approved"
    SHADOW = "shadow"
    CHALLENGER = "challenger"
    LIVE = "live"
    RETIRED = "retired"


class Command(StrEnum):
    """What moves a version; `replace` and `restore` follow from commands on another version."""

    DRAFT = "draft"
    VALIDATE = "validate"
    BACKTEST = "backtest"
    APPROVE = "approve"
    SHADOW = "shadow"
    CHALLENGE = "challenge"
    LIVE = "live"
    PROPOSE = "propose"
    RELEASE = "release"
    RETIRE = "retire"
    ROLL_BACK = "roll_back"
    REPLACE = "replace"
    RESTORE = "restore"
    FOUND = "found"


_S, _C = Status, Command
_FORWARD: Final = {_C.PROPOSE, _C.RELEASE}

MOVES: Final[Mapping[Status | None, Mapping[Command, Status]]] = MappingProxyType(
    {
        None: {_C.DRAFT: _S.DRAFT, _C.FOUND: _S.LIVE},
        _S.DRAFT: {_C.DRAFT: _S.DRAFT, _C.VALIDATE: _S.VALIDATED, _C.RETIRE: _S.RETIRED},
        _S.VALIDATED: {_C.DRAFT: _S.DRAFT, _C.BACKTEST: _S.BACKTESTED, _C.RETIRE: _S.RETIRED},
        _S.BACKTESTED: {
            _C.DRAFT: _S.DRAFT,
            _C.BACKTEST: _S.BACKTESTED,
            _C.APPROVE: _S.APPROVED,
            _C.RETIRE: _S.RETIRED,
        },
        _S.APPROVED: {
            _C.SHADOW: _S.SHADOW,
            _C.LIVE: _S.LIVE,
            _C.RETIRE: _S.RETIRED,
            **dict.fromkeys(_FORWARD, _S.APPROVED),
        },
        _S.SHADOW: {
            _C.CHALLENGE: _S.CHALLENGER,
            _C.LIVE: _S.LIVE,
            _C.RETIRE: _S.RETIRED,
            **dict.fromkeys(_FORWARD, _S.SHADOW),
        },
        _S.CHALLENGER: {
            _C.CHALLENGE: _S.CHALLENGER,
            _C.LIVE: _S.LIVE,
            _C.RETIRE: _S.RETIRED,
            _C.ROLL_BACK: _S.RETIRED,
            **dict.fromkeys(_FORWARD, _S.CHALLENGER),
        },
        _S.LIVE: {_C.REPLACE: _S.RETIRED, _C.ROLL_BACK: _S.RETIRED},
        _S.RETIRED: {_C.RESTORE: _S.LIVE},
    }
)
"""From where a command leads where; None is a version that is not there yet."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version as it stands: everybody who wrote its text, who approved it, what share of customers it judges.

    `proposed_ppm` is the share it is to judge once released, `proposed_moved` the accounts that would move then,
    `released_by` who has released it so far, `replaced_version` the one live before it.
    """

    version: int
    status: Status | None
    checksum: str
    authors: tuple[str, ...]
    approved_by: str | None = None
    share_ppm: int | None = None
    proposed_ppm: int | None = None
    proposed_moved: int | None = None
    released_by: tuple[str, ...] = ()
    replaced_version: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One step of one version: where it stood, how it stands after, by whom, and on what grounds."""

    command: Command
    before: Status | None
    after: Version
    actor: str
    evidence: Mapping[str, Any] = field(default_factory=dict[str, Any])


Changes: TypeAlias = tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Every version of a name, oldest first."""

    name: str
    versions: tuple[Version, ...]

    def find(self, version: int) -> Version:
        """Return one version, or raise `NotFound`."""
        for each in self.versions:
            if each.version == version:
                return each
        raise NotFound(f"there is no version {version} of the rule book {self.name!r}")

    def of_status(self, status: Status) -> Version | None:
        """Return the version of a status of which there is at most one."""
        return next((each for each in self.versions if each.status is status), None)

    @property
    def live(self) -> Version | None:
        """The live version."""
        return self.of_status(Status.LIVE)


def draft(now: Standing, version: int, checksum: str, *, by: str) -> Changes:
    """Write a version, or change one that is not approved yet; the same text again changes nothing."""
    actor = actor_of(by)
    found = next((each for each in now.versions if each.version == version), None)
    if found is None:
        newest = max((each.version for each in now.versions), default=0)
        if version <= newest:
            raise Conflict(f"the next version of {now.name} is {newest + 1}, not {version}")
        found = Version(version, None, checksum, ())
    if found.status and found.checksum == checksum and found.status in _UNAPPROVED:
        return ()
    authors = tuple(dict.fromkeys((*found.authors, actor)))
    return (_move(now, found, Command.DRAFT, actor, {}, checksum=checksum, authors=authors),)


_UNAPPROVED: Final = (Status.DRAFT, Status.VALIDATED, Status.BACKTESTED)


def validate(now: Standing, version: int, *, by: str, evidence: Mapping[str, Any]) -> Changes:
    """Keep that the analysis found nothing to refuse; `evidence` holds its warnings."""
    return (_move(now, now.find(version), Command.VALIDATE, actor_of(by), evidence),)


def backtest(now: Standing, version: int, *, by: str, evidence: Mapping[str, Any]) -> Changes:
    """Keep what a backtest found; a later one is kept beside it."""
    if not evidence:
        raise InvalidInput("a backtest without a finding is none", where="evidence")
    return (_move(now, now.find(version), Command.BACKTEST, actor_of(by), evidence),)


def approve(
    now: Standing, version: int, *, by: str, checksum: str | None = None, note: str = ""
) -> Changes:
    """Approve a version others wrote; with `checksum` exactly the text that was read."""
    actor, found = actor_of(by), now.find(version)
    change = _move(now, found, Command.APPROVE, actor, {"note": note}, approved_by=actor)
    if actor in found.authors:
        raise Conflict(f"{actor} wrote version {version} of {now.name}; another person approves it")
    if checksum is not None and not (checksum and found.checksum.startswith(checksum)):
        raise Conflict(f"version {version} of {now.name} is not the text that was read any more")
    return (change,)


def shadow(now: Standing, version: int, *, by: str) -> Changes:
    """Let a version be evaluated beside the live one; one at a time."""
    change = _move(now, now.find(version), Command.SHADOW, actor_of(by), {})
    if now.live is None:
        raise Conflict(f"no version of {now.name} is live, so there is nothing to compare with")
    _alone(now, Status.SHADOW, version)
    return (change,)


def go_live(
    now: Standing, version: int, *, by: str, blast: Blast, share_ppm: int = WHOLE
) -> Changes:
    """Make a version live, or the challenger for a share of customers; or propose it, if it would move too many."""
    actor, found = actor_of(by), now.find(version)
    admitted = _admit(now, found, share_ppm, actor, blast.evidence())
    if not blast.needs_release:
        return admitted
    evidence = {**blast.evidence(), "share_ppm": share_ppm}
    proposed = {"proposed_ppm": share_ppm, "proposed_moved": blast.moved, "released_by": ()}
    return (_move(now, found, Command.PROPOSE, actor, evidence, **proposed),)


def release(now: Standing, version: int, *, by: str, blast: Blast, guard: BlastGuard) -> Changes:
    """Release a proposal; with the last release needed it takes effect.

    None of the people wrote it, and nobody counts twice. `blast` is counted anew: a release does not hold for more.
    """
    actor, found = actor_of(by), now.find(version)
    given = (*found.released_by, actor)
    change = _move(now, found, Command.RELEASE, actor, blast.evidence(), released_by=given)
    if found.proposed_ppm is None:
        raise Conflict(
            f"version {version} of {now.name} is not proposed, so there is nothing to release"
        )
    if actor in found.authors or actor in found.released_by:
        did = "wrote" if actor in found.authors else "has released"
        raise Conflict(f"{actor} {did} version {version} of {now.name}; another person releases it")
    if not still_released(found.proposed_moved or 0, blast.moved, guard=guard):
        text = f"version {version} of {now.name} would now move {blast.moved} accounts, not"
        raise Conflict(f"{text} {found.proposed_moved} as proposed; propose it anew")
    if len(given) < guard.releases:
        return (change,)
    return change, *_admit(now, change.after, found.proposed_ppm, actor, blast.evidence())


def retire(now: Standing, version: int, *, by: str, note: str = "") -> Changes:
    """End a version that is not live: a draft given up, a shadow or a challenger stopped."""
    return (_move(now, now.find(version), Command.RETIRE, actor_of(by), {"note": note}, **_ENDED),)


def roll_back(now: Standing, *, by: str, note: str = "") -> Changes:
    """Undo what took effect last: stop the challenger, or else bring back the version live before this one."""
    actor, evidence = actor_of(by), {"note": note}
    if challenger := now.of_status(Status.CHALLENGER):
        return (_move(now, challenger, Command.ROLL_BACK, actor, evidence, **_ENDED),)
    if now.live is None or now.live.replaced_version is None:
        raise Conflict(f"no version of {now.name} was live before, so there is none to go back to")
    earlier = now.find(now.live.replaced_version)
    return (
        _move(now, now.live, Command.ROLL_BACK, actor, evidence, **_ENDED),
        _move(now, earlier, Command.RESTORE, actor, evidence),
    )


def found(now: Standing, version: int, checksum: str) -> Changes:
    """Make a version live that comes with the program; the live one again changes nothing.

    Another text under a used version is a conflict, and so is a version people are at work on.
    """
    known = next((each for each in now.versions if each.version == version), None)
    if known is not None and known.checksum != checksum:
        raise Conflict(f"version {version} of {now.name} is published with other rules")
    if known is not None and known.status is Status.LIVE:
        return ()
    _alone(now, Status.CHALLENGER, version)
    blank = Version(version, None, checksum, (PROGRAM,))
    command = Command.RESTORE if known else Command.FOUND
    before = None if now.live is None else now.live.version
    change = _move(now, known or blank, command, PROGRAM, {}, replaced_version=before)
    return *_replaced(now, PROGRAM), change


_ENDED: Final[Mapping[str, Any]] = MappingProxyType(
    {"share_ppm": None, "proposed_ppm": None, "proposed_moved": None, "released_by": ()}
)


def _admit(
    now: Standing, target: Version, share_ppm: int, actor: str, evidence: Mapping[str, Any]
) -> Changes:
    if not 0 < share_ppm <= WHOLE:
        raise InvalidInput(
            f"a share is from 1 to {WHOLE} parts per million, not {share_ppm}", where="share"
        )
    _alone(now, Status.CHALLENGER, target.version)
    if share_ppm < WHOLE:
        new = {**_ENDED, "share_ppm": share_ppm}
        grounds = {**evidence, "share_ppm": share_ppm}
        return (_move(now, target, Command.CHALLENGE, actor, grounds, **new),)
    before = None if now.live is None else now.live.version
    new = {**_ENDED, "replaced_version": before}
    change = _move(now, target, Command.LIVE, actor, evidence, **new)
    if now.live is not None and target.status is Status.APPROVED:
        raise Conflict(
            f"version {target.version} of {now.name} goes live from shadow; start that first"
        )
    return *_replaced(now, actor), change


def _replaced(now: Standing, actor: str) -> Changes:
    return () if now.live is None else (_move(now, now.live, Command.REPLACE, actor, {}, **_ENDED),)


def _alone(now: Standing, status: Status, version: int) -> None:
    other = now.of_status(status)
    if other is not None and other.version != version:
        text = f"version {other.version} of {now.name} is {_IS[status]}; retire it first"
        raise Conflict(text)


_IS: Final = {Status.SHADOW: "in shadow", Status.CHALLENGER: "the challenger"}
_SAID: Final = {
    Command.DRAFT: "be changed",
    Command.VALIDATE: "be validated",
    Command.BACKTEST: "be backtested",
    Command.APPROVE: "be approved",
    Command.SHADOW: "go into shadow",
    Command.CHALLENGE: "challenge the live version",
    Command.LIVE: "go live",
    Command.PROPOSE: "be proposed",
    Command.RELEASE: "be released",
    Command.RETIRE: "be retired",
    Command.ROLL_BACK: "be rolled back",
    Command.REPLACE: "be replaced",
    Command.RESTORE: "come back",
    Command.FOUND: "be founded",
}


def _move(
    now: Standing,
    version: Version,
    command: Command,
    actor: str,
    evidence: Mapping[str, Any],
    **new: Any,
) -> Change:
    target = MOVES[version.status].get(command)
    if target is None:
        stands = version.status or "not there yet"
        name = f"version {version.version} of {now.name}"
        raise Conflict(f"{name} is {stands}: it cannot {_SAID[command]}")
    if command is Command.DRAFT:
        new = {**_ENDED, "approved_by": None, **new}
    kept = {key: value for key, value in evidence.items() if value != ""}
    return Change(command, version.status, replace(version, status=target, **new), actor, kept)
