-- Find from when to when restrictions of a policy were in force at level 3 or more, the last day not counted; those of plans alone stop no purchase.
SELECT
    coalesce(array_agg(stop.customer_id ORDER BY stop.customer_id, stop.line_id, stop.from_on), '{}') AS customer_ids,
    coalesce(array_agg(stop.line_id ORDER BY stop.customer_id, stop.line_id, stop.from_on), '{}') AS line_ids,
    coalesce(array_agg(stop.from_on ORDER BY stop.customer_id, stop.line_id, stop.from_on), '{}') AS from_ons,
    coalesce(array_agg(stop.to_on ORDER BY stop.customer_id, stop.line_id, stop.from_on), '{}') AS to_ons
FROM (
    SELECT
        restriction.customer_id, restriction.line_id, event.in_force, event.happened_on AS from_on,
        coalesce(
            lead(event.happened_on) OVER (PARTITION BY event.customer_id, event.restriction_id ORDER BY event.step), %(on)s::date + 1
        ) AS to_on
    FROM risk.restriction
    INNER JOIN risk.restriction_event AS event
        ON event.customer_id = restriction.customer_id AND event.restriction_id = restriction.restriction_id
    WHERE
        restriction.scope <> 'plans'
        AND (%(book)s::text IS NULL OR restriction.book = %(book)s::text)
        AND (%(version)s::integer IS NULL OR restriction.book_version = %(version)s::integer)
        AND (%(run_on)s::date IS NULL OR restriction.since_on = %(run_on)s::date)
        AND (%(reason)s::text IS NULL OR restriction.reasons -> 0 ->> 'code' = %(reason)s::text)
        AND restriction.since_on BETWEEN %(since)s::date AND %(until)s::date
) AS stop
WHERE stop.in_force >= 3
