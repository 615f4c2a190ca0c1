"""From what views read to what the API shows."""

from __future__ import annotations

from whiteslip.api import answers
from whiteslip.api.said import said
from whiteslip.api.shapes import restrictions as shapes
from whiteslip.api.shapes import statements
from whiteslip.kernel import ids
from whiteslip.kernel.calendar import next_statement
from whiteslip.views import reasons
from whiteslip.views.agreements import FeeView
from whiteslip.views.applications import ApplicationView
from whiteslip.views.customers_api import CustomerView, MerchantView
from whiteslip.views.lines import InstallmentView, LineView
from whiteslip.views.purchases import PurchaseView
from whiteslip.views.repayments import RepaymentView
from whiteslip.views.restrictions import RestrictionView
from whiteslip.views.statements import StatementView


def purchase(row: PurchaseView) -> answers.Purchase:
    """Show a purchase."""
    return answers.Purchase(
        purchase_id=ids.write("pur", row.customer_id, row.purchase_id),
        line_id=ids.write("lin", row.customer_id, row.line_id),
        merchant_id=ids.write("mer", row.merchant_id),
        status=row.status,
        order_ref=row.order_ref,
        plan_months=row.plan_months,
        amount_minor=row.authorized_minor,
        captured_minor=row.captured_minor,
        released_minor=row.released_minor,
        refunded_minor=row.refunded_minor,
        authorized_at=row.authorized_at,
        expires_on=row.expires_on,
        reasons=said(reasons.stored(row.reasons or [])),
    )


def customer(row: CustomerView) -> answers.Customer:
    """Show a customer."""
    return answers.Customer(
        customer_id=ids.write("cus", row.customer_id),
        reference=row.reference,
        display_name=row.display_name,
        language=row.language,
        joined_on=row.joined_on,
        lines=[ids.write("lin", row.customer_id, line_id) for line_id in row.line_ids],
    )


def merchant(row: MerchantView) -> answers.Merchant:
    """Show a merchant."""
    number = ids.write("mer", row.merchant_id)
    return answers.Merchant(number, row.name, row.fee_ppm, row.status, row.category)


def line(row: LineView) -> answers.Line:
    """Show a line."""
    return answers.Line(
        line_id=ids.write("lin", row.customer_id, row.line_id),
        status=row.status,
        product=row.product,
        fixed_limit_minor=row.fixed_limit_minor,
        temporary_limit_minor=row.temporary_limit_minor,
        held_minor=row.held_minor,
        principal_minor=row.principal_minor,
        available_minor=row.available_minor,
        outstanding_minor=row.outstanding_minor,
        overdue_minor=row.overdue_minor,
        days_past_due=row.days_past_due,
        credit_minor=row.credit_minor,
        restriction_level=row.restriction_level,
        statement_day=row.statement_day,
        next_statement_on=next_statement(row.current_on, row.statement_day, strictly_after=True),
        opened_on=row.opened_on,
    )


def installment(row: InstallmentView) -> answers.Installment:
    """Show an installment."""
    return answers.Installment(
        installment_id=ids.write("ins", row.customer_id, row.installment_id),
        purchase_id=ids.write("pur", row.customer_id, row.purchase_id),
        kind=row.kind,
        number=row.number,
        status=row.status,
        principal_minor=row.principal_minor,
        fee_minor=row.fee_minor,
        late_fee_minor=row.late_fee_minor,
        paid_minor=row.paid_minor,
        owed_minor=row.owed_minor,
        statement_on=row.statement_on,
        due_on=row.due_on,
        revolving=row.revolving,
    )


def statement(row: StatementView) -> statements.Statement:
    """Show a statement with the clauses its fees rest on."""
    return statements.Statement(
        line_id=ids.write("lin", row.customer_id, row.line_id),
        statement_on=row.statement_on,
        due_on=row.due_on,
        previous_minor=row.previous_minor,
        charged_minor=row.charged_minor,
        credited_minor=row.credited_minor,
        balance_minor=row.balance_minor,
        minimum_minor=row.minimum_minor,
        fees=[_fee(fee) for fee in row.fees],
    )


def _fee(fee: FeeView) -> statements.StatementFee:
    cited = None
    if fee.agreement is not None and fee.clause is not None:
        cited = statements.ClauseCited(fee.agreement.name, fee.agreement.version, fee.clause)
    return statements.StatementFee(fee.kind, fee.amount_minor, cited)


def repayment(row: RepaymentView) -> answers.Repayment:
    """Show a repayment."""
    return answers.Repayment(
        repayment_id=ids.write("rep", row.customer_id, row.repayment_id),
        line_id=ids.write("lin", row.customer_id, row.line_id),
        amount_minor=row.amount_minor,
        allocated_minor=row.allocated_minor,
        credit_minor=row.credit_minor,
        method=row.method,
        repaid_on=row.repaid_on,
        reversed_on=row.reversed_on,
    )


def restriction(row: RestrictionView) -> shapes.Restriction:
    """Show a restriction with the words its customer was told."""
    return shapes.Restriction(
        restriction_id=ids.write("res", row.customer_id, row.restriction_id),
        line_id=ids.write("lin", row.customer_id, row.line_id),
        level=row.level,
        in_force=row.in_force,
        scope=row.scope,
        state=row.state,
        reasons=said(reasons.stored(row.reasons)),
        notice=answers.Words(row.text_zh, row.text_en),
        still_works=reasons.still_works(0 if row.scope == "plans" else row.in_force),
        way_out=row.way_out,
        appeal_route=row.appeal_route,
        since_on=row.since_on,
        lifted_on=row.lifted_on,
        decision_id=(
            None if row.decision_id is None else ids.write("dec", row.customer_id, row.decision_id)
        ),
    )


def application(row: ApplicationView) -> answers.Application:
    """Show an application with the words its person was told."""
    told = row.text_zh is not None and row.text_en is not None
    return answers.Application(
        application_id=ids.write("app", row.customer_id, row.application_id),
        customer_id=ids.write("cus", row.customer_id),
        status=row.status,
        product=row.product,
        requested_limit_minor=row.requested_minor,
        limit_minor=row.limit_minor,
        line_id=None if row.line_id is None else ids.write("lin", row.customer_id, row.line_id),
        reasons=said(reasons.stored(row.reasons or [])),
        notice=answers.Words(row.text_zh or "", row.text_en or "") if told else None,
        received_at=row.received_at,
        decided_at=row.finished_at,
        expires_on=row.expires_on,
    )
