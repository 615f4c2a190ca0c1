"""Living the life of a line again, from the day it was opened to the day it has reached."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from whiteslip.kernel.errors import invariant
from whiteslip.money.replays.acts import act
from whiteslip.money.replays.days import close_day
from whiteslip.money.replays.facts import Fact, Terms, in_order
from whiteslip.money.replays.life import Life
from whiteslip.money.replays.model import Names


def live(
    terms: Terms,
    facts: Sequence[Fact],
    names: Names,
    *,
    until: date,
) -> Life:
    """Live a line from its opening to a day, letting each fact act on its own day before that day is closed."""
    life = Life(terms, names, terms.opened_on)
    waiting = in_order(facts)
    invariant(all(terms.opened_on <= fact.on for fact in waiting), "nothing was before the opening")
    place = 0
    while True:
        while place < len(waiting) and waiting[place].on <= life.day:
            act(life, waiting[place])
            place += 1
        if life.day >= until:
            break
        close_day(life)
    for fact in waiting[place:]:  # captured on a date the line has not reached
        act(life, fact)
    return life
