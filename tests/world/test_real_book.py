"""The real book's figures against their second computation, and that a wrong one of either is seen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.api import conftest as api
from tests.world.panels import MIXED, history, panel_text, write_panel
from tests.world.test_credit_sample import part_of

from whiteslip.cli.main import app
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import InvalidInput
from whiteslip.world import panel, profiles, raw_book, real_book
from whiteslip.world.expectation import BUCKET, DAYS, OUTSTANDING, expect
from whiteslip.world.facts import facts_of
from whiteslip.world.panel import Panel
from whiteslip.world.raw_book import STANDINGS, RawBook
from whiteslip.world.real_book import Group, Kept, RealBook
from whiteslip.world.real_report import render
from whiteslip.world.real_words import read_cuts, words

module_dsn = api.module_dsn
TAIWAN = profiles.load("taiwan")
PEOPLE = (
    *MIXED,
    history([50_000, 48_000, 46_000, 44_000, 42_000, 40_000], [2_000] * 5, AGE=61),
    history([50_000, 50_000, 0, 0, 0, 0]),
)
"""Two more: one who pays less than the minimum, and one whose refund ends a missed first due after 16 days."""


def silent(_phase: str, _done: int, _whole: int) -> None:
    """Tell nobody how far it is."""


def read(folder: Path) -> Panel:
    return panel.read(write_panel(folder, panel_text(PEOPLE)), TAIWAN)


@pytest.fixture(scope="module")
def kept_too(
    module_dsn: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[RealBook, Kept]]:
    """A small panel lived through once for all, and what the book kept of its month ends."""
    people = read(tmp_path_factory.mktemp("panel"))
    ends = raw_book.recompute(people, TAIWAN).month_ends
    with Database(module_dsn, max_size=4) as database:
        found = real_book.live(database, people, TAIWAN, tell=silent)
        yield found, database.read(lambda db: real_book.read_kept(db, people, ends))


@pytest.fixture
def lived(kept_too: tuple[RealBook, Kept]) -> RealBook:
    return kept_too[0]


def test_every_figure_is_computed_twice_and_agrees(lived: RealBook) -> None:
    assert {one.name: one.differing for one in lived.checks} == {
        "month ends": 0,
        "roll rates": 0,
        "flows": 0,
        "vintages": 0,
        "warnings": 0,
        "segments": 0,
        "losses": 0,
    }
    assert all(one.compared for one in lived.checks)
    assert lived.agrees
    assert sum(rate.lines for rate in lived.rolls.rates) == 5 * len(PEOPLE)
    for one in lived.losses:
        assert one.total.loss_minor == sum(each.loss_minor for each in one.segments)
        assert one.total.loss_minor == sum(each.loss_minor for each in one.stages)
    for by in ("limit", "age", "education", "standing"):
        mine = [one for one in lived.groups if one.by == by]
        assert sum(one.customers for one in mine) == len(PEOPLE)
        assert sum(one.defaulted for one in mine) == 1


def test_numpy_and_the_oracle_say_the_same_on_statement_dates(tmp_path: Path) -> None:
    """Three accounts of a line that share no code: the book, the oracle and the arrays."""
    people = read(tmp_path)
    raw = raw_book.recompute(people, TAIWAN)
    oracle = expect(facts_of(people), TAIWAN, TAIWAN.oracle_terms)

    assert np.array_equal(raw.owed_minor, oracle[:, :, OUTSTANDING])
    on_statement = oracle[:, :, DAYS]
    late = raw.days_late > 0
    assert np.array_equal(raw.days_late[late] + 1, on_statement[late])
    assert oracle[:, :, BUCKET].max() > 0


def shifted(raw: RawBook, **changed: np.ndarray) -> RawBook:
    return replace(raw, **changed)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("fault", ["owed", "late", "missed", "episode"])
def test_control_a_second_computation_that_is_wrong_is_seen(
    kept_too: tuple[RealBook, Kept], fault: str
) -> None:
    lived, kept = kept_too
    people = lived.replayed.panel
    raw = raw_book.recompute(people, TAIWAN)
    one = raw.owed_minor.copy()
    one[2, -1] += 1
    days = raw.days_late.copy()
    days[2, -1] += 40
    planted = {
        "owed": lambda: shifted(raw, owed_minor=one),
        "late": lambda: shifted(raw, days_late=days),
        "missed": lambda: shifted(raw, missed=~raw.missed),
        "episode": lambda: shifted(raw, episode=np.full_like(raw.episode, -1)),
    }[fault]()

    # The very checks of the report, on a wrong account.
    found = {
        "month ends": real_book.check_month_ends(kept, planted).differing,
        "roll rates": real_book.check_rolls(lived.rolls, planted).differing,
        "flows": real_book.check_flows(lived.rolls, planted).differing,
        "warnings": real_book.check_warnings(lived.warnings, planted).differing,
    }

    seen = {name for name, count in found.items() if count}
    assert (
        seen
        >= {
            "owed": {"month ends", "flows"},
            "late": {"month ends", "roll rates", "flows"},
            "missed": {"warnings"},
            "episode": {"warnings"},
        }[fault]
    )


def test_a_chain_by_matrices_is_the_chain_by_hand() -> None:
    """Of the current a tenth gets worse each month and the rest pays: four steps down are a default."""
    counts = np.zeros((len(STANDINGS), len(STANDINGS)), np.int64)
    for place in range(2, 6):
        counts[place, place + 1], counts[place, 1] = 100, 900
    lost = raw_book.losses(
        {2: 10_000_000},
        counts,
        prior_lines=0,
        worsens=[0.0] * 4,
        lost=[0.65] * 8,
        months=(12, 24),
        path=[1.0],
        recoveries=1.0,
    )
    assert lost == round(10_000_000 * 0.1**4 * 0.65)
    worse = raw_book.losses(
        {2: 10_000_000, 9: 100},
        counts,
        prior_lines=0,
        worsens=[0.0] * 4,
        lost=[0.65] * 8,
        months=(12, 24),
        path=[2.0],
        recoveries=0.5,
    )
    assert worse == round(10_000_000 * 0.2**4 * 0.825) + round(100 * 0.825)


def test_an_interval_is_wilsons() -> None:
    low, high = Group("age", 0, 100, 20, 0).interval
    assert (low, high) == pytest.approx((0.1334, 0.2888), abs=1e-4)
    assert Group("age", 0, 0, 0, 0).interval == (0.0, 1.0)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_stands_alone_in_both_languages(lived: RealBook, language: str) -> None:
    page = render(lived, language="zh" if language == "zh" else "en")

    assert not re.search(r"<script|<link|src=|url\(|https?://", page)
    told = words("zh" if language == "zh" else "en")
    for name in ("agrees", "segments_title", "warnings_title", "vintages_say", "losses_title"):
        assert told[name] in page
    assert told["differs"] not in page
    assert "{" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    wrong = replace(lived, checks=(lived.checks[0]._replace(differing=3), *lived.checks[1:]))
    assert told["differs"] in render(wrong, language="zh" if language == "zh" else "en")
    assert not wrong.agrees


def test_its_file_is_read_strictly() -> None:
    from importlib import resources

    body = (resources.files("whiteslip.world") / "data" / "real_book.toml").read_text("utf-8")
    for old, new, cause in (
        ("[25, 30", "[30, 25", "age_edges: the edges do not rise"),
        ('over = "Replay of a recorded portfolio"\n', "", "only one language has"),
        ("least_customers", "least_customer", "least_customer"),
    ):
        assert old in body
        with pytest.raises(InvalidInput, match=cause):
            read_cuts(body.replace(old, new))


@pytest.mark.slow
def test_a_part_of_the_recorded_panel_agrees_figure_by_figure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], recorded_panel: Path
) -> None:
    part = tmp_path / "part.csv"
    part.write_text(part_of(recorded_panel), "utf-8")

    with pytest.raises(SystemExit) as ended:
        app(["real-book", "--panel", str(part), "--out", str(tmp_path), "--json"])

    told = json.loads(capsys.readouterr().out)
    assert ended.value.code == 0, told["checks"]
    assert told["agrees"] is True
    assert {path.name for path in tmp_path.glob("*.html")} == {
        "real-book.zh.html",
        "real-book.en.html",
    }
