"""What must hold of the whole book at every commit, asked in SQL that shares nothing with the program."""

from __future__ import annotations

from typing import Any, NamedTuple

from tests.simulation.restrictions import RESTRICTIONS

from whiteslip.infra.database import Connection
from whiteslip.money.ledger.model import LEGS
from whiteslip.money.lines.store import use


class Check(NamedTuple):
    """A fact and the query for whatever contradicts it."""

    fact: str
    query: str


class Broken(NamedTuple):
    """A fact that does not hold, and a row that shows it."""

    fact: str
    row: tuple[Any, ...]


_LEGS = ", ".join(f"('{kind}', '{legs.debit}', '{legs.credit}')" for kind, legs in LEGS.items())

CHECKS = (
    Check(
        "every movement has the legs of its kind, and debits equal credits",
        f"""
        SELECT movement.customer_id, movement.movement_id FROM money.movement
        LEFT JOIN (VALUES {_LEGS}) AS legs (kind, debit, credit)
        ON (legs.kind, legs.debit, legs.credit)
            = (movement.kind::text, movement.debit::text, movement.credit::text)
        LEFT JOIN money.corrected_movement AS corrected
        ON (corrected.customer_id, corrected.movement_id) = (movement.customer_id, movement.movement_id)
        LEFT JOIN money.movement AS undone
        ON (undone.customer_id, undone.movement_id) = (corrected.customer_id, corrected.undoes_id)
        WHERE legs.kind IS NULL AND (movement.debit, movement.credit, movement.amount_minor)
            IS DISTINCT FROM (undone.credit, undone.debit, undone.amount_minor)
        """,
    ),
    Check(
        "what a line says is owed, held and the customer's own is what the ledger says",
        """
        SELECT line.customer_id, line.line_id, line.principal_minor, line.held_minor, line.credit_minor, book.*
        FROM money.line
        LEFT JOIN (
            SELECT customer_id, line_id,
                sum(amount) FILTER (WHERE account = 'receivable_principal') AS principal,
                sum(amount) FILTER (WHERE account = 'commitment') AS held,
                -sum(amount) FILTER (WHERE account = 'customer_credit') AS credit
            FROM (
                SELECT customer_id, line_id, debit AS account, amount_minor AS amount FROM money.movement
                UNION ALL
                SELECT customer_id, line_id, credit, -amount_minor FROM money.movement
            ) AS leg
            GROUP BY customer_id, line_id
        ) AS book ON (book.customer_id, book.line_id) = (line.customer_id, line.line_id)
        WHERE (line.principal_minor, line.held_minor, line.credit_minor)
            IS DISTINCT FROM (coalesce(book.principal, 0), coalesce(book.held, 0), coalesce(book.credit, 0))
        """,
    ),
    Check(
        "what the unpaid installments of a line add up to, by component, is what the ledger says",
        """
        SELECT line.customer_id, line.line_id, owed.*, book.* FROM money.line
        CROSS JOIN infra.business_day AS day
        LEFT JOIN infra.day_range AS closed
            ON closed.business_date = day.current_on - 1 AND closed.range_no = line.customer_id / day.range_size
        CROSS JOIN LATERAL (
            SELECT CASE
                WHEN day.closed_on = day.current_on - 1 OR closed.range_no IS NOT NULL THEN day.current_on
                ELSE day.current_on - 1
            END AS reached
        ) AS line_day
        LEFT JOIN LATERAL (
            SELECT coalesce(sum(principal_minor - paid_principal_minor), 0) AS principal,
                coalesce(sum(fee_minor - paid_fee_minor)
                    FILTER (WHERE kind <> 'plan' OR statement_on <= line_day.reached), 0) AS fee,
                coalesce(sum(late_fee_minor - paid_late_fee_minor), 0) AS late_fee
            FROM money.installment AS row
            WHERE row.customer_id = line.customer_id AND row.line_id = line.line_id
                AND row.status NOT IN ('charged_off', 'written_off')
        ) AS owed ON true
        LEFT JOIN LATERAL (
            SELECT coalesce(sum(amount) FILTER (WHERE account = 'receivable_principal'), 0) AS principal,
                coalesce(sum(amount) FILTER (WHERE account = 'receivable_fee'), 0) AS fee,
                coalesce(sum(amount) FILTER (WHERE account = 'receivable_late_fee'), 0) AS late_fee
            FROM (
                SELECT debit AS account, amount_minor AS amount FROM money.movement AS one
                WHERE one.customer_id = line.customer_id AND one.line_id = line.line_id
                UNION ALL
                SELECT credit, -amount_minor FROM money.movement AS one
                WHERE one.customer_id = line.customer_id AND one.line_id = line.line_id
            ) AS leg
        ) AS book ON true
        WHERE (owed.principal, owed.fee, owed.late_fee) <> (book.principal, book.fee, book.late_fee)
        """,
    ),
    Check(
        "a line holds what its authorized purchases have left",
        """
        SELECT line.customer_id, line.line_id, line.held_minor FROM money.line
        WHERE line.held_minor <> (
            SELECT coalesce(sum(authorized_minor - captured_minor - released_minor), 0)
            FROM money.purchase AS one
            WHERE one.customer_id = line.customer_id AND one.line_id = line.line_id AND one.status = 'authorized'
        )
        """,
    ),
    Check(
        "a purchase's status says what became of its hold",
        """
        SELECT customer_id, purchase_id, status FROM money.purchase
        WHERE CASE status
            WHEN 'authorized' THEN captured_minor + released_minor >= authorized_minor
            WHEN 'captured' THEN captured_minor = 0 OR captured_minor + released_minor <> authorized_minor
            WHEN 'declined' THEN captured_minor + released_minor + refunded_minor > 0
            WHEN 'referred' THEN captured_minor + released_minor + refunded_minor > 0
            ELSE captured_minor > 0 OR released_minor <> authorized_minor
        END
        """,
    ),
    Check(
        "refunds <= captures <= authorizations, each as its own rows say",
        """
        SELECT customer_id, purchase_id FROM money.purchase AS one
        WHERE captured_minor > authorized_minor OR refunded_minor > captured_minor
            OR refunded_minor <> (
                SELECT coalesce(sum(amount_minor), 0) FROM money.refund
                WHERE refund.customer_id = one.customer_id AND refund.purchase_id = one.purchase_id
            )
            OR NOT imported AND captured_minor <> (
                SELECT coalesce(sum(amount_minor), 0) FROM money.capture
                WHERE capture.customer_id = one.customer_id AND capture.purchase_id = one.purchase_id
            )
        """,
    ),
    Check(
        "every capture has its installments, and they add up to what was captured",
        """
        SELECT customer_id, purchase_id FROM money.purchase AS one
        WHERE captured_minor <> (
            SELECT coalesce(sum(principal_minor), 0) FROM money.installment
            WHERE installment.customer_id = one.customer_id AND installment.purchase_id = one.purchase_id
        )
        OR (
            SELECT count(*) * greatest(1, one.plan_months) FROM money.capture
            WHERE capture.customer_id = one.customer_id AND capture.purchase_id = one.purchase_id
        ) > (
            SELECT count(*) FROM money.installment
            WHERE installment.customer_id = one.customer_id AND installment.purchase_id = one.purchase_id
        )
        """,
    ),
    Check(
        "every purchase that is not declined or referred has its movements",
        """
        SELECT one.customer_id, one.purchase_id FROM money.purchase AS one
        LEFT JOIN LATERAL (
            SELECT
                coalesce(sum(amount_minor) FILTER (WHERE kind = 'hold_placed'), 0) AS placed,
                coalesce(sum(amount_minor) FILTER (WHERE kind = 'hold_released'), 0) AS released,
                coalesce(sum(amount_minor) FILTER (WHERE kind = 'captured'), 0) AS captured
            FROM money.movement
            WHERE movement.customer_id = one.customer_id AND movement.source_id = one.purchase_id
        ) AS moved ON true
        WHERE one.status NOT IN ('declined', 'referred') AND NOT one.imported
            AND (moved.placed, moved.released, moved.captured)
            <> (one.authorized_minor, one.captured_minor + one.released_minor, one.captured_minor)
        """,
    ),
    Check(
        "what the book referred is granted by a person alone",
        """
        SELECT one.customer_id, one.purchase_id, one.status FROM money.purchase AS one
        INNER JOIN decisioning.decision
            ON (decision.customer_id, decision.decision_id) = (one.customer_id, one.purchase_id)
        LEFT JOIN money.purchase_ruling AS ruling
            ON (ruling.customer_id, ruling.purchase_id) = (one.customer_id, one.purchase_id)
        WHERE decision.outcome >= 2 AND one.status NOT IN ('declined', 'referred')
            AND (ruling.word IS DISTINCT FROM 'granted' OR ruling.actor = 'whiteslip' OR decision.outcome > 4)
        """,
    ),
    Check(
        "a ruling on a referred purchase is what became of it, with the reasons it was referred for",
        """
        SELECT ruling.customer_id, ruling.purchase_id FROM money.purchase_ruling AS ruling
        LEFT JOIN money.purchase AS one
            ON (one.customer_id, one.purchase_id) = (ruling.customer_id, ruling.purchase_id)
        WHERE (ruling.word = 'granted') IS DISTINCT FROM (one.status NOT IN ('declined', 'referred'))
            OR one.status = 'referred' OR one.authorized_on > ruling.ruled_on
            OR jsonb_array_length(ruling.reasons) NOT BETWEEN 1 AND 4
        """,
    ),
    Check(
        "what is paid on an installment is what was allocated to it",
        """
        SELECT customer_id, installment_id FROM money.installment AS one
        LEFT JOIN LATERAL (
            SELECT coalesce(sum(principal_minor), 0) AS principal, coalesce(sum(fee_minor), 0) AS fee,
                coalesce(sum(late_fee_minor), 0) AS late_fee
            FROM money.allocation
            WHERE allocation.customer_id = one.customer_id AND allocation.installment_id = one.installment_id
        ) AS given ON true
        WHERE (paid_principal_minor, paid_fee_minor, paid_late_fee_minor)
            <> (given.principal, given.fee, given.late_fee)
        """,
    ),
    Check(
        "a repayment is allocated or kept as credit, to the cent",
        """
        SELECT customer_id, repayment_id FROM money.repayment AS one
        WHERE allocated_minor <> (
            SELECT coalesce(sum(principal_minor + fee_minor + late_fee_minor), 0) FROM money.allocation
            WHERE allocation.customer_id = one.customer_id AND allocation.source_id = one.repayment_id
        ) AND NOT EXISTS (
            SELECT FROM money.correction
            WHERE correction.kind = 'reversed'
            AND (correction.customer_id, correction.repayment_id) = (one.customer_id, one.repayment_id)
        )
        """,
    ),
    Check(
        "what was lost is what claims gave up, and what came in for them is income",
        """
        SELECT book.*, claims.* FROM (
            SELECT coalesce(sum(amount_minor) FILTER (WHERE debit = 'charged_off_loss'), 0)
                    - coalesce(sum(amount_minor) FILTER (WHERE credit = 'charged_off_loss'), 0) AS lost,
                coalesce(sum(amount_minor) FILTER (WHERE credit = 'recovery_income'), 0)
                    - coalesce(sum(amount_minor) FILTER (WHERE debit = 'recovery_income'), 0) AS came_in
            FROM money.movement
        ) AS book
        CROSS JOIN (
            SELECT coalesce(sum(principal_minor + fee_minor + late_fee_minor), 0) AS given_up,
                coalesce(sum(recovered_minor), 0) AS recovered,
                coalesce(sum(principal_minor + fee_minor + late_fee_minor - recovered_minor)
                    FILTER (WHERE state IN ('charged_off', 'ending', 'written_off')), 0) AS standing
            FROM money.charge_off
        ) AS claims
        CROSS JOIN (SELECT coalesce(sum(cost_minor), 0) AS cost FROM money.recovery) AS enforcing
        CROSS JOIN (
            SELECT coalesce(sum(principal_minor - paid_principal_minor + fee_minor - paid_fee_minor
                + late_fee_minor - paid_late_fee_minor), 0) AS unpaid
            FROM money.installment WHERE status IN ('charged_off', 'written_off')
        ) AS rows
        WHERE book.lost <> claims.given_up OR book.came_in <> claims.recovered + enforcing.cost
            OR claims.standing <> rows.unpaid
        """,
    ),
    Check(
        "a line's temporary limit is the sum of its active grants",
        """
        SELECT customer_id, line_id FROM money.line
        WHERE temporary_limit_minor <> (
            SELECT coalesce(sum(amount_minor), 0) FROM money.temporary_limit AS one
            WHERE one.customer_id = line.customer_id AND one.line_id = line.line_id AND one.status = 'active'
        )
        """,
    ),
    Check(
        "a line's fixed limit is the one its last change says",
        """
        SELECT line.customer_id, line.line_id FROM money.line
        INNER JOIN (
            SELECT DISTINCT ON (customer_id, line_id) customer_id, line_id, fixed_after_minor
            FROM money.limit_change ORDER BY customer_id, line_id, change_id DESC
        ) AS last ON (last.customer_id, last.line_id) = (line.customer_id, line.line_id)
        WHERE last.fixed_after_minor <> line.fixed_limit_minor
        """,
    ),
    *(Check(*one) for one in RESTRICTIONS),
    Check(
        "a statement starts where the one before it ended",
        """
        SELECT customer_id, line_id, statement_on FROM (
            SELECT *, lag(balance_minor, 1, 0::bigint)
                OVER (PARTITION BY customer_id, line_id ORDER BY statement_on) AS before_minor
            FROM money.statement
        ) AS one
        WHERE previous_minor <> before_minor OR previous_minor + charged_minor - credited_minor <> balance_minor
            OR (minimum_minor > greatest(0, balance_minor) AND (customer_id, line_id, statement_on)
                NOT IN (SELECT customer_id, line_id, statement_on FROM money.corrected_statement))
        """,
    ),
    Check(
        "a decline has one to four reasons",
        """
        SELECT customer_id, purchase_id FROM money.purchase
        WHERE status = 'declined' AND jsonb_array_length(reasons) NOT BETWEEN 1 AND 4
        """,
    ),
    Check(
        "every overdue line has one open episode of arrears, dated by its oldest unpaid due",
        """
        SELECT coalesce(overdue.customer_id, episode.customer_id), overdue.oldest, episode.oldest_due_on
        FROM (
            SELECT customer_id, line_id, min(due_on) AS oldest FROM (
                SELECT customer_id, line_id, due_on FROM money.installment WHERE status = 'open'
                UNION ALL
                SELECT customer_id, line_id, oldest_due_on FROM money.charge_off
                WHERE state IN ('charged_off', 'ending')
            ) AS missed, infra.business_day
            WHERE due_on <= closed_on GROUP BY customer_id, line_id
        ) AS overdue
        FULL JOIN (SELECT * FROM money.arrears WHERE ended_on IS NULL) AS episode
            ON (episode.customer_id, episode.line_id) = (overdue.customer_id, overdue.line_id)
        CROSS JOIN infra.business_day AS day
        WHERE day.closed_on = day.current_on - 1
            AND overdue.oldest IS DISTINCT FROM episode.oldest_due_on
            AND NOT EXISTS (
                SELECT FROM money.refund
                WHERE refund.customer_id = coalesce(overdue.customer_id, episode.customer_id)
                    AND refund.refunded_on = day.current_on
            )
        """,
    ),
)


