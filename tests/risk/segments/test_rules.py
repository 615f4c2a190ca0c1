"""What charts and the environment ask for together, and when trouble has passed; the file is read strictly."""

from __future__ import annotations

from datetime import date
from importlib import resources

import pytest

from whiteslip.kernel.errors import InvalidInput
from whiteslip.risk.macro.model import Standing
from whiteslip.risk.macro.store import declared
from whiteslip.risk.segments.model import Judged, Level, Measure, Segment, Unsaid
from whiteslip.risk.segments.reading import read_catalog
from whiteslip.risk.segments.rules import Asks, Trouble, has_passed, speak, speak_of, trouble_of
from whiteslip.risk.segments.store import catalog, conditions
from whiteslip.risk.signals.model import Color, Why

SEGMENT = catalog().segments["self_employed"]
ROLLOUT = catalog().rollout
LOOSENING = catalog().loosening
SINCE = date(2026, 3, 10)
ENDS = [date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]
TEXT = (resources.files("whiteslip.risk.segments") / "data" / "segments.toml").read_text("utf-8")
SERIES = frozenset(declared().series)


def one(level: Level, measure: Measure = Measure.ROLL_TO_OVERDUE, on: date = ENDS[0]) -> Judged:
    why = Unsaid.TOO_FEW if level is Level.UNKNOWN else None
    return Judged("s", measure, on, 9, 99, 1, 1, 1, 1, 1, 4, level, why)


def environment(color: Color | None) -> Standing | None:
    if color is None:
        return None
    why = Why.ABSENT if color is Color.UNKNOWN else None
    return Standing(declared().series["services_index"], color, why, None)


@pytest.mark.parametrize(
    ("level", "color", "asks"),
    [
        (Level.CALM, Color.GREEN, Asks.NOTHING),
        (Level.CALM, None, Asks.NOTHING),
        (Level.LOW, None, Asks.NOTHING),
        (Level.CALM, Color.RED, Asks.WATCH),
        (Level.CALM, Color.UNKNOWN, Asks.UNKNOWN),
        (Level.UNKNOWN, Color.GREEN, Asks.UNKNOWN),
        (Level.UNKNOWN, Color.RED, Asks.WATCH),
        (Level.WARNING, Color.GREEN, Asks.WATCH),
        (Level.WARNING, Color.UNKNOWN, Asks.WATCH),
        (Level.WARNING, Color.RED, Asks.TIGHTEN),
        (Level.OUT, Color.GREEN, Asks.TIGHTEN),
        (Level.OUT, Color.UNKNOWN, Asks.TIGHTEN),
    ],
)
def test_what_is_asked_for(level: Level, color: Color | None, asks: Asks) -> None:
    assert speak([one(level)], environment(color)).asks is asks


@pytest.mark.parametrize(
    ("flow", "color", "asks"),
    [
        (Level.CALM, Color.GREEN, Asks.WATCH),
        (Level.CALM, Color.RED, Asks.TIGHTEN),
        (Level.WARNING, Color.GREEN, Asks.WATCH),
        (Level.OUT, Color.GREEN, Asks.TIGHTEN),
    ],
)
def test_a_stock_that_is_high_alone_asks_to_watch(flow: Level, color: Color, asks: Asks) -> None:
    judged = [one(flow), one(Level.OUT, Measure.THIRTY_PLUS)]

    assert speak(judged, environment(color)).asks is asks


def test_nothing_judged_is_unknown() -> None:
    assert speak([], None).asks is Asks.UNKNOWN


@pytest.mark.parametrize(
    ("levels", "color", "passed"),
    [
        ([Level.OUT, Level.CALM, Level.CALM], Color.GREEN, True),
        ([Level.OUT, Level.CALM, Level.LOW], None, True),
        ([Level.OUT, Level.CALM, Level.CALM], Color.RED, False),
        ([Level.OUT, Level.CALM, Level.CALM], Color.UNKNOWN, False),
        ([Level.CALM, Level.CALM, Level.WARNING], Color.GREEN, False),
        ([Level.CALM, Level.CALM, Level.UNKNOWN], Color.GREEN, False),
        ([Level.CALM], Color.GREEN, False),
    ],
)
def test_when_trouble_has_passed(levels: list[Level], color: Color | None, passed: bool) -> None:
    history = {
        end: [one(level, on=end), one(Level.OUT, Measure.THIRTY_PLUS, end)]
        for end, level in zip(ENDS, levels, strict=False)
    }

    found = has_passed(SEGMENT, history, ROLLOUT, environment(color), since=SINCE)

    assert found is passed


