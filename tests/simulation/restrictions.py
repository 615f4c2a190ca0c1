"""What holds of restrictions and of what bars a line: facts, each with the query for whatever contradicts it."""

from __future__ import annotations

from whiteslip.risk.suspensions.life import MOVES

_LEGAL = ", ".join(f"('{before}', '{after}')" for (before, _), after in sorted(MOVES.items()))

RESTRICTIONS: tuple[tuple[str, str], ...] = (
    (
        "a line's level is that of its strictest restriction in force",
        """
        SELECT customer_id, line_id, restriction_level FROM money.line
        WHERE restriction_level <> (
            SELECT coalesce(max(in_force), 0) FROM risk.restriction AS one
            WHERE one.customer_id = line.customer_id AND one.line_id = line.line_id AND scope <> 'plans'
        )
        """,
    ),
    (
        "a restriction has one to four reasons, a way out, an appeal route and a notice",
        """
        SELECT customer_id, restriction_id FROM risk.restriction AS one
        WHERE jsonb_array_length(reasons) NOT BETWEEN 1 AND 4 OR way_out = '' OR appeal_route = ''
            OR EXISTS (
                SELECT FROM risk.restriction_event AS step
                WHERE step.customer_id = one.customer_id AND step.restriction_id = one.restriction_id
                    AND step.in_force > 0
            ) AND NOT EXISTS (
                SELECT FROM care.notice
                WHERE notice.customer_id = one.customer_id AND notice.notice_id = one.notice_id
                    AND notice.line_id = one.line_id
            )
        """,
    ),
    (
        "every step of a restriction is kept",
        """
        SELECT customer_id, restriction_id FROM risk.restriction AS one
        WHERE steps <> (
            SELECT count(*) FROM risk.restriction_event AS step
            WHERE step.customer_id = one.customer_id AND step.restriction_id = one.restriction_id
        )
        OR NOT EXISTS (
            SELECT FROM risk.restriction_event AS step
            WHERE step.customer_id = one.customer_id AND step.restriction_id = one.restriction_id
                AND step.step = one.steps AND step.to_state = one.state AND step.in_force = one.in_force
        )
        """,
    ),
    (
        "a restriction moves along its table only",
        f"""
        SELECT customer_id, restriction_id, step FROM (
            SELECT *, lag(to_state, 1, 'none') OVER (PARTITION BY customer_id, restriction_id ORDER BY step) AS before
            FROM risk.restriction_event
        ) AS one
        WHERE before <> from_state
            OR (from_state, to_state) NOT IN (
                ('none', 'active'), ('none', 'proposed'), ('none', 'overridden'), {_LEGAL}
            )
        """,
    ),
    (
        "what the watch book does to a restriction is one of its decisions",
        """
        SELECT step.customer_id, step.restriction_id FROM risk.restriction_event AS step
        JOIN risk.restriction AS one USING (customer_id, restriction_id)
        LEFT JOIN decisioning.decision AS made
            ON made.customer_id = step.customer_id AND made.decision_id = step.decision_id
        WHERE (step.actor = 'watch book' OR one.book = 'watch' AND step.step = 1)
                AND made.book IS DISTINCT FROM 'watch'
            OR step.step = 1 AND one.decision_id IS DISTINCT FROM step.decision_id
        """,
    ),
    (
        "a line's plans are barred by a restriction of plans in force in full, and by nothing else",
        """
        SELECT customer_id, line_id, plans_barred FROM money.line
        WHERE plans_barred <> EXISTS (
            SELECT FROM risk.restriction AS one
            WHERE one.customer_id = line.customer_id AND one.line_id = line.line_id
                AND scope = 'plans' AND in_force = level
        )
        """,
    ),
    (
        "new credit is barred on a line while a relief that bars it runs, and not a moment longer",
        """
        SELECT customer_id, line_id, credit_barred FROM money.line
        WHERE credit_barred <> EXISTS (
            SELECT FROM care.relief
            WHERE relief.customer_id = line.customer_id AND relief.line_id = line.line_id
                AND relief.status = 'running' AND relief.bars_credit
        )
        """,
    ),
    (
        "a restriction counts at its level, at the one it was eased to, on probation at most at 3",
        """
        SELECT customer_id, restriction_id, state, in_force FROM risk.restriction
        WHERE in_force <> CASE
            WHEN state IN ('active', 'appealed', 'curing', 'in_review') THEN least(level, eased_to)
            WHEN state = 'probation' THEN least(level, eased_to, 3)
            ELSE 0
        END
        """,
    ),
    (
        "what restricts a customer in full force does so on every line of theirs",
        """
        SELECT line.customer_id, line.line_id, one.restriction_id FROM money.line
        JOIN risk.restriction AS one ON one.customer_id = line.customer_id
        WHERE one.scope = 'customer' AND one.in_force > 0 AND NOT EXISTS (
            SELECT FROM risk.restriction AS mine
            WHERE mine.customer_id = line.customer_id AND mine.line_id = line.line_id
                AND mine.scope = 'customer' AND (mine.book, mine.rule_id) = (one.book, one.rule_id)
                AND mine.state NOT IN ('lifted', 'dismissed')
        )
        """,
    ),
)
