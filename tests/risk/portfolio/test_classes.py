"""Classes and stages: the worst that is known decides, what is unknown is said, and the statement is the rule."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from importlib import resources
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import noon
from tests.money import random_rows
from tests.money.random_rows import SEED
from tests.money.twins import rows

from whiteslip.infra.database import Connection
from whiteslip.kernel.calendar import add_months
from whiteslip.kernel.errors import InvalidInput
from whiteslip.risk.portfolio import classes, store
from whiteslip.risk.portfolio.classes import (
    AssetClass,
    ClassTerms,
    Placed,
    Seen,
    class_of,
    has_risen,
    place,
    read_class_terms,
)

TEXT = (resources.files("whiteslip.risk.portfolio") / "data" / "classes.toml").read_text("utf-8")
TERMS = read_class_terms(TEXT)
END = date(2026, 6, 30)
LINES = 3_000

chances = st.none() | st.floats(0, 1)
days = st.integers(0, 800)
seen = st.builds(Seen, days, days, st.none() | days, chances, chances)


@pytest.mark.parametrize(
    ("late", "name"),
    [
        (0, "normal"),
        (1, "special-mention"),
        (90, "special-mention"),
        (91, "substandard"),
        (270, "substandard"),
        (271, "doubtful"),
        (360, "doubtful"),
        (361, "loss"),
    ],
)
def test_classes_begin_where_the_measures_say(late: int, name: str) -> None:
    assert class_of(late, TERMS).label == name


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (Seen(0, 0, None, 0.01, 0.01), (AssetClass.NORMAL, "days", 1, "clear")),
        (Seen(0, 0, None, None, 0.01), (AssetClass.NORMAL, "days", 1, "unknown")),
        (Seen(0, 0, None, 0.01, 0.04), (AssetClass.NORMAL, "days", 2, "score")),
        (Seen(0, 0, None, 0.002, 0.006), (AssetClass.NORMAL, "days", 1, "clear")),
        (Seen(0, 0, None, 0.2, 0.5), (AssetClass.NORMAL, "days", 1, "clear")),
        (Seen(31, 31, None, 0.01, 0.01), (AssetClass.SPECIAL_MENTION, "days", 2, "days")),
        (
            Seen(0, 0, 0, 0.01, 0.01),
            (AssetClass.SPECIAL_MENTION, "renegotiated", 2, "renegotiated"),
        ),
        (Seen(5, 40, 280, None, None), (AssetClass.DOUBTFUL, "renegotiated", 3, "class")),
        (Seen(0, 95, None, 0.01, 0.01), (AssetClass.SUBSTANDARD, "cure", 3, "class")),
        (Seen(300, 300, 95, None, None), (AssetClass.DOUBTFUL, "days", 3, "days")),
    ],
)
def test_the_worst_that_is_known_decides_and_says_why(
    known: Seen, expected: tuple[AssetClass, str, int, str]
) -> None:
    assert place(known, TERMS) == Placed(*expected)  # type: ignore[arg-type]


@given(known=seen)
def test_nothing_that_is_known_makes_a_line_look_better(known: Seen) -> None:
    found = place(known, TERMS)
    alone = place(Seen(known.days, known.days, None, None, None), TERMS)

    assert found.asset_class >= alone.asset_class
    assert found.stage >= alone.stage
    assert (found.stage == 3) == (known.days > 90 or found.asset_class >= AssetClass.SUBSTANDARD)
    if known.worst_observed is not None:
        assert found.asset_class >= AssetClass.SPECIAL_MENTION
        assert found.stage >= 2


@given(opening=chances, latest=chances)
def test_a_missing_score_is_unknown_and_never_clear(
    opening: float | None, latest: float | None
) -> None:
    rose = has_risen(opening, latest, TERMS.score)

    assert (rose is None) == (opening is None or latest is None)
    found = place(Seen(0, 0, None, opening, latest), TERMS)
    assert (found.stage_why == "unknown") == (rose is None)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("doubtful_over_days = 270", "doubtful_over_days = 80", "a worse class begins later"),
        ("stage_3_over_days = 90", "stage_3_over_days = 30", "stage 3 begins after stage 2"),
        ("version = 2", "version = 2\nluck = 1", "luck"),
        ('"deferral", ', '"luck", ', "renegotiated.forms"),
        ("rise_ppm = 3_000_000", "rise_ppm = 3", "rise_ppm"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(old: str, new: str, what: str) -> None:
    assert old in TEXT
    with pytest.raises(InvalidInput, match=what):
        read_class_terms(TEXT.replace(old, new, 1))


@pytest.fixture
def book(db: Connection) -> Connection:
    """Lines with half a year of random month ends, some with scores and some whose terms were eased."""
    rng = np.random.default_rng(SEED)
    random_rows.write_lines(db, rng, random_rows.publish(db), LINES)
    db.execute("UPDATE money.line SET opened_on = '2026-01-05'")
    ends = [add_months(END.replace(day=1), -number + 1) - timedelta(days=1) for number in range(8)]
    late = (0, 0, 0, 1, 20, 30, 31, 60, 90, 91, 200, 271, 361)
    with db.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO money.month_end VALUES (%s, %s, %s, 0, %s, %s)",
            [
                (*line, int(rng.integers(1, 10**6)), end, int(rng.choice(late)))
                for line in keys(db)
                for end in ends
                if rng.random() < 0.7
            ],
        )
        cursor.executemany(
            "INSERT INTO decisioning.score VALUES (%s, %s, 1, %s, %s, NULL, 'behavior', NULL)",
            [
                (*line, on, float(rng.choice((0.001, 0.01, 0.02, 0.03, 0.06, 0.2))))
                for line in keys(db)
                for on in (date(2026, 1, 20), date(2026, 3, 30), END, END + timedelta(days=1))
                if rng.random() < 0.6
            ],
        )
        cursor.executemany(
            "INSERT INTO care.relief (customer_id, relief_id, line_id, amount_minor, fee_minor, moved_at, asked_on,"
            " expires_on, started_on, ends_on, finished_on, needs_approval, stops_fees, pauses_reminders, bars_credit,"
            " form, status, proposed_by, terms, acted_number)"
            " VALUES (%s, %s, %s, 1, 0, %s, %s, %s, %s, %s, %s, false, false, false,"
            " false, %s, 'kept', 'x', '{}', 9)",
            [
                (
                    customer,
                    9,
                    line,
                    noon(on),
                    on,
                    on,
                    on,
                    on,
                    on,
                    str(rng.choice(("promise", "extension"))),
                )
                for customer, line in keys(db)
                if rng.random() < 0.3
                for on in [END - timedelta(days=int(rng.choice((-1, 0, 40, 100, 364, 365, 500))))]
            ],
        )
    return db


def keys(db: Connection) -> list[tuple[int, int]]:
    found = rows(db, "SELECT customer_id, line_id FROM money.line ORDER BY customer_id")
    return [(row.customer_id, row.line_id) for row in found]


def keep(db: Connection, on: date = END) -> int:
    return store.keep_month_classes(db, first=1, last=LINES, business_date=on, at=noon(on))


def kept(db: Connection) -> Counter[Placed]:
    found: Counter[Placed] = Counter()
    for row in rows(db, "SELECT * FROM risk.month_class"):
        where = Placed(AssetClass(row.asset_class), row.class_why, row.stage, row.stage_why)
        found[where] += row.lines
    return found


def by_line(db: Connection, statement: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows(db, statement):
        found.setdefault(row.line_id, []).append(row)
    return found


def expected(db: Connection, terms: ClassTerms) -> Counter[Placed]:
    """Place every line that owes, one by one, from what was known by the month end."""
    ends = by_line(db, "SELECT * FROM money.month_end WHERE month_end <= '2026-06-30'")
    scores = by_line(
        db, "SELECT * FROM decisioning.score WHERE scored_on <= '2026-06-30' ORDER BY scored_on"
    )
    reliefs = by_line(
        db,
        "SELECT * FROM care.relief WHERE form <> 'promise' AND started_on BETWEEN '2025-07-01' AND '2026-06-30'",
    )
    found: Counter[Placed] = Counter()
    for line, its in ends.items():
        now = next((row for row in its if row.month_end == END), None)
        if now is None:
            continue
        lately = [row.days_past_due for row in its if row.month_end > date(2025, 12, 31)]
        watched = min((row.started_on for row in reliefs.get(line, [])), default=None)
        since = watched and watched.replace(day=1) - timedelta(days=1)
        observed = max(
            (row.days_past_due for row in its if since and row.month_end >= since), default=None
        )
        said = scores.get(line, [])
        first = next((row.probability for row in said if row.scored_on <= date(2026, 3, 6)), None)
        last = next(
            (row.probability for row in reversed(said) if row.scored_on > date(2026, 5, 16)), None
        )
        known = Seen(now.days_past_due, max(lately), observed, first, last)
        found[place(known, terms)] += 1
    return found


def test_keep_month_classes_is_the_rule_line_by_line(book: Connection) -> None:
    keep(book)

    assert kept(book) == expected(book, TERMS)
    assert kept(book).total() > 1_500
    assert {one.stage_why for one in kept(book)} == set(classes.StageWhy.__args__)
    assert {one.class_why for one in kept(book)} == set(classes.ClassWhy.__args__)


def test_control_a_threshold_a_day_off_is_seen(book: Connection) -> None:
    keep(book)

    off = read_class_terms(TEXT.replace("stage_2_over_days = 30", "stage_2_over_days = 31", 1))
    assert kept(book) != expected(book, off)
    off = read_class_terms(TEXT.replace("least_rise_ppm = 20_000", "least_rise_ppm = 10_000", 1))
    assert kept(book) != expected(book, off)


def test_what_is_kept_stays_and_other_days_keep_nothing(book: Connection) -> None:
    assert keep(book, END - timedelta(days=1)) == 0
    keep(book)
    before = kept(book)
    book.execute("DELETE FROM decisioning.score")
    book.execute("UPDATE money.month_end SET days_past_due = 0")

    keep(book)

    assert kept(book) == before


def test_control_sums_that_are_not_those_of_the_moves_are_seen(book: Connection) -> None:
    keep(book)
    book.execute(
        "INSERT INTO money.month_move SELECT range_first, sum(lines), 0, sum(owed_minor), month_end, product_id, 2,"
        " place FROM risk.month_class GROUP BY range_first, month_end, product_id, place"
    )
    assert store.odd_month_classes(book, END) == []

    book.execute("UPDATE risk.month_class SET owed_minor = owed_minor + 1 WHERE stage = 3")

    assert len(store.odd_month_classes(book, END)) > 3
