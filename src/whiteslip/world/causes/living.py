"""Living the stories: all of them in one world and one time, each going on when its day comes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from datetime import date, timedelta
from heapq import heappop, heappush
from typing import NamedTuple

from whiteslip.flows.check_books import check_books
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.world.causes.calling import StoryBroken
from whiteslip.world.causes.life import Life
from whiteslip.world.causes.model import Row, Story, judge
from whiteslip.world.causes.sandbox import Sandbox


class Lived(NamedTuple):
    """What became of the stories, in their order, and what is wrong with the books after them."""

    rows: list[Row]
    problems: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        """Tell whether every story kept what it promises, and the books balance."""
        return not self.problems and not any(row.faults for row in self.rows)


def live(
    town: Sandbox,
    stories: Sequence[Story],
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> Lived:
    """Live stories side by side until the last has ended; one that breaks does not end the others."""
    lives = [Life(town, story) for story in stories]
    waiting: list[tuple[date, int, Generator[date] | None]] = []
    for place, life in enumerate(lives):
        heappush(waiting, (town.today + timedelta(days=life.story.begins_on_day), place, None))
    turn = len(lives)
    places = {place: place for place in range(len(lives))}
    while waiting:
        on, number, play = heappop(waiting)
        progress(f"{on:%Y-%m-%d}, {len(waiting) + 1} stories under way")
        town.live_until(on)
        life = lives[places[number]]
        following = _go_on(life, play)
        if following is not None:
            places[turn] = places[number]
            heappush(waiting, (following[0], turn, following[1]))
            turn += 1
    for life in lives:
        life.row.faults.extend(judge(life.row))
    return Lived([life.row for life in lives], tuple(town.database.read(check_books).problems))


def _go_on(life: Life, play: Generator[date] | None) -> tuple[date, Generator[date]] | None:
    """Let a story go on for a day; return when it goes on again, None when it has ended."""
    playing = life.story.play(life) if play is None else play
    try:
        on = max(next(playing), life.today)
    except StopIteration:
        _end(life)
        return None
    except (StoryBroken, WhiteslipError, OSError, KeyError, IndexError) as error:
        life.row.faults.append(f"broke on {life.today}: {type(error).__name__}: {error}")
        _end(life)
        return None
    return on, playing


def _end(life: Life) -> None:
    try:
        life.ends()
    except (StoryBroken, OSError) as error:
        life.row.faults.append(f"could not be looked over: {error}")
