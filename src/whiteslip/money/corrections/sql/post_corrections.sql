-- Post what moves because of a correction, today, each with the day it counts from and the movement it takes back; returns their numbers in order.
WITH made AS (
    SELECT nextval('money.movement_number') AS movement_id, given.*
    FROM unnest(
        %(source_ids)b::bigint[], %(amounts_minor)b::bigint[], %(kinds)b::text[]::money.movement_kind[], %(debits)b::text[]::money.account[],
        %(credits)b::text[]::money.account[], %(undoes_ids)b::bigint[], %(value_ons)b::date[]
    ) WITH ORDINALITY AS given (source_id, amount_minor, kind, debit, credit, undoes_id, value_on, place)
),

posted AS (
    INSERT INTO money.movement (customer_id, movement_id, line_id, source_id, amount_minor, posted_at, business_date, kind, debit, credit)
    SELECT
        %(customer_id)s::bigint, movement_id, %(line_id)s::bigint, source_id, amount_minor, %(at)s::timestamptz, %(on_date)s::date, kind, debit, credit
    FROM made
),

noted AS (
    INSERT INTO money.corrected_movement (customer_id, movement_id, correction_id, undoes_id, value_on)
    SELECT %(customer_id)s::bigint, movement_id, %(correction_id)s::bigint, undoes_id, value_on FROM made
)

SELECT movement_id FROM made
ORDER BY place ASC
