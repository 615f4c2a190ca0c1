-- Keep facts from outside.
INSERT INTO decisioning.outside_fact (customer_id, fact_no, observed_on, known_on, whole, ratio, name, label, source)
SELECT new.customer_id, new.fact_no, new.observed_on, new.known_on, new.whole, new.ratio, new.name, new.label, new.source
FROM unnest(
    %(customer_ids)b::bigint[], %(fact_nos)b::bigint[], %(observed_ons)b::date[], %(known_ons)b::date[], %(wholes)b::bigint[],
    %(ratios)b::double precision[], %(names)b::text[], %(labels)b::text[], %(sources)b::text[]
) AS new (customer_id, fact_no, observed_on, known_on, whole, ratio, name, label, source)
