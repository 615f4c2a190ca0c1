"""One person's story in five steps: joining and buying, the bill, the missed due, the reasons, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from whiteslip.views.customers import StoryView
from whiteslip.web import timeline
from whiteslip.web.timeline import Entry

STOPPED: Final = frozenset({"suspended", "restricted"})


def in_five(story: StoryView) -> tuple[tuple[Entry, ...], ...]:
    """Cut the entries of a story, the oldest first, where its next step begins; a step that never came is empty."""
    entries = [
        entry for month in timeline.months(story, newest_first=False) for entry in month.entries
    ]
    begins = [0]
    for starts in (_is_bill, _is_late, _is_stopped, _is_back):
        begins.append(_first(entries, starts, begins[-1]))
    ends = [*begins[1:], len(entries)]
    return tuple(tuple(entries[start:end]) for start, end in zip(begins, ends, strict=True))


def _first(entries: Sequence[Entry], starts: Callable[[Entry], bool], after: int) -> int:
    places = range(after, len(entries))
    return next((place for place in places if starts(entries[place])), len(entries))


def _is_bill(entry: Entry) -> bool:
    return entry.kind == "statement"


def _is_late(entry: Entry) -> bool:
    return entry.kind == "late"


def _is_stopped(entry: Entry) -> bool:
    return entry.kind == "notice" and entry.what.kind in STOPPED


def _is_back(entry: Entry) -> bool:
    return entry.kind == "notice" and entry.what.kind == "restored"
