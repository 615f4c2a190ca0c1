"""What is going to happen in a world, written down before it begins: purchases, new phones, and who stops paying."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from whiteslip.world.shoppers import NEVER, Ints, Shoppers
from whiteslip.world.threats.labels import Episode, Hand, Kind
from whiteslip.world.threats.terms import Terms

ORDINARY = -1
"""The episode of what nobody planted."""
_LARGEST_NUMBER = 2**62


class Intent(NamedTuple):
    """A purchase somebody is going to try, at a minute of a day.

    `amount_minor` is fixed, or 0: then it is `share` of what is available by then, rounded down to a
    multiple of `step_minor`. A device or an address of 0 is the person's own at the time.
    """

    minute: int
    who: int
    shop: int
    amount_minor: int
    share: float
    step_minor: int
    months: int
    device: int
    address: int
    hand: Hand = Hand.OWNER
    episode: int = ORDINARY


class Change(NamedTuple):
    """From a day on a person uses another device, or has goods sent elsewhere; 0 leaves it as it is."""

    who: int
    device: int
    address: int


class Sight(NamedTuple):
    """The owner of a line sees on a day what a thief bought, and locks the line."""

    who: int
    episode: int


class Dice:
    """Draws by the pairs of the assumptions."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def count(self, pair: tuple[int, int]) -> int:
        """Draw a whole number of a range, both ends included."""
        return int(self.rng.integers(pair[0], pair[1] + 1))

    def between(self, pair: tuple[float, float]) -> float:
        """Draw a number of a range."""
        return float(self.rng.uniform(*pair))

    def happens(self, share: float) -> bool:
        """Throw once."""
        return bool(self.rng.random() < share)

    def number(self) -> int:
        """Draw the number of a new phone, flat or card: what it is for cannot be told from it."""
        return int(self.rng.integers(1, _LARGEST_NUMBER))

    def pick(self, values: Ints | list[int]) -> int:
        """Pick one."""
        return int(values[int(self.rng.integers(len(values)))])

    def pick_text(self, values: tuple[str, ...]) -> str:
        """Pick a word."""
        return values[int(self.rng.integers(len(values)))]

    def of_rate(self, a_thousand: float, people: int, years: float) -> int:
        """Draw how many of something there are in a world of so many people and years."""
        return int(self.rng.poisson(a_thousand * people / 1_000 * years))


@dataclass(slots=True)
class Town:
    """Its shops by number: so many a category, then those that connive."""

    categories: tuple[str, ...]
    shops_a_category: int
    conniving: int

    def shop(self, category: str, place: int) -> int:
        """Return the number of a shop of a category."""
        return self.categories.index(category) * self.shops_a_category + place

    @property
    def ordinary(self) -> int:
        """How many shops do not connive."""
        return len(self.categories) * self.shops_a_category

    @property
    def shops(self) -> int:
        """How many there are."""
        return self.ordinary + self.conniving


@dataclass(slots=True)
class Plan:
    """All that is going to happen, by day; `quits` is the day from which a person pays nothing more.

    `criminals` own lines they opened to empty them; whose line is taken over by another is none.
    """

    terms: Terms
    shoppers: Shoppers
    town: Town
    days: int
    device: Ints
    address: Ints
    phone: Ints
    applied_from: Ints
    card: Ints
    network: Ints
    own_minute: Ints
    quits: Ints = field(init=False)
    free: set[int] = field(default_factory=set[int])
    grouped: set[int] = field(default_factory=set[int])
    criminals: set[int] = field(default_factory=set[int])
    episodes: list[Episode] = field(default_factory=list[Episode])
    intents: defaultdict[int, list[Intent]] = field(
        default_factory=lambda: defaultdict[int, list[Intent]](list)
    )
    changes: defaultdict[int, list[Change]] = field(
        default_factory=lambda: defaultdict[int, list[Change]](list)
    )
    sights: defaultdict[int, list[Sight]] = field(
        default_factory=lambda: defaultdict[int, list[Sight]](list)
    )
    passes: dict[int, bool] = field(default_factory=dict[int, bool])
    gives_up: dict[int, int] = field(default_factory=dict[int, int])

    def __post_init__(self) -> None:
        self.quits = np.full(len(self.shoppers), NEVER, np.int64)
        self.free = set(range(len(self.shoppers)))

    def begin(self, kind: Kind, who: tuple[int, ...], first: int, last: int) -> int:
        """Write down an episode and return its number."""
        self.episodes.append(Episode(kind, who, first, min(last, self.days - 1)))
        return len(self.episodes) - 1

    def intend(self, day: int, intent: Intent) -> None:
        """Write down a purchase; what would come after the end does not come."""
        if day < self.days:
            self.intents[day].append(intent)

    def change(self, day: int, change: Change) -> None:
        """Write down a new device or address."""
        if day < self.days:
            self.changes[day].append(change)

    def take(self, dice: Dice, count: int, *, joined_by: int) -> list[int]:
        """Choose people who joined by a day and to whom nothing happens yet; fewer where there are no more."""
        able = np.array(sorted(self.free), np.int64)
        able = able[self.shoppers.joins[able] <= joined_by]
        chosen = dice.rng.choice(able, min(count, len(able)), replace=False)
        self.free -= {int(one) for one in chosen}
        return [int(one) for one in chosen]