@pytest.mark.parametrize(("hits", "passed"), [(2, True), (3, False)])
def test_a_quiet_month_counts_though_the_average_is_still_high(hits: int, *, passed: bool) -> None:
    limit = one(Level.OUT)._replace(out_of=100, warning_ppm=25_000)
    history = {end: [limit._replace(month_end=end, hits=hits)] for end in ENDS}

    assert has_passed(SEGMENT, history, ROLLOUT, None, since=SINCE) is passed


def test_months_before_the_release_say_nothing_of_its_end() -> None:
    history = {end: [one(Level.CALM, on=end)] for end in ENDS}

    assert has_passed(SEGMENT, history, ROLLOUT, None, since=SINCE)
    assert not has_passed(SEGMENT, history, ROLLOUT, None, since=ENDS[-2])


def test_every_shipped_condition_can_be_read() -> None:
    named = catalog().segments
    assert set(conditions((name, each.when) for name, each in named.items())) == set(named)
    with pytest.raises(InvalidInput, match="the segment"):
        conditions([("wrong", "no_such_feature > 1")])


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("version = 2", "version = 0", "version"),
        ("least_hits            = 5", "least_hits = 5\nmore = 1", "chart"),
        ("least_baseline_months = 4", "least_baseline_months = 14", "chart.least_baseline_months"),
        ("warning_milli         = 2_000", "warning_milli = 3_000", "chart.warning_milli"),
        ("history_months        = 18", "history_months = 5", "chart.history_months"),
        ("holdout_ppm        = 100_000", "holdout_ppm = 0", "rollout.holdout_ppm"),
        ("after_days = 0", "after_days = 1", "rollout.stage"),
        ("share_ppm  = 1_000_000", "share_ppm = 900_000", "rollout.stage"),
        ("after_days = 14", "after_days = 100", "rollout.stage"),
        ("decide_ahead_days  = 14", "decide_ahead_days = 60\n", "rollout.decide_ahead_days"),
        ('macro      = "services_index"', 'macro = "gdp"', "segment.self_employed.macro"),
        ('outcome    = "step_up"', 'outcome = "close"', "segment.new_lines.outcome"),
        (
            'ends_by    = ["roll_to_overdue"]\noutcome    = "step_up"',
            'ends_by = ["thirty_plus"]\noutcome = "step_up"',
            "segment.new_lines.ends_by",
        ),
        (
            'ends_by    = ["roll_to_overdue"]\noutcome    = "step_up"',
            'ends_by = ["default"]\noutcome = "step_up"',
            "segment.new_lines.ends_by",
        ),
    ],
)
def test_a_file_with_a_mistake_is_refused_where_it_is(old: str, new: str, where: str) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    if where == "rollout.decide_ahead_days":
        text = text.replace("review_days        = 90", "review_days = 50")

    with pytest.raises(InvalidInput) as caught:
        read_catalog(text, series=SERIES)

    assert str(caught.value.where).startswith(where)


LOOSENS = SEGMENT._replace(measures=(Measure.ROLL_TO_OVERDUE, Measure.THIRTY_PLUS))


def months(levels: list[Level], *, rate: int = 0) -> dict[date, list[Judged]]:
    """A history of months by level, each by itself better than usual by default."""
    return {
        end: [one(level, on=end)._replace(hits=rate, base_ppm=50_000)]
        for end, level in zip(ENDS, levels, strict=False)
    }


@pytest.mark.parametrize(
    ("levels", "color", "asks"),
    [
        ([Level.LOW] * 3, Color.GREEN, Asks.LOOSEN),
        ([Level.LOW] * 3, Color.YELLOW, Asks.WATCH),
        ([Level.LOW] * 3, Color.RED, Asks.WATCH),
        ([Level.LOW] * 3, Color.UNKNOWN, Asks.UNKNOWN),
        ([Level.LOW] * 3, None, Asks.NOTHING),
        ([Level.LOW, Level.CALM, Level.LOW], Color.GREEN, Asks.NOTHING),
        ([Level.UNKNOWN, Level.LOW, Level.LOW], Color.GREEN, Asks.NOTHING),
        ([Level.WARNING, Level.LOW, Level.LOW], Color.GREEN, Asks.NOTHING),
        ([Level.LOW, Level.LOW, Level.UNKNOWN], Color.GREEN, Asks.UNKNOWN),
        ([Level.LOW, Level.LOW, Level.OUT], Color.GREEN, Asks.TIGHTEN),
    ],
)
def test_only_months_known_to_be_good_ask_for_a_loosening(
    levels: list[Level], color: Color | None, asks: Asks
) -> None:
    spoken = speak_of(LOOSENS, months(levels), environment(color), LOOSENING, until=ENDS[-1])

    assert spoken.asks is asks


