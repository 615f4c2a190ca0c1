"""A live model scores every line as of the last closed day, and the checkout goes by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from tests.builders import Book, founded

from whiteslip.decisioning.models import store as models
from whiteslip.decisioning.models.model import Absence
from whiteslip.decisioning.samples.model import NumberColumn, Sample
from whiteslip.decisioning.scorecards.fitting import fit
from whiteslip.decisioning.scorecards.model import Scorecard
from whiteslip.flows.score_lines import score_lines
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.ids import OwnedId
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.purchases.model import Declined
from whiteslip.views.decisions import explain


@pytest.fixture
def book(database: Database) -> Book:
    return founded(database)


def card(name: str) -> Scorecard:
    """A card by which whoever uses much of the limit is likely to default."""
    rng = np.random.default_rng(3)
    use = rng.random(4000)
    sample = Sample((NumberColumn(name, use),), rng.random(4000) < np.where(use > 0.5, 0.8, 0.02))
    return fit(sample, reasons={name: ReasonCode.HIGH_UTILIZATION}).scorecard


def released(book: Book, model: Scorecard) -> None:
    """Register a model, have it approved and release it."""
    at = book.at
    name, version = model.name, model.version
    book.write(lambda db: models.draft(db, model, fitted_on=at.date(), figures={}, by="ann", at=at))
    book.write(lambda db: models.approve(db, name, version, by="bob", at=at))
    book.write(lambda db: models.release(db, name, version, by="bob", at=at))


def test_who_is_likely_to_default_is_declined_by_the_next_morning(book: Book) -> None:
    shop, full, light = book.shop(), book.line(100_000), book.line(100_000)
    book.buy(full, 70_000, at_shop=shop)
    book.buy(light, 10_000, at_shop=shop)
    released(book, behavior())
    book.close_day()

    report = score_lines(book.database, model="behavior")
    again = score_lines(book.database, model="behavior")

    assert (report.lines, report.as_of) == (2, book.today - timedelta(days=1))
    assert again == report
    refused = book.ask(full, 25_000, at_shop=shop)
    assert isinstance(refused, Declined)
    assert [reason.code for reason in refused.reasons] == ["CAP-02"]
    book.hold(light, 25_000, at_shop=shop)
    told = book.database.read(
        lambda db: explain(db, OwnedId(refused.customer_id, refused.purchase_id))
    )
    assert told.agrees
    assert [one.seen.facts for one in told.scores] == [{"utilization": 0.7}]


def behavior(version: int = 1, reads: str = "utilization") -> Scorecard:
    """The card under the name the checkout goes by."""
    return replace(card(reads), name="behavior", version=version)


def test_a_truth_a_score_was_made_of_can_be_read_again(book: Book) -> None:
    """A card learns a truth as 0 or 1; kept otherwise, it would break the explanation, and the checkout with it."""
    shop, line = book.shop(), book.line(100_000)
    book.buy(line, 50_000, at_shop=shop)
    book.close_until(date(2026, 2, 1))
    rng = np.random.default_rng(3)
    full = rng.integers(0, 2, 4000).astype(np.float64)
    sample = Sample(
        (NumberColumn("paid_in_full", full),), rng.random(4000) < np.where(full == 0, 0.8, 0.02)
    )
    reasons = {"paid_in_full": ReasonCode.DEFAULT_LIKELY}
    released(book, replace(fit(sample, reasons=reasons).scorecard, name="behavior", version=1))
    book.close_until(date(2026, 2, 3))
    book.pay(line, 10_000)
    book.close_until(date(2026, 2, 10))
    score_lines(book.database, model="behavior")

    refused = book.ask(line, 25_000, at_shop=shop)

    assert isinstance(refused, Declined)
    told = book.database.read(
        lambda db: explain(db, OwnedId(refused.customer_id, refused.purchase_id))
    )
    assert told.agrees
    assert [one.seen.facts for one in told.scores] == [{"paid_in_full": 0}]


def test_without_a_model_nothing_is_scored_and_the_report_says_so(book: Book) -> None:
    book.line()

    report = score_lines(book.database, model="behavior")

    assert (report.lines, report.version) == (0, 0)
    assert "no model 'behavior' is live" in report.fault
    assert report.absence is Absence.MISSING


def test_a_changed_model_is_no_model(book: Book) -> None:
    book.line()
    released(book, behavior(version=7))
    book.write(lambda db: db.execute("UPDATE decisioning.model SET body = body || ' '"))

    report = score_lines(book.database, model="behavior")

    assert report.lines == 0
    assert "not as it was registered" in report.fault
    assert report.absence is Absence.CHANGED


def test_a_model_of_what_is_no_feature_is_refused(book: Book) -> None:
    released(book, behavior(reads="shoe_size"))

    with pytest.raises(InvalidInput, match="shoe_size"):
        score_lines(book.database, model="behavior")
