-- Say of lines, in their order, how many days ago a limit of theirs last rose, the fixed one or a temporary one that runs; NULL if none did.
SELECT
    %(on)s::date - greatest(
        (
            SELECT max(raised.changed_on) FROM money.limit_change AS raised
            WHERE
                raised.customer_id = asked.customer_id AND raised.line_id = asked.line_id
                AND raised.fixed_after_minor > raised.fixed_before_minor
        ),
        (
            SELECT max(granted.starts_on) FROM money.temporary_limit AS granted
            WHERE
                granted.customer_id = asked.customer_id AND granted.line_id = asked.line_id AND granted.status = 'active'
                AND granted.starts_on <= %(on)s::date
        )
    ) AS days_since_raise
FROM unnest(%(customer_ids)b::bigint[], %(line_ids)b::bigint[]) WITH ORDINALITY AS asked (customer_id, line_id, place)
ORDER BY asked.place
