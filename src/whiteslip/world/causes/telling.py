"""All stories there are, in the order of the table."""

from __future__ import annotations

from typing import Final

from whiteslip.world.causes.model import Story
from whiteslip.world.causes.stories import applying, arrears, faults, fraud, limits, others, own

STORIES: Final[tuple[Story, ...]] = (
    *arrears.STORIES,
    *limits.STORIES,
    *fraud.STORIES,
    *applying.STORIES,
    *others.STORIES,
    *own.STORIES,
    *faults.STORIES,
)
