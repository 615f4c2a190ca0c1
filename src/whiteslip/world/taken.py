"""What a flow answers made-up people, who make no mistakes: a refusal may come, an error may not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from whiteslip.kernel.errors import InvariantBroken, WhiteslipError

T = TypeVar("T")


def fine(answers: Iterable[T | WhiteslipError]) -> list[T]:
    """Insist that every request was answered without an error."""
    taken: list[T] = []
    for answer in answers:
        if isinstance(answer, WhiteslipError):
            raise InvariantBroken(f"the world asked for what cannot be: {answer}") from answer
        taken.append(answer)
    return taken


def of_kind(kind: type[T], answers: Iterable[object]) -> list[T]:
    """Insist that a flow took the whole batch, each with an answer of one kind."""
    taken: list[T] = []
    for answer in answers:
        if not isinstance(answer, kind):
            raise InvariantBroken(f"the world asked for what cannot be: {answer}")
        taken.append(answer)
    return taken
