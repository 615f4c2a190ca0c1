"""What a campaign may promise and grants: never above its budget, in order, and only along its table of states."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import resources
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.credit.campaigns import rules, segment
from whiteslip.credit.campaigns.model import Campaign, Candidate, Command, Draft, Status
from whiteslip.credit.campaigns.store import guards
from whiteslip.decisioning.rulebooks.model import InputType
from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed

ON = date(2026, 6, 1)
DRAFT = Draft(
    "618",
    "utilization < 0.5",
    200_000,
    10_000,
    500_000,
    ON,
    ON + timedelta(days=20),
    1_000_000,
    "ann",
)
KNOWN = {
    "utilization": InputType.RATIO,
    "late_days_12m": InputType.INT,
    "paid_in_full": InputType.BOOL,
}
SHIPPED = (resources.files("whiteslip.credit.campaigns") / "data" / "campaigns.toml").read_text(
    "utf-8"
)
CANDIDATES = st.lists(
    st.tuples(st.integers(0, 20_000_000), st.integers(0, 1_000_000), st.integers(0, 20_000_000)),
    max_size=30,
).map(lambda some: [Candidate(n, n, *one) for n, one in enumerate(some, start=1)])


def campaign(**changes: object) -> Campaign:
    drafted = Campaign(
        1,
        "618",
        DRAFT.segment,
        DRAFT.share_ppm,
        DRAFT.least_minor,
        DRAFT.most_minor,
        DRAFT.starts_on,
        DRAFT.ends_on,
        DRAFT.budget_minor,
        0,
        0,
        Status.RUNNING,
        "ann",
    )
    return drafted._replace(**changes)


@given(candidates=CANDIDATES, budget=st.integers(10_000, 5_000_000), granted=st.integers(0, 10_000))
def test_grants_never_sum_above_what_is_left(
    candidates: list[Candidate], budget: int, granted: int
) -> None:
    one = campaign(budget_minor=budget, granted_minor=granted)

    grants, is_spent = rules.grant(one, candidates)

    assert sum(each.amount_minor for each in grants) <= one.left_minor
    by_line = {each.line_id: each for each in candidates}
    for each in grants:
        line = by_line[each.line_id]
        assert one.least_minor <= each.amount_minor <= one.most_minor
        assert (
            line.fixed_limit_minor + line.temporary_limit_minor + each.amount_minor
            <= line.cap_minor
        )
    lines = [each.line_id for each in grants]
    assert lines == sorted(lines), "in the order given"
    fitting = [each.line_id for each in candidates if rules.amount_of(one, each)]
    assert lines == fitting[: len(lines)], "nobody is passed over"
    assert is_spent or lines == fitting


def test_control_a_grant_past_the_budget_would_be_seen() -> None:
    rich = [Candidate(n, n, 1_000_000, 0, 20_000_000) for n in range(1, 9)]
    grants, is_spent = rules.grant(campaign(budget_minor=500_000), rich)

    assert (len(grants), is_spent) == (2, True)
    assert sum(rules.amount_of(campaign(), each) for each in rich) > 500_000, (
        "all of them would not fit"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"starts_on": ON - timedelta(days=1)},
        {"ends_on": ON},
        {"ends_on": ON + timedelta(days=46)},
        {"share_ppm": 500_001},
        {"share_ppm": -1},
        {"least_minor": 0},
        {"least_minor": 500_001},
        {"most_minor": 1_000_001},
        {"budget_minor": 9_999},
        {"budget_minor": 100_000_000_001},
    ],
)
def test_control_what_no_campaign_may_promise_is_refused(change: dict[str, object]) -> None:
    assert rules.check(DRAFT, guards(), on=ON) is None
    assert isinstance(rules.check(DRAFT._replace(**change), guards(), on=ON), InvalidInput)


@pytest.mark.parametrize(("status", "command"), list(product(Status, Command)))
def test_every_pair_of_state_and_command(status: Status, command: Command) -> None:
    legal = {
        "draft approve",
        "draft stop",
        "approved start",
        "approved stop",
        "approved end",
        "running stop",
        "running end",
    }
    refused = rules.refusal(campaign(status=status), command)
    assert (refused is None) is (f"{status} {command}" in legal)


def test_another_person_approves() -> None:
    drafted = campaign(status=Status.DRAFT)

    assert isinstance(rules.approval_refusal(drafted, by=" ANN", on=ON), NotAllowed)
    assert rules.approval_refusal(drafted, by="Bob", on=ON) is None
    assert isinstance(rules.approval_refusal(drafted, by="Bob", on=DRAFT.ends_on), Conflict)


@pytest.mark.parametrize(
    ("status", "day", "command"),
    [
        (Status.DRAFT, 0, None),
        (Status.APPROVED, -1, None),
        (Status.APPROVED, 0, Command.START),
        (Status.APPROVED, 20, Command.END),
        (Status.RUNNING, 19, None),
        (Status.RUNNING, 20, Command.END),
        (Status.STOPPED, 20, None),
    ],
)
def test_the_calendar_starts_and_ends_it(status: Status, day: int, command: Command | None) -> None:
    assert rules.due_command(campaign(status=status), on=ON + timedelta(days=day)) is command


def test_what_is_unknown_is_not_in_the_segment() -> None:
    condition = segment.read("not (utilization > 0.5) and late_days_12m = 0", KNOWN)
    found = {
        "utilization": np.array([0.2, 0.9, np.nan, 0.2]),
        "late_days_12m": np.array([0.0, 0.0, 0.0, np.nan]),
    }

    assert segment.members(condition, found, 4).tolist() == [True, False, False, False]


@pytest.mark.parametrize(
    "wrong", ["", "age < 30", "utilization", "utilization <", "utilization < 'x'", "x" * 1001]
)
def test_a_segment_that_cannot_be_is_refused_with_its_cause(wrong: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        segment.read(wrong, KNOWN)
    assert refusal.value.where == "segment"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("longest_days         = 45", "longest_days = 367"),
        ("most_share_ppm       = 500_000", 'most_share_ppm = "half"'),
        ("highest_level = 1", "highest_level = 1\nunheard_of = 1"),
        ("highest_level = 1", ""),
        ("version = 1", "version = "),
    ],
)
def test_control_guards_that_cannot_be_are_refused(before: str, after: str) -> None:
    assert before in SHIPPED
    with pytest.raises(InvalidInput):
        rules.read_guards(SHIPPED.replace(before, after))
