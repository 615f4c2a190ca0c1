-- Append what a batch brought to the valves, and what of it they refused or would have refused.
INSERT INTO risk.valve_count (valve_id, counted_on, acted, asked, asked_minor, refused, refused_minor)
SELECT counted.valve_id, %(counted_on)s::date, counted.acted, counted.asked, counted.asked_minor, counted.refused, counted.refused_minor
FROM unnest(
    %(valve_ids)b::bigint[], %(acted)b::boolean[], %(asked)b::integer[], %(asked_minor)b::bigint[], %(refused)b::integer[],
    %(refused_minor)b::bigint[]
) AS counted (valve_id, acted, asked, asked_minor, refused, refused_minor)
