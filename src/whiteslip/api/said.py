"""Reasons as the API says them: in both languages, with what to do next and the right to object."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from whiteslip.api import answers
from whiteslip.care.notices.model import ReasonText
from whiteslip.kernel.reason import Reason
from whiteslip.views import reasons


class _Words(Protocol):
    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...


def in_both(words: _Words) -> answers.Words:
    """Give a text in both languages."""
    return answers.Words(words.zh, words.en)


def said(given: Iterable[Reason]) -> list[answers.ReasonSaid]:
    """Say reasons in both languages."""
    return [_said(reasons.explain(reason)) for reason in given]


def _said(words: ReasonText) -> answers.ReasonSaid:
    return answers.ReasonSaid(
        words.code,
        says=in_both(words.says),
        next=in_both(words.next),
        right=in_both(words.right),
    )