def broken(db: Connection) -> list[Broken]:
    """Find every fact that does not hold, with one row that shows it."""
    found: list[Broken] = []
    for check in CHECKS:
        row = db.execute(check.query.encode()).fetchone()
        if row is not None:
            found.append(Broken(check.fact, tuple(row)))
    trial = db.execute(
        "SELECT sum(amount) FROM (SELECT debit, amount_minor AS amount FROM money.movement"
        " UNION ALL SELECT credit, -amount_minor FROM money.movement) AS leg"
    ).fetchone()
    if trial is None or trial[0] not in (None, 0):
        found.append(Broken("the trial balance is zero", tuple(trial or ())))
    return found


class Use(NamedTuple):
    """What of a line's limits is used, and how much of them may be at its level."""

    used_minor: int
    usable_minor: int


def uses(db: Connection) -> dict[int, Use]:
    """Read how far every line is used, by line id."""
    rows = db.execute(
        "SELECT line_id, held_minor + principal_minor, CASE"
        " WHEN credit_barred OR restriction_level >= 4 THEN 0"
        " WHEN restriction_level = 3 THEN fixed_limit_minor * %s::bigint / 1000000"
        " ELSE fixed_limit_minor + temporary_limit_minor END FROM money.line",
        (use().restricted_share_ppm,),
    )
    return {line_id: Use(used, usable) for line_id, used, usable in rows}


