"""Reasons as the API says them: in both languages, with what to do next and the right to object."""

from __future__ import annotations

from collections.abc import Iterable

from whiteslip.api import answers
from whiteslip.care.notices.model import ReasonText, Words
from whiteslip.kernel.reason import Reason
from whiteslip.views import reasons


def said(given: Iterable[Reason]) -> list[answers.ReasonSaid]:
    """Say reasons in both languages."""
    return [_said(reasons.explain(reason)) for reason in given]


def _said(words: ReasonText) -> answers.ReasonSaid:
    return answers.ReasonSaid(
        words.code,
        says=_words(words.says),
        next=_words(words.next),
        right=_words(words.right),
    )


def _words(words: Words) -> answers.Words:
    return answers.Words(words.zh, words.en)
