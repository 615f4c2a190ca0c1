"""Why a row is what it is: the steps of its life as lines with their formulas, checked to the last minor unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from whiteslip.kernel import rate
from whiteslip.kernel.calendar import statement_dates
from whiteslip.kernel.errors import invariant
from whiteslip.kernel.money import Minor, divide, split
from whiteslip.kernel.rate import WHOLE_PPM
from whiteslip.money.ledger.model import MovementKind as Kind
from whiteslip.money.plans.rules import schedule
from whiteslip.money.products.model import PlanOffer
from whiteslip.money.products.offers import terms_of
from whiteslip.money.replays.comparing import Posted, Standing
from whiteslip.money.replays.explained import Accrual, Explanation, Line, Terms
from whiteslip.money.replays.facts import Capture, Fact, Splitting
from whiteslip.money.replays.gathering import Run, by_run, check_accrual, runs_of
from whiteslip.money.replays.journals import Journals
from whiteslip.money.replays.life import Life
from whiteslip.money.replays.model import Act, Origin, Row, Step

_PAYMENTS = frozenset({Act.PAID, Act.REFUNDED})
_NOTHING: Terms = {}


def explain(
    life: Life,
    facts: Sequence[Fact],
    book: Standing,
    *,
    captured: Sequence[Posted] = (),
    booked_on: Mapping[int, date] | None = None,
) -> dict[int, Explanation]:
    """Explain every row of a life that is the book's, by number; amounts in minor units.

    `captured` are the movements that booked purchases, `booked_on` the days of those that corrections booked later.
    Raises `InvariantBroken` where a formula does not give what the book has, or the lines do not sum to the row.
    """
    journals = Journals(life, facts, book, captured, booked_on or {})
    told = _Told(
        life,
        {fact.number: fact.what for fact in facts if isinstance(fact.what, Capture)},
        {fact.number: fact.what for fact in facts if isinstance(fact.what, Splitting)},
        by_run(life),
        journals,
    )
    return {row.installment_id: _Teller(told, row).tell() for row in life.rows.values()}


@dataclass(frozen=True, slots=True)
class _Told:
    """What is known of a line while its rows are explained."""

    life: Life
    captures: Mapping[int, Capture]
    splits: Mapping[int, Splitting]
    gathered: Mapping[Run, list[Accrual]]
    journals: Journals


@dataclass(slots=True)
class _Teller:
    """Walks through the steps of one row."""

    told: _Told
    row: Row
    owed: list[Minor] = field(default_factory=lambda: [0, 0, 0])
    paid: list[Minor] = field(default_factory=lambda: [0, 0, 0])
    lines: list[Line] = field(default_factory=list[Line])
    parts: int = 0
    part: int = 0

    def tell(self) -> Explanation:
        """Tell the whole row, and insist that it sums."""
        before: Step | None = None
        for is_run, steps in runs_of(self.row):
            if is_run:
                self._gather(steps)
            else:
                self._take(steps[0], before)
            before = steps[-1]
        row = self.row
        invariant(
            self.owed == [row.principal_minor, row.fee_minor, row.late_fee_minor]
            and self.paid
            == [row.paid_principal_minor, row.paid_fee_minor, row.paid_late_fee_minor],
            f"the lines of row {row.installment_id} sum to what it owes and was paid",
        )
        return Explanation(
            row.installment_id,
            row.purchase_id,
            row.kind,
            self.part,
            self.parts,
            row.status,
            row.due_on,
            *(row.principal_minor, row.fee_minor, row.late_fee_minor),
            sum(self.paid),
            self.told.life.terms.product.rounding,
            tuple(self.lines),
        )

    def _take(self, step: Step, before: Step | None) -> None:
        self.part = step.part or self.part
        match step.act:
            case Act.MADE:
                self._made(step)
            case Act.ACCRUED | Act.REVOLVED:
                self._accrued(step)
            case Act.ROLLED_OUT | Act.ROLLED_ON:
                self._rolled(step)
            case Act.DROPPED:
                self._dropped(step, before)
            case Act.SPLIT:
                self._split(step)
            case Act.CHARGED_OFF:
                self._charged_off(step)
            case _:
                self._plain(step, before)

    def _add(self, step: Step, what: str, terms: Terms = _NOTHING) -> None:
        """Add a line of a step, with the movements of its day that booked it."""
        change = step.principal_minor, step.fee_minor, step.late_fee_minor
        is_payment = step.act in _PAYMENTS
        for place, amount in enumerate(change):
            if is_payment:
                self.paid[place] -= amount
            else:
                self.owed[place] += amount
        number = step.source and step.source.origin is Origin.EVENT and int(step.source.name)
        until = step.on + timedelta(days=max(0, step.days - 1))
        self.lines.append(
            Line(
                step.on,
                until,
                what,
                *change,
                sum(self.owed) - sum(self.paid),
                is_payment,
                number or None,
                step.due_on,
                terms,
                (),
                self.told.journals.of(self.row, step),
            )
        )

    def _made(self, step: Step) -> None:
        if step.source is None:
            invariant(self.row.kind == "revolving_fee", "only gathered fees come from nothing")
            return
        capture = self.told.captures.get(int(step.source.name))
        if capture is None:
            self._add(step, self.row.key.rpartition(".")[2])
        elif not capture.months:
            self._add(step, "made_later", {"total_minor": capture.amount_minor})
        else:
            self._plan(step, capture)

    def _plan(self, step: Step, capture: Capture) -> None:
        """A part of a plan: its principal, and its fee. A plan whose formula is another is told by its terms alone."""
        product, number = self.told.life.terms.product, self.part
        total, self.parts = capture.amount_minor, capture.months
        offer = product.plan(capture.months)
        invariant(offer is not None, "a plan is one that is offered")
        terms = {"total_minor": total, "parts": self.parts, "number": number}
        if offer and offer.bears_interest:
            self._interest(step, capture, offer)
            return
        is_equal = split(total, self.parts)[number - 1] == step.principal_minor
        ppm = offer.monthly_fee_ppm if offer else 0
        is_flat = rate.of(total, ppm, product.rounding) == step.fee_minor
        principal = step._replace(fee_minor=0)
        if not is_equal:
            self._add(principal, "part_by_terms", terms)
        elif odd := total % self.parts:
            self._add(
                principal, "part_odd", {**terms, "odd": odd, "least_minor": total // self.parts}
            )
        else:
            self._add(principal, "part", terms)
        fee = Step(step.on, Act.MADE, fee_minor=step.fee_minor, source=step.source)
        if is_flat and step.fee_minor:
            self._add(fee, "plan_fee", {**terms, "rate_ppm": ppm, "exact_micro": total * ppm})
        elif step.fee_minor:
            self._add(fee, "fee_by_terms", terms)

    def _interest(self, step: Step, capture: Capture, offer: PlanOffer) -> None:
        """A part of a plan that bears interest: what remains before it, for the days of its month."""
        life, number = self.told.life, self.part
        day = life.terms.statement_day
        dates = statement_dates(capture.captured_on, day, capture.months)
        terms = terms_of(offer, life.terms.product.rounding, first_on=dates[0])
        row = schedule(terms, capture.amount_minor, drawn_on=capture.captured_on)[number - 1]
        said = row.principal_minor, row.interest_minor
        invariant(said == (step.principal_minor, step.fee_minor), "the row is the plan's")
        (stretch,) = row.stretches
        parts = {"total_minor": capture.amount_minor, "parts": self.parts, "number": number}
        self._add(step._replace(fee_minor=0), "part_by_terms", parts)
        if step.fee_minor:
            fee = Step(step.on, Act.MADE, fee_minor=step.fee_minor, source=step.source)
            numbers = {
                "number": number,
                "balance_minor": stretch.balance_minor,
                "rate_ppm": offer.annual_ppm,
                "days": (stretch.until_on - stretch.from_on).days,
                "exact_micro": round(stretch.balance_minor * stretch.factor * WHOLE_PPM),
            }
            self._add(fee, "plan_interest", numbers)

    def _accrued(self, step: Step) -> None:
        """Check days of a late fee, or of a fee that another row gathers."""
        accrual = check_accrual(self.row, step)
        what = "late_fee" if step.act is Act.ACCRUED else "revolved"
        self._add(step, what)
        self.lines[-1] = self.lines[-1]._replace(accruals=(accrual,))

    def _gather(self, steps: Sequence[Step]) -> None:
        """Daily fees of what revolves are one line, with what each row revolved."""
        last = steps[-1].on
        charged = sum(step.fee_minor for step in steps)
        accruals = tuple(self.told.gathered.get(Run(self.row.key, last), ()))
        invariant(
            sum(one.charged_minor for one in accruals) == charged,
            f"the fees row {self.row.installment_id} gathered are those of what revolved",
        )
        entries = [one for step in steps for one in self.told.journals.of(self.row, step)]
        self._add(Step(steps[0].on, Act.MADE, fee_minor=charged), "gathered")
        self.lines[-1] = self.lines[-1]._replace(
            until=last, accruals=accruals, journal=tuple(entries)
        )

    def _rolled(self, step: Step) -> None:
        """What a statement left unpaid: of its minimum it stays and is overdue, the rest goes to the next statement."""
        life = self.told.life
        rolls = step.base_minor or -step.principal_minor
        owed = self.owed[0] - self.paid[0]
        invariant(0 < rolls <= owed, "what rolls is owed")
        billed = life.statements[step.on - timedelta(days=life.terms.product.due_days)]
        terms = {
            "billed_minor": billed.pay_later_minor,
            "minimum_minor": billed.pay_later_minimum_minor,
            "unpaid_minor": owed,
            "rolls_minor": rolls,
            "stays_minor": owed - rolls,
        }
        self._add(step, "rolled_out" if step.act is Act.ROLLED_OUT else "rolled_on", terms)

    def _dropped(self, step: Step, before: Step | None) -> None:
        """A fee not billed yet: a refund shrinks it with the principal, settling early drops it."""
        left = self.owed[0] - self.paid[0]
        fee = self.owed[1] - self.paid[1]
        if before is None or (before.act, before.source) != (Act.REFUNDED, step.source):
            self._add(step, "fee_dropped", {"fee_minor": fee})
            return
        had = left - before.principal_minor
        kept = divide(fee * left, had)
        invariant(kept - fee == step.fee_minor, "a refund shrinks a fee with its principal")
        self._add(
            step,
            "fee_shrunk",
            {"fee_minor": fee, "left_minor": left, "had_minor": had, "kept_minor": kept},
        )

    def _split(self, step: Step) -> None:
        """A statement became a plan: what of the row is in this part, and its share of the month's fee."""
        life, number = self.told.life, int(step.source.name) if step.source else 0
        whole, self.parts = life.splits[number].principal_minor, self.told.splits[number].months
        product = life.terms.product
        offer = product.plan(self.parts)
        ppm = offer.monthly_fee_ppm if offer else 0
        terms = {"total_minor": whole, "parts": self.parts, "number": self.part}
        if not step.fee_minor:
            self._add(step, "split", terms)
            return
        month = split(whole, self.parts)[self.part - 1]
        own, fee = self.owed[0] - self.paid[0], rate.of(whole, ppm, product.rounding)
        least = fee * own // month
        what = "split_fee" if least <= step.fee_minor <= least + 1 else "fee_by_terms"
        more = {"rate_ppm": ppm, "month_fee_minor": fee, "own_minor": own, "month_minor": month}
        self._add(step, what, {**terms, **more})

    def _charged_off(self, step: Step) -> None:
        parts = [owed - paid for owed, paid in zip(self.owed, self.paid, strict=True)]
        given_up = sum(parts) + step.fee_minor
        self._add(step, "charged_off", {"given_up_minor": given_up})
        standing = replace(self.row, principal_minor=parts[0], late_fee_minor=parts[2])
        standing.fee_minor = parts[1] + step.fee_minor
        journal = self.told.journals.of_charge_off(standing, step)
        self.lines[-1] = self.lines[-1]._replace(journal=journal)

    def _plain(self, step: Step, before: Step | None) -> None:
        """A step that says all of itself."""
        terms: Terms = _NOTHING
        what = step.act.value
        if step.act is Act.BILLED:
            terms = {"fee_minor": step.base_minor}
        elif step.act is Act.STATED:
            terms = {"owed_minor": sum(self.owed) - sum(self.paid)}
        elif step.act is Act.REDATED and self._is_deferral(step, before):
            what = "deferral_fee"
        elif step.act is Act.PAID:
            what = self._way_of_paying(step)
        self._add(step, what, terms)

    def _is_deferral(self, step: Step, before: Step | None) -> bool:
        """Tell a fee charged for other dates, which follows the dates themselves, from the dates."""
        return (
            before is not None
            and (before.act, before.source) == (Act.REDATED, step.source)
            and any(one.kind == Kind.DEFERRAL_FEE for one in self.told.journals.of(self.row, step))
        )

    def _way_of_paying(self, step: Step) -> str:
        if step.source is None or step.source.origin is Origin.CREDIT:
            return "paid_by_credit"
        if int(step.source.name) in self.told.life.payoffs:
            return "paid_early"
        kinds = {one.kind for one in self.told.journals.of(self.row, step)}
        return "recovered" if Kind.RECOVERED in kinds else "paid"
