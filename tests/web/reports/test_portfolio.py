"""Reports of the portfolio say what their views say, in both languages, and nothing is left unsaid."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from html import unescape
from typing import get_args

import pytest

from whiteslip.risk.portfolio import rules
from whiteslip.risk.portfolio.classes import AssetClass, StageWhy
from whiteslip.risk.portfolio.economy import Economy
from whiteslip.risk.portfolio.effect import (
    ByReason,
    Counts,
    Effect,
    Orders,
    Owed,
    Policy,
    PolicyKind,
    granting,
    stopping,
)
from whiteslip.risk.portfolio.loss import Exposure, expect
from whiteslip.risk.portfolio.model import Classed, ClassSum, Cohort, Move, Reached, Rolls, Standing
from whiteslip.views.effects import EffectView
from whiteslip.views.portfolio import ClassView, LossView, RollView, VintageView, loss_terms
from whiteslip.web.reports import portfolio as reports
from whiteslip.web.reports.portfolio import Language, words

ENDS = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
MOVES = (
    Move(Standing.CURRENT, Standing.CURRENT, 900, 90_000_00, 80_000_00),
    Move(Standing.CURRENT, Standing.DAYS_1_30, 100, 10_000_00, 11_000_00),
    Move(Standing.DAYS_1_30, Standing.DAYS_31_60, 30, 3_000_00, 3_100_00),
    Move(Standing.DAYS_1_30, Standing.NOTHING_OWED, 70, 7_000_00, 0),
    Move(Standing.NOT_OPENED, Standing.CURRENT, 12, 0, 600_00),
)
MONTHS = (Rolls(ENDS[0], ENDS[1], MOVES), Rolls(ENDS[1], ENDS[2], MOVES[:3]))
RATES = rules.roll_rates(MONTHS)
TODAY = date(2026, 4, 5)
COUNTS = Counts(
    7,
    8,
    90,
    2,
    3,
    1,
    (ByReason("DLQ-01", 9, 7, 2, 6, 1, 12, 2, 2, 1),),
    (Orders(1, 2, 5, 500_00, 1, 100_00, 4_00),),
    Owed(8, 7, 9_000_00, 1, 1_000_00, 4_000_00, None),
)


def tenth(place: int | None) -> float | None:
    return None if place is None else 0.1


def stopped() -> Effect:
    run = Policy(PolicyKind.RUN, "watch", 3, date(2026, 2, 10))
    return stopping(run, COUNTS, on=TODAY, lost_share=tenth)


def granted() -> Effect:
    return granting(Policy(PolicyKind.CAMPAIGN, "7"), COUNTS, on=TODAY, lost_share=tenth)


def rolls(language: Language) -> str:
    view = RollView(MONTHS, RATES, rules.flows(MONTHS[-1]))
    return reports.rolls_report(view, language=language)


def vintages(language: Language) -> str:
    cohorts = [Cohort(date(2025, month, 1), 40) for month in range(4, 13)]
    reached = [Reached(cohort.opened_in, 30, ENDS[1], 3) for cohort in cohorts]
    view = VintageView(ENDS[-1], rules.vintages(cohorts, reached, ENDS))
    return reports.vintages_report(view, language=language)


def class_view(*, cells: bool = True) -> ClassView:
    classes = tuple(ClassSum(each.label, 3, 900_00, 0, None) for each in AssetClass)
    causes = tuple(
        ClassSum(f"stage {stage}: {why}", 5, 1_000_00, 4, 0.031)
        for stage, why in ((1, "clear"), (1, "unknown"), (2, "score"), (3, "class"))
    )
    cell = Classed(
        "gold", Standing.CURRENT, AssetClass.NORMAL, "days", 1, "clear", 1, 1, 1, 0, 0, 0
    )
    return ClassView(ENDS[-1], 1, classes, (), causes, (cell,) if cells else ())


def classes(language: Language) -> str:
    return reports.classes_report(class_view(), language=language)


def losses(language: Language) -> str:
    found = expect(
        [
            Exposure(name, where, 5, 90_000_00)
            for name in ("gold", "<b>")
            for where in rules.BUCKETS
        ],
        RATES,
        loss_terms(),
    )
    view = LossView(
        ENDS[-1], 2, tuple(found), Economy("unemployment", (), "nobody keeps it", "absent")
    )
    return reports.losses_report(view, language=language)


def effect(language: Language) -> str:
    view = EffectView(stopped(), granted(), stopped().people)
    return reports.effect_report(view, language=language)


def told(page: str) -> str:
    return unescape(re.sub(r"<[^>]*>", " ", page))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("report", [rolls, vintages, classes, losses, effect])
def test_a_report_stands_alone_and_speaks_one_language(
    report: Callable[[Language], str], language: Language
) -> None:
    page = report(language)

    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in page
    for outside in ("<script", "http://", "https://", "<link", "<img"):
        assert outside not in page
    assert "<b>" not in page, "a name is escaped"
    assert "{" not in told(page.split("</style>")[1]), "every fact is filled in"
    chinese = re.search("[\u4e00-\u9fff]", told(page.split("</style>")[1]))
    assert bool(chinese) == (language == "zh")


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (rolls, ("90.0 %", "2026-01-31", "30.0 %")),
        (vintages, ("7.5 %", "2025-04")),
        (classes, ("special mention", "stage 1: no scores to compare, unknown", "3.1 %")),
        (losses, ("downturn", "severe", "Nobody keeps a series unemployment", "stage 3")),
        (effect, ("DLQ-01", "orders lost at most", "400 CNY", "unknown", "run:watch:3:2026-02-10")),
    ],
)
def test_a_report_says_what_its_view_says(
    report: Callable[[Language], str], expected: tuple[str, ...]
) -> None:
    said = told(report("en"))

    for word in expected:
        assert word in said, word


def test_every_name_that_can_be_shown_has_words() -> None:
    names = {figure.name for each in (stopped(), granted()) for figure in each.figures}
    names |= {figure.note for each in (stopped(), granted()) for figure in each.figures} - {""}
    names |= {each.label for each in AssetClass}
    names |= {f"stage 1: {why}" for why in ("clear", "unknown")}
    names |= {f"stage 2: {why}" for why in ("days", "renegotiated", "score")}
    names |= {f"stage 3: {why}" for why in ("days", "class")}
    names |= {f"economy {why}" for why in ("absent", "early", "late", "unfit")}
    names |= {scenario.name for scenario in loss_terms().scenario}

    assert names <= set(words())
    assert len(get_args(StageWhy)) == 6, "a new cause needs words"


def test_an_empty_book_says_so() -> None:
    for page in (
        reports.rolls_report(RollView((), (), ()), language="zh"),
        reports.vintages_report(VintageView(None, ()), language="zh"),
        reports.classes_report(ClassView(None, None, (), (), (), ()), language="zh"),
        reports.losses_report(LossView(None, 0, ()), language="zh"),
    ):
        assert "月末" in told(page)
    assert "not classed yet" in reports.classes_report(class_view(cells=False))
