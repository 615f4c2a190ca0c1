"""The few exceptions: mistakes of a caller or of ours. A refusal of credit is a value, not an exception."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


class WhiteslipError(Exception):
    """Base of every error we raise on purpose; `code` is stable and machine readable."""

    code = "error"


class InvalidInput(WhiteslipError):
    """The caller's data cannot be right; the message names what and where."""

    code = "invalid_input"

    def __init__(self, message: str, *, where: str | None = None) -> None:
        super().__init__(message)
        self.where = where


class NotFound(WhiteslipError):
    """No such thing, or not one of the caller's."""

    code = "not_found"


class Conflict(WhiteslipError):
    """The thing is in a state that does not admit the command; nothing was changed."""

    code = "conflict"


class IdempotencyConflict(WhiteslipError):
    """The key was used before with another request."""

    code = "idempotency_conflict"


class NotAllowed(WhiteslipError):
    """The caller is known but may not do this."""

    code = "not_allowed"


class Unavailable(WhiteslipError):
    """We cannot answer now; try again. Never to be read as a refusal of credit."""

    code = "unavailable"


class InvariantBroken(WhiteslipError):
    """Our own fault: a fact that must hold does not."""

    code = "invariant_broken"


def invariant(holds: bool, message: str) -> None:  # noqa: FBT001 - reads as `invariant(a > b, "…")`
    """Raise `InvariantBroken` unless the fact holds."""
    if not holds:
        raise InvariantBroken(message)


def only(answers: Iterable[T | WhiteslipError]) -> T:
    """Take the answer to a batch of one; a refusal is raised."""
    (answer,) = answers
    if isinstance(answer, WhiteslipError):
        raise answer
    return answer
