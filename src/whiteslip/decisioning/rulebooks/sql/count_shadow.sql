-- Append what a batch showed of a version in shadow.
INSERT INTO decisioning.shadow_count (
    name, shadow_version, live_version, counted_on, live_outcomes, shadow_outcomes, outcome_rows, rule_ids, fired_both, fired_live, fired_shadow
)
VALUES (
    %(book)s, %(shadow_version)s::integer, %(live_version)s::integer, %(counted_on)s::date, %(live_outcomes)b::smallint[],
    %(shadow_outcomes)b::smallint[], %(outcome_rows)b::integer[], %(rule_ids)b::text[], %(fired_both)b::integer[], %(fired_live)b::integer[],
    %(fired_shadow)b::integer[]
)