def overspent(before: dict[int, Use], after: dict[int, Use]) -> list[Broken]:
    """Find lines whose use was raised above what is usable."""
    return [
        Broken("held + principal is never raised above the usable limits", (line_id, *use))
        for line_id, use in after.items()
        if use.used_minor > before.get(line_id, Use(0, 0)).used_minor
        and use.used_minor > use.usable_minor
    ]


_TABLES = (
    "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
    " WHERE schemaname IN ('money', 'risk', 'care', 'credit', 'infra') ORDER BY 1"
)
PASSING = ("turn",)
"""Columns that count attempts, not facts."""
DRAWN = (
    *PASSING,
    "installment_id",
    "movement_id",
    "source_id",
    "restriction_id",
    "notice_id",
    "change_id",
    "decision_id",
    "relief_id",
    "cause_id",
    "pause_id",
    "debit_id",
    "collection_id",
    "try_id",
    "verification_id",
    "subject_id",  # of an event: one of the numbers above
    "part_no",
    "outbox_id",
    "step_ms",
    "report",
)
"""Columns with numbers drawn from a sequence, which a repetition draws anew, and with times of the machine."""


def fingerprint(
    db: Connection, *, ignoring: tuple[str, ...] = PASSING
) -> dict[str, tuple[int, int]]:
    """Sum up every table: its rows, and a hash of them that no order of rows changes."""
    prints: dict[str, tuple[int, int]] = {}
    for (table,) in db.execute(_TABLES).fetchall():
        query = (
            "SELECT count(*), coalesce(sum(hashtextextended((to_jsonb(one) - %s::text[])::text, 0)), 0)"
            f" FROM {table} AS one"
        )
        row = db.execute(query.encode(), (list(ignoring),)).fetchone()
        assert row is not None
        prints[table] = (int(row[0]), int(row[1]))
    return prints