def test_control_each_thing_that_speaks_against_a_loosening_does_by_itself() -> None:
    green, good = environment(Color.GREEN), months([Level.LOW] * 3)

    def asks(
        segment: Segment = LOOSENS,
        history: dict[date, list[Judged]] = good,
        *,
        until: date = ENDS[-1],
    ) -> Asks:
        return speak_of(segment, history, green, LOOSENING, until=until).asks

    assert asks() is Asks.LOOSEN
    assert asks(LOOSENS._replace(offer=None)) is Asks.NOTHING
    assert asks(history={end: good[end] for end in ENDS[1:]}) is Asks.NOTHING
    assert asks(history={date(2026, 2, 28): good[ENDS[0]], **{e: good[e] for e in ENDS[1:]}}) is (
        Asks.NOTHING
    )
    stock = one(Level.WARNING, Measure.THIRTY_PLUS, ENDS[0])
    assert asks(history={**good, ENDS[0]: [*good[ENDS[0]], stock]}) is Asks.NOTHING
    assert asks(history=months([Level.LOW] * 3, rate=9)) is Asks.NOTHING  # the month is as usual
    both = LOOSENS._replace(loosens_by=(Measure.ROLL_TO_OVERDUE, Measure.DEFAULT))
    assert asks(both) is Asks.NOTHING  # a flow that is not measured is not low


@pytest.mark.parametrize(
    ("level", "rate", "color", "trouble"),
    [
        (Level.LOW, 0, Color.GREEN, None),
        (Level.CALM, 0, Color.GREEN, None),
        (Level.WARNING, 9, Color.GREEN, Trouble.CHARTS),
        (Level.OUT, 9, Color.GREEN, Trouble.CHARTS),
        (Level.LOW, 9, Color.GREEN, Trouble.USUAL),
        (Level.UNKNOWN, 0, Color.GREEN, Trouble.UNKNOWN),
        (Level.LOW, 0, Color.YELLOW, Trouble.ENVIRONMENT),
        (Level.LOW, 0, Color.UNKNOWN, Trouble.ENVIRONMENT),
        (Level.LOW, 0, None, Trouble.ENVIRONMENT),
    ],
)
def test_what_is_trouble(
    level: Level, rate: int, color: Color | None, trouble: Trouble | None
) -> None:
    history = months([Level.OUT, level], rate=rate)

    assert trouble_of(LOOSENS, history, environment(color), since=ENDS[1]) is trouble


def test_a_segment_that_is_gone_or_offered_nothing_is_trouble_and_no_new_month_is_none() -> None:
    green = environment(Color.GREEN)

    assert trouble_of(None, {}, green, since=SINCE) is Trouble.UNKNOWN
    assert trouble_of(LOOSENS._replace(offer=None), {}, green, since=SINCE) is Trouble.UNKNOWN
    assert trouble_of(LOOSENS, months([Level.OUT]), green, since=ENDS[1]) is None


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("loosen_months = 3", "loosen_months = 1", "loosening.loosen_months"),
        ("highest_level = 1", "highest_level = 3", "loosening.highest_level"),
        ("notice_days   = 3", "notice_days = 0", "loosening.notice_days"),
        ("notice_days   = 3", "notice_days = 3\nwhatever = 1", "loosening"),
        ('loosens_by = ["roll_to_overdue"]', "loosens_by = []", "segment.self_employed.loosens_by"),
        (
            'loosens_by = ["roll_to_overdue"]',
            'loosens_by = ["thirty_plus"]',
            "segment.self_employed.loosens_by",
        ),
        ('macro      = "services_index"\n', "", "segment.self_employed.macro"),
        ("share_ppm = 200_000, ", "share_ppm = 0, ", "segment.self_employed.loosening.share_ppm"),
        ("share_ppm = 200_000, ", "", "segment.self_employed.loosening"),
        (
            "least_minor = 10_000",
            "least_minor = 400_000",
            "segment.self_employed.loosening.least_minor",
        ),
        ('outcome    = "step_up"', 'outcome = "room"', "segment.new_lines.outcome"),
    ],
)
def test_a_mistake_in_what_is_offered_is_refused_where_it_is(
    old: str, new: str, where: str
) -> None:
    assert old in TEXT
    with pytest.raises(InvalidInput) as caught:
        read_catalog(TEXT.replace(old, new, 1), series=SERIES)
    assert caught.value.where is not None
    assert where in str(caught.value) or where.endswith(caught.value.where)
