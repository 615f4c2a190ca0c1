"""Random histories of whole books on PostgreSQL, held against the invariants and an oracle after every step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta
from typing import Any, ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.simulation.conftest import Databases
from tests.simulation.driver import Simulation
from tests.simulation.ending import settle_early, split_statement

from whiteslip.flows.capture import CaptureRequest
from whiteslip.flows.change_limits import LimitChange, TemporaryLimit
from whiteslip.flows.grant_purchases import CaseRuling, Word
from whiteslip.flows.pay_out_credit import PayoutRequest
from whiteslip.flows.refund import RefundRequest
from whiteslip.flows.repay import RepaymentRequest
from whiteslip.flows.restrict import LiftRequest, RestrictionRequest
from whiteslip.flows.settle_early import Scope
from whiteslip.flows.void import VoidRequest
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.lines.model import LineKey
from whiteslip.money.purchases.model import Authorized, PurchaseRequest

PICK = st.integers(0, 1 << 16)
AMOUNT = st.one_of(
    st.integers(1, 50_000),
    st.sampled_from([1, 2, 3, 33, 999, 10_000, 10_001, 12_345, 100_000, 250_000, 500_001]),
)
PARTS = st.sampled_from([0, 1, 10, 50, 99, 100, 101, 150])
"""Percent of what there is; 0 and above 100 are refused."""
MONTHS = st.sampled_from([0, 0, 0, 3, 6, 12, 24, 5])
DAYS = st.sampled_from([0, 0, 1, 3, 8, 20, 31])
"""How many days pass after a command; so that every history has some."""
STARTS = st.one_of(
    st.sampled_from(
        [
            date(2024, 2, 27),
            date(2023, 2, 26),
            date(2023, 12, 30),
            date(2024, 1, 31),
            date(2028, 2, 1),
        ]
    ),
    st.dates(date(2019, 1, 1), date(2032, 12, 31)),
)


def batch(of: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """A batch of one to five."""
    return st.lists(of, min_size=1, max_size=5)


class Histories(RuleBasedStateMachine):
    """What people, shops, staff and the calendar may do to a book, in any order."""

    databases: ClassVar[list[Databases]]
    counts: Counter[str]
    terms_changed: dict[str, Any]

    def __init__(self) -> None:
        super().__init__()
        self.open = ExitStack()
        self.database = self.open.enter_context(self.databases[0]())
        self.sim: Simulation

    def teardown(self) -> None:
        if hasattr(self, "sim"):
            self.counts.update(self.sim.counts)
            self.counts["histories"] += 1
        self.open.close()

    @initialize(
        on=STARTS,
        lines=st.lists(
            st.tuples(
                st.sampled_from([0, 10_000, 100_000, 500_000, 5_000_000]),
                st.integers(1, 28),
                st.sampled_from(["pay-later", "pay-later", "odd", "panel"]),
                st.booleans(),
            ),
            min_size=2,
            max_size=4,
        ),
    )
    def found(self, on: date, lines: list[tuple[int, int, str, bool]]) -> None:
        self.sim = Simulation(self.database, on=on, terms_changed=self.terms_changed)
        self.sim.open_shop(10_000)
        self.sim.open_shop(0)
        for limit, day, product, shared in lines:
            owner = self.sim.lines[-1].customer_id if shared and self.sim.lines else None
            self.sim.open_line(limit, day, product=product, owner=owner)
        self.begin()

    def begin(self) -> None:
        """Let every line have one purchase to pay later, one in parts, and one that is held."""
        shop = self.sim.shops[0]
        asked = [
            PurchaseRequest(*line, shop, amount, months, "order", is_verified=True)
            for line in self.sim.lines
            for amount, months in ((3_333, 0), (5_001, 0), (30_001, 3))
        ]
        plain = {line for line in self.sim.lines if not self.sim.oracles[line].terms.plan_fees_ppm}
        answers = self.sim.command(
            "checkout", [one for one in asked if not one.plan_months or one[:2] not in plain]
        )
        captured = [
            CaptureRequest(one.customer_id, one.purchase_id, None, None, final=True)
            for one in answers
            if isinstance(one, Authorized) and one.amount_minor != 5_001
        ]
        if captured:
            self.sim.command("capture", captured)

    def line(self, pick: int) -> LineKey:
        """A line; one in twenty does not exist."""
        if pick % 20 == 19:
            return LineKey(self.sim.lines[0].customer_id, 999_999)
        return self.sim.lines[pick % len(self.sim.lines)]

    def purchase(self, pick: int) -> tuple[LineKey, int, int | None]:
        """A purchase, mostly a late one, with the merchant who asks; some do not own it, some do not exist."""
        if pick % 25 == 24:
            return self.sim.lines[0], 999_999, None
        recent = self.sim.bought[-8:] if pick % 3 else self.sim.bought
        one = recent[pick % len(recent)]
        merchant = {0: None, 1: self.sim.shops[0]}.get(pick % 11, one.merchant_id)
        return one.line, one.purchase_id, merchant

    def left(self, line: LineKey, purchase_id: int, *, refundable: bool) -> int:
        """What may still be captured, or refunded."""
        found = self.sim.oracles[line].purchases.get(purchase_id)
        if found is None:
            return 100
        return found.captured - found.refunded if refundable else found.left

    @rule(asked=batch(st.tuples(PICK, PICK, AMOUNT, MONTHS)))
    def check_out(self, asked: list[tuple[int, int, int, int]]) -> None:
        self.sim.command(
            "checkout",
            [
                PurchaseRequest(
                    *self.line(pick),
                    [*self.sim.shops, 999][shop % 23 % 3]
                    if shop % 23 == 2
                    else self.sim.shops[shop % 2],
                    max(amount, 10_000) if months else amount,
                    months,
                    "order",
                    device=pick % 4,
                    address=shop % 3,
                    is_verified=pick % 5 > 0,
                )
                for pick, shop, amount, months in asked
            ],
        )

    @rule(
        asked=batch(
            st.tuples(PICK, st.sampled_from([None, None, 30, 50, 100, 101, 0]), st.booleans())
        )
    )
    def capture(self, asked: list[tuple[int, int | None, bool]]) -> None:
        requests: list[CaptureRequest] = []
        for pick, part, final in asked:
            line, purchase_id, merchant = self.purchase(pick)
            left = self.left(line, purchase_id, refundable=False)
            amount = None if part is None else -(-left * part // 100)
            requests.append(CaptureRequest(line.customer_id, purchase_id, merchant, amount, final))
        self.sim.command("capture", requests)

    @rule(asked=batch(st.tuples(PICK, PICK, AMOUNT, MONTHS)), days=DAYS)
    def buy(self, asked: list[tuple[int, int, int, int]], days: int) -> None:
        """Check out and capture at once, as most shops do."""
        before = len(self.sim.bought)
        self.check_out(asked)
        new = self.sim.bought[before:]
        if new:
            self.sim.command(
                "capture",
                [
                    CaptureRequest(one.line.customer_id, one.purchase_id, None, None, final=True)
                    for one in new
                ],
            )
        self.sim.close_days(days)

    @rule(pick=PICK, word=st.sampled_from([Word.GRANTED, Word.GRANTED, Word.DECLINED]))
    def rule_on(self, pick: int, word: Word) -> None:
        """Let the book refer a long plan on a young line to a person, who rules on it, and on any purchase there is."""
        if self.sim.closed_ranges is None:
            line = self.sim.open_line(2_000_000, 1 + pick % 28, product="pay-later", owner=None)
            asked = PurchaseRequest(*line, self.sim.shops[0], 1_000_000, 24, "o", is_verified=True)
            self.sim.command("checkout", [asked] if pick % 2 else [asked, asked])
        who, purchase_id, _ = self.purchase(pick)
        again = self.sim.bought[-1]
        wanted = {(who.customer_id, purchase_id), (again.line.customer_id, again.purchase_id)}
        self.sim.command(
            "rule",
            [
                CaseRuling(customer, 1, (number,), word, "Ann", "")
                for customer, number in sorted(wanted)
            ],
        )

    @rule(asked=batch(PICK))
    def void(self, asked: list[int]) -> None:
        chosen = [self.purchase(pick) for pick in asked]
        self.sim.command(
            "void", [VoidRequest(line.customer_id, one, shop) for line, one, shop in chosen]
        )

    @rule(asked=batch(st.tuples(PICK, PARTS)), days=DAYS)
    def refund(self, asked: list[tuple[int, int]], days: int) -> None:
        requests: list[RefundRequest] = []
        for pick, part in asked:
            line, purchase_id, merchant = self.purchase(pick)
            left = self.left(line, purchase_id, refundable=True)
            amount = -(-left * part // 100)
            requests.append(RefundRequest(line.customer_id, purchase_id, merchant, amount))
        self.sim.command("refund", requests)
        self.sim.close_days(days)

    @rule(asked=batch(st.tuples(PICK, PARTS, AMOUNT)), days=DAYS)
    def repay(self, asked: list[tuple[int, int, int]], days: int) -> None:
        requests: list[RepaymentRequest] = []
        for pick, part, amount in asked:
            line = self.line(pick)
            known = self.sim.oracles.get(line)
            owed = amount if known is None or part == 99 else known.outstanding_minor
            requests.append(RepaymentRequest(*line, -(-owed * part // 100), "wallet"))
        self.sim.command("repay", requests)
        self.sim.close_days(days)

    @rule(pick=PICK, short=st.sampled_from([0, 0, 0, 1]))
    def cure(self, pick: int, short: int) -> None:
        """Pay exactly what is overdue, or one cent less."""
        line = self.sim.lines[pick % len(self.sim.lines)]
        known = self.sim.oracles[line]
        overdue = sum(
            row.principal + row.fee + row.late_fee for row in known.rows if row.due_on < known.day
        )
        if overdue > short:
            (answer,) = self.sim.command(
                "repay", [RepaymentRequest(*line, overdue - short, "card")]
            )
            assert (known.days_past_due(known.day) == 0) == (short == 0), answer
            self.sim.counts["cure"] += 1

    @rule(pick=PICK, scope=st.sampled_from(Scope), odd=st.integers(0, 9), days=DAYS)
    def settle_early(self, pick: int, scope: Scope, odd: int, days: int) -> None:
        settle_early(self.sim, pick, scope, odd=odd)
        self.sim.close_days(days)

    @rule(pick=PICK, odd=st.integers(0, 9))
    def split_statement(self, pick: int, odd: int) -> None:
        split_statement(self.sim, pick, odd=odd)

    @rule(asked=batch(st.tuples(PICK, st.sampled_from([None, 0, 1, 50, 100, 101]))))
    def pay_out(self, asked: list[tuple[int, int | None]]) -> None:
        requests: list[PayoutRequest] = []
        for pick, part in asked:
            line = self.line(pick)
            known = self.sim.oracles.get(line)
            credit = 0 if known is None else known.credit_minor
            requests.append(
                PayoutRequest(*line, None if part is None else -(-credit * part // 100))
            )
        self.sim.command("pay out credit", requests)

    @rule(asked=batch(st.tuples(PICK, st.sampled_from([-1, 0, 500, 90_000, 500_000, 1_000_000]))))
    def change_limits(self, asked: list[tuple[int, int]]) -> None:
        self.sim.command(
            "change limits",
            [
                LimitChange(*self.line(pick), limit, ReasonCode.LIMIT_ODD_CONSUMPTION, "staff:1")
                for pick, limit in asked
            ],
        )

    @rule(asked=batch(st.tuples(PICK, st.sampled_from([0, 5_000, 100_000]), st.integers(0, 40))))
    def grant(self, asked: list[tuple[int, int, int]]) -> None:
        self.sim.command(
            "grant temporary limits",
            [
                TemporaryLimit(*self.line(pick), amount, self.sim.today + timedelta(days=days))
                for pick, amount, days in asked
            ],
        )

    @rule(
        asked=batch(
            st.tuples(PICK, st.integers(0, 5), st.sampled_from(list(ReasonCode))),
        )
    )
    def restrict(self, asked: list[tuple[int, int, ReasonCode]]) -> None:
        self.sim.command(
            "restrict",
            [
                RestrictionRequest(*self.line(pick), level, reason, "staff:1")
                for pick, level, reason in asked
            ],
        )

    @rule(asked=batch(PICK), every=st.booleans())
    def lift(self, asked: list[int], every: bool) -> None:
        found = self.database.read(
            lambda db: db.execute(
                "SELECT customer_id, restriction_id FROM risk.restriction"
                " WHERE state = 'active' OR NOT %s ORDER BY 1, 2",
                (every,),
            ).fetchall()
        )
        found.append((1, 999_999))
        chosen = found if every else [found[pick % len(found)] for pick in asked]
        self.sim.command("lift", [LiftRequest(one[0], one[1], "staff:2") for one in chosen])

    @rule(days=st.integers(1, 3))
    def close_days(self, days: int) -> None:
        self.sim.close_days(days)

    @rule(days=st.integers(4, 40))
    def let_time_pass(self, days: int) -> None:
        self.sim.close_days(days)

    @rule(pick=PICK, short=st.integers(0, 1))
    def close_until_due(self, pick: int, short: int) -> None:
        """Run to the day before, or after, the next statement or due date of a line."""
        known = self.sim.oracles[self.sim.lines[pick % len(self.sim.lines)]]
        ahead = [
            day - self.sim.today
            for row in known.rows
            for day in (row.statement_on, row.due_on + timedelta(days=1))
            if day > self.sim.today
        ]
        if ahead:
            self.sim.close_days(max(1, min(ahead).days - short))

    @rule(ranges=st.integers(1, 2))
    def interrupt_day(self, ranges: int) -> None:
        self.sim.interrupt_day(ranges)

    @precondition(lambda self: self.sim.journal)
    @rule(pick=PICK)
    def replay(self, pick: int) -> None:
        self.sim.replay(self.sim.journal[pick % len(self.sim.journal)])

    @precondition(lambda self: self.sim.journal)
    @rule(pick=PICK)
    def misuse(self, pick: int) -> None:
        self.sim.misuse(self.sim.journal[pick % len(self.sim.journal)])


def run(
    databases: Databases,
    *,
    chosen: settings,
    terms_changed: dict[str, Any] | None = None,
) -> Counter[str]:
    """Run histories and return what they counted."""
    total: Counter[str] = Counter()

    class Chosen(Histories):
        pass

    Chosen.databases = [databases]
    Chosen.counts = total
    Chosen.terms_changed = terms_changed or {}
    run_state_machine_as_test(Chosen, settings=chosen)
    return total


def profile() -> settings:
    """The bounded, repeatable run, unless the long one is asked for."""
    name = settings.get_current_profile_name()
    return settings.get_profile("long" if name == "long" else "histories")


def test_no_history_breaks_the_book(databases: Databases, tell: Callable[[str], None]) -> None:
    counts = run(databases, chosen=profile())

    tell(", ".join(f"{name} {number}" for name, number in sorted(counts.items())))
    for kind in (
        "checkout",
        "capture",
        "refund",
        "repay",
        "end of day",
        "replay",
        "misused key",
    ):
        assert counts[kind] > 0, f"no history ever did: {kind}"
