-- Read every gathered link as columns; the number of a kind is its place in the list given.
SELECT
    array_agg(link.customer_id) AS accounts,
    array_agg((array_position(%(kinds)b::text[], link.kind) - 1)::smallint) AS kinds,
    array_agg(link.entity) AS entities,
    array_agg(link.first_on) AS first_on,
    array_agg(link.last_on) AS last_on
FROM risk.network_link AS link
WHERE link.times > 0
