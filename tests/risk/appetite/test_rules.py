"""Holding figures against limits: what is unknown is never within, and a pass covers no worse figure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.risk.appetite.words import appetite, cell, found

from whiteslip.kernel.errors import Conflict, InvalidInput
from whiteslip.risk.appetite import rules
from whiteslip.risk.appetite.model import (
    Checked,
    Figure,
    Finding,
    Held,
    Kind,
    Measure,
    Pass,
    Side,
    Subject,
    Why,
)

AT = datetime(2026, 3, 1, tzinfo=UTC)
DRAFT = Subject(Kind.DRAFT, "watch", 2)
STRICT = appetite(least_count=10, suspended=50_000, suspended_a_day=20_000)
MEASURES = st.sampled_from(list(Measure))


def held(figure: Figure, limit_ppm: int = 50_000) -> Finding:
    limit = STRICT.limits[figure.measure]._replace(ppm=limit_ppm)
    return rules.hold(figure, limit)


def check(*figures: Figure, passes: tuple[Pass, ...] = ()) -> Checked:
    wanted = rules.MEASURES[Kind.DRAFT]
    return rules.check(DRAFT, figures, STRICT, wanted=wanted, passes=passes, needed=2)


def passed(value_ppm: int | None, actor: str) -> Pass:
    return Pass(Measure.SUSPENDED, value_ppm, actor, "known", AT)


@pytest.mark.parametrize(
    ("hits", "out_of", "expected"),
    [
        (5, 100, Held.WITHIN),
        (6, 100, Held.BEYOND),
        (50_001, 1_000_000, Held.BEYOND),
        (500_001, 10_000_000, Held.BEYOND),  # a tenth of a ppm beyond is beyond
        (0, 100, Held.WITHIN),
        (0, 9, Held.UNKNOWN),
        (9, 9, Held.UNKNOWN),
    ],
)
def test_a_share_is_within_up_to_its_limit_and_too_few_conclude_nothing(
    hits: int, out_of: int, expected: Held
) -> None:
    assert held(Figure(Measure.SUSPENDED, hits, out_of, out_of)).held is expected


def test_coverage_must_not_fall_below_its_limit() -> None:
    figures = [Figure(Measure.LIQUIDITY_COVERAGE, hits, 100, 100) for hits in (119, 120)]

    assert [held(each, 1_200_000).held for each in figures] == [Held.BEYOND, Held.WITHIN]


@given(
    measure=MEASURES,
    hits=st.integers(0, 10**12) | st.none(),
    out_of=st.integers(0, 10**12),
    cases=st.integers(0, 1000),
)
def test_only_a_known_figure_on_the_right_side_is_within(
    measure: Measure, hits: int | None, out_of: int, cases: int
) -> None:
    finding = rules.hold(Figure(measure, hits, out_of, cases), STRICT.limits[measure])

    if finding.held is Held.WITHIN:
        assert hits is not None
        assert cases >= STRICT.limits[measure].least_count
        most = finding.limit.side is Side.MOST
        exact, limit = hits * 1_000_000, finding.limit.ppm * out_of
        assert exact <= limit if most else exact >= limit
    assert (finding.why is not None) is (finding.held is Held.UNKNOWN)


def test_a_measure_that_was_not_taken_is_unknown() -> None:
    checked = check()

    assert [one.held for one in checked.findings] == [Held.UNKNOWN] * 4
    assert {one.why for one in checked.findings} == {Why.ABSENT}
    assert checked.unknown == checked.findings
    assert checked.refusing == ()


def test_what_is_unknown_refuses_where_the_limit_says_so() -> None:
    used = appetite(least_count=1, expected_loss_unknown="refuse")
    checked = rules.check(DRAFT, [], used, wanted=rules.MEASURES[Kind.DRAFT], needed=2)

    assert [one.limit.measure for one in checked.refusing] == [Measure.EXPECTED_LOSS]
    with pytest.raises(Conflict, match=r"expected_loss is unknown \(absent\), most 6 % is allowed"):
        rules.insist(checked)


def test_a_refusal_names_the_limit_and_both_figures() -> None:
    checked = check(Figure(Measure.SUSPENDED, 8, 100, 100))

    with pytest.raises(
        Conflict, match=r"watch 2 is not within appetite 1: suspended is 8 %, most 5 % is allowed"
    ):
        rules.insist(checked)
    rules.insist(check(Figure(Measure.SUSPENDED, 5, 100, 100)))


def test_two_people_pass_a_limit_and_one_twice_do_not() -> None:
    figure = Figure(Measure.SUSPENDED, 8, 100, 100)
    one, again, other = passed(80_000, "ann"), passed(80_000, "ann"), passed(80_000, "bo")

    assert len(check(figure, passes=(one, again)).refusing) == 1
    through = check(figure, passes=(one, other))
    assert through.refusing == ()
    assert [each.limit.measure for each in through.passed] == [Measure.SUSPENDED]


@given(value=st.integers(0, 1_000_000), now=st.integers(50_001, 1_000_000))
def test_a_pass_covers_no_worse_figure(value: int, now: int) -> None:
    both = (passed(value, "ann"), passed(value, "bo"))
    checked = check(Figure(Measure.SUSPENDED, now, 1_000_000, 1_000_000), passes=both)

    assert bool(checked.refusing) is (now > value)


def test_a_pass_of_a_known_figure_does_not_cover_an_unknown_one() -> None:
    finding = held(Figure(Measure.SUSPENDED, None, 0, 0, why=Why.ABSENT))

    assert rules.missing_passes(finding, [passed(1, "ann"), passed(1, "bo")], needed=2) == 2
    assert rules.missing_passes(finding, [passed(None, "ann"), passed(None, "bo")], needed=2) == 0


@dataclass(frozen=True)
class Word:
    by: str = "ann"
    note: str = "a holiday, and we know them"
    measure: Measure = Measure.SUSPENDED


@pytest.mark.parametrize(
    ("word", "kind", "cause"),
    [
        (Word(note="  "), InvalidInput, "say why"),
        (Word(by="Writer "), Conflict, "writer wrote watch 2"),
        (Word(by="Bo"), Conflict, "bo passed suspended already"),
        (Word(measure=Measure.FALSE_POSITIVE), Conflict, "does not stand in the way"),
    ],
)
def test_who_may_not_pass_a_limit(word: Word, kind: type[Exception], cause: str) -> None:
    passes = (passed(80_000, "bo"),)
    checked = check(Figure(Measure.SUSPENDED, 8, 100, 100), passes=passes)

    with pytest.raises(kind, match=cause):
        rules.check_pass(
            checked, word.measure, passes, by=word.by, note=word.note, authors=("writer",)
        )


def test_the_figures_of_a_draft_are_what_its_backtest_found() -> None:
    evidence = found(
        stopped=cell(40, 4_000, 40, 30, 3_000), left=cell(960, 96_000, 960, 48, 9_600), before=10
    )

    told = {one.measure: one for one in rules.draft_figures(evidence, STRICT, lost_ppm=500_000)}

    assert told[Measure.SUSPENDED][1:4] == (40, 1000, 1000)
    assert told[Measure.SUSPENDED_A_DAY][1:4] == (30, 1000, 1000)
    assert told[Measure.FALSE_POSITIVE][1:4] == (10, 40, 40)
    assert told[Measure.EXPECTED_LOSS][1:4] == (4_800, 96_000, 960)


def test_endings_that_are_too_young_tell_no_rates() -> None:
    evidence = found(stopped=cell(40, 4_000, 20, 15, 1_500), left=cell(960, 96_000, 860, 1, 1))

    told = {one.measure: one for one in rules.draft_figures(evidence, STRICT, lost_ppm=500_000)}

    assert told[Measure.SUSPENDED].hits == 40
    assert told[Measure.FALSE_POSITIVE].why is told[Measure.EXPECTED_LOSS].why is Why.TOO_YOUNG


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        (None, Why.NO_BACKTEST),
        ({"cases": 9}, Why.UNREADABLE),
        ({"whole": cell(), "after": {}, "swap": {}}, Why.UNREADABLE),
        ({"whole": 3, "after": [], "swap": None}, Why.UNREADABLE),
        (found(stopped=cell(-1), left=cell()), Why.UNREADABLE),
        (found(stopped=cell(40), left=cell(1)) | {"whole": cell() | {"bad": "1"}}, Why.UNREADABLE),
    ],
)
def test_a_backtest_of_another_form_is_unknown_and_not_harmless(
    evidence: dict[str, object] | None, why: Why
) -> None:
    told = rules.draft_figures(evidence, STRICT, lost_ppm=650_000)

    assert {one.why for one in told} == {why}
    assert {one.hits for one in told} == {None}


def test_a_book_that_judges_requests_is_held_against_its_loss_alone() -> None:
    assert rules.draft_measures(suspends=False) == (Measure.EXPECTED_LOSS,)
    assert Measure.FALSE_POSITIVE in rules.draft_measures(suspends=True)
