"""Figures come from the product, citations name the clause, and a version binds only as was agreed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.credit.agreements.versions import newest, text_of

from whiteslip.credit.agreements import figures, rules
from whiteslip.credit.agreements.model import PROMISES, Agreement, Bound, Name
from whiteslip.credit.agreements.reading import read
from whiteslip.kernel.errors import InvariantBroken
from whiteslip.kernel.reason import Reason, ReasonCode
from whiteslip.money.products.costs import flat_fee_cost
from whiteslip.money.products.model import CapBasis, PlanOffer, Product
from whiteslip.money.products.rules import parse
from whiteslip.money.products.store import shipped
from whiteslip.money.schedules.rules import installments

ON = date(2026, 3, 1)
PANEL, PAY_LATER = (parse(text, product_id=number) for number, text in enumerate(shipped()))
CREDIT = read(text_of(), agreement_id=7)
NEWEST = read(newest())


def written(product: Product, language: str) -> str:
    filled = rules.fill(CREDIT, figures.of_product(product), language=language)
    return rules.letter("", filled)


def test_the_figures_are_those_of_the_product_of_the_line() -> None:
    dear = replace(PAY_LATER, late_fee_ppm=450, grace_days=3, due_days=10, minimum_ppm=125_000)

    assert "日费率为 0.05%；没有宽限期" in written(PAY_LATER, "zh")
    assert "日费率为 0.045%；前 3 天不计违约金" in written(dear, "zh")
    assert "The due date is 10 days after the statement" in written(dear, "en")
    assert "11 to 41 free days" in written(dear, "en")
    assert "The minimum is 12.5% of" in written(dear, "en")
    assert "3 months at 0.5% a month; 6 months at 0.6% a month" in written(PAY_LATER, "en")


def test_a_product_without_plans_or_in_another_currency_is_told_as_it_is() -> None:
    bare = written(replace(PANEL, plans=(), cap_basis=CapBasis.COMPOUND), "en")

    assert "are: none." in bare
    assert "at most TWD 2000000.00" in bare
    assert "24% a year (compound)" in bare
    assert "最高 2000000.00 TWD" in written(PANEL, "zh")


@pytest.mark.parametrize("language", rules.LANGUAGES)
@pytest.mark.parametrize("product", [PANEL, PAY_LATER], ids=lambda product: product.name)
def test_nothing_stays_unfilled(language: str, product: Product) -> None:
    assert "{" not in written(product, language)


def test_there_is_no_third_language() -> None:
    with pytest.raises(InvariantBroken, match="not written in 'fr'"):
        rules.fill(CREDIT, figures.of_product(PAY_LATER), language="fr")


def test_a_percentage_has_as_many_decimals_as_it_needs() -> None:
    told = [figures.percent(rate) for rate in (0, 1, 500, 5_000, 10_000, 240_000, 1_000_000)]

    assert told == ["0%", "0.0001%", "0.05%", "0.5%", "1%", "24%", "100%"]


@given(
    amount=st.integers(10_000, 10**9),
    offer=st.sampled_from(PAY_LATER.plans),
    on=st.dates(date(2026, 1, 1), date(2030, 12, 31)),
    day=st.integers(1, 28),
)
def test_a_plan_tells_every_due_and_adds_up(
    amount: int, offer: PlanOffer, on: date, day: int
) -> None:
    rows = installments(amount, PAY_LATER, offer.months, statement_day=day, on=on)
    cost = flat_fee_cost(offer.months, offer.monthly_fee_ppm)
    plan = figures.Plan(offer, cost, "order", on, rows)

    told = figures.of_plan(plan, "CNY")
    assert plan.principal_minor == amount
    assert plan.total_minor == amount + offer.months * rows[0].fee_minor
    assert len(told["schedule"].zh.splitlines()) == offer.months
    for row, zh, en in zip(
        rows, told["schedule"].zh.splitlines(), told["schedule"].en.splitlines(), strict=True
    ):
        assert str(row.due_on) in zh
        assert str(row.due_on) in en
    text = rules.fill(
        read(text_of(Name.PLAN)), {**figures.of_product(PAY_LATER), **told}, language="en"
    )
    assert not any("{" in clause.text for clause in text)


def test_the_family_of_the_first_reason_goes_before_the_general_clause() -> None:
    late, fraud = Reason(ReasonCode.OVERDUE), Reason(ReasonCode.TAKEOVER)

    def clause(what: str, *reasons: Reason) -> int | None:
        found = rules.cite(CREDIT, what, reasons)
        return None if found is None else found.clause

    assert clause("suspended", late) == 8
    assert clause("suspended", fraud, late) == 9
    assert clause("restricted", Reason(ReasonCode.CONSENT)) == 11
    assert clause("limit_cut", late) == 2
    assert clause("suspended") == 9
    assert clause("restored") is None


def test_a_citation_names_agreement_clause_and_version() -> None:
    cited = rules.cite(CREDIT._replace(version=3), "limit_cut")

    assert cited is not None
    assert (cited.agreement_id, cited.clause) == (7, 2)
    assert cited.words.zh == "依据《信用赊购协议》（第 3 版）第 2 条“额度及其调整”。"
    assert cited.words.en == (
        "Under clause 2, “The limit, and how it moves”, of the credit agreement, version 3."
    )


def test_another_version_than_the_live_one_is_refused_naming_it() -> None:
    live = CREDIT._replace(version=4)

    assert rules.check_version(None, live) is None
    assert rules.check_version(4, live) is None
    for wrong in (3, 5):
        refused = rules.check_version(wrong, live)
        assert refused is not None
        assert "version 4 is" in str(refused)
        assert refused.where == "agreement_version"


FLAGS = st.lists(st.booleans(), min_size=1, max_size=8)


def chain(flags: list[bool]) -> list[Agreement]:
    """Versions from 1 on, each with whether it needs accepting."""
    numbers = count(1)
    return [CREDIT._replace(version=next(numbers), needs_acceptance=flag) for flag in flags]


@given(flags=FLAGS, data=st.data())
def test_a_version_binds_by_notice_only_if_no_step_up_to_it_needs_accepting(
    flags: list[bool], data: st.DataObject
) -> None:
    versions = chain(flags)
    bound_by = data.draw(st.integers(0, len(flags)))

    day = rules.effective_on(bound_by, versions, on=ON)

    may = not any(flags[bound_by:])
    assert day == (ON + timedelta(days=CREDIT.notice_days) if may else None)


def test_control_a_favorable_version_does_not_carry_an_older_one_along() -> None:
    versions = chain([True, True, False])

    assert rules.effective_on(1, versions, on=ON) is None, "version 2 was never accepted"
    assert rules.effective_on(2, versions, on=ON) == date(2026, 3, 31)


def test_a_promise_that_is_not_kept_is_named() -> None:
    kept = dict(NEWEST.promises)

    assert rules.broken_promises(NEWEST, kept) == rules.broken_promises(CREDIT, kept) == []
    for name, bound in PROMISES.items():
        better, worse = (1, -1) if bound is Bound.LEAST else (-1, 1)
        assert rules.broken_promises(NEWEST, {**kept, name: kept[name] + better}) == []
        assert rules.broken_promises(NEWEST, {**kept, name: kept[name] + worse}) == [name]
    assert rules.broken_promises(NEWEST, {}) == list(NEWEST.promises)
