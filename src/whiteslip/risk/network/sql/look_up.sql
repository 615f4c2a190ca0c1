-- Say of people, in their order, how many known as bad used any of what they come with, and the score of an open or confirmed ring they are in.
-- What as many used as its kind allows says nothing; neither do links that have faded. One probe for each thing and each person: see network_link_entity.
-- Known as bad is as in read_people.sql. Twin: network/rules.py: links_to_bad
SELECT coalesce(linked.bad, 0) AS links_to_bad, coalesce(ringed.score, 0) AS ring_score
FROM unnest(%(customer_ids)b::bigint[]) WITH ORDINALITY AS person (customer_id, place)
LEFT JOIN (
    SELECT told.place, count(DISTINCT other.customer_id)::integer AS bad
    FROM unnest(
        %(places)b::integer[], %(tellers)b::bigint[], %(kinds)b::text[], %(entities)b::bigint[], %(most)b::integer[], %(fresh_from)b::date[]
    ) AS told (place, customer_id, kind, entity, most, fresh_from)
    CROSS JOIN LATERAL (
        SELECT near.customer_id, near.last_on, count(*) OVER () AS others
        FROM (
            SELECT link.customer_id, link.last_on
            FROM risk.network_link AS link
            WHERE link.entity = told.entity AND link.kind = told.kind AND link.customer_id <> told.customer_id
            LIMIT told.most
        ) AS near
    ) AS other
    WHERE
        other.others < told.most AND other.last_on >= told.fresh_from
        AND (
            EXISTS (
                SELECT FROM risk.review_case
                WHERE
                    review_case.customer_id = other.customer_id AND review_case.kind = 'fraud' AND review_case.state = 'decided'
                    AND review_case.label = 'true_positive'
            )
            OR EXISTS (
                SELECT FROM money.arrears
                WHERE arrears.customer_id = other.customer_id AND arrears.ended_on IS NULL AND arrears.oldest_due_on <= %(bad_before)s::date
            )
        )
    GROUP BY told.place
) AS linked ON linked.place = person.place
LEFT JOIN LATERAL (
    SELECT max(ring.score) AS score
    FROM risk.ring_member AS member
    INNER JOIN risk.ring ON ring.customer_id = member.ring_customer_id AND ring.ring_id = member.ring_id
    INNER JOIN risk.review_case ON review_case.customer_id = ring.customer_id AND review_case.case_id = ring.case_id
    WHERE
        member.customer_id = person.customer_id
        AND (review_case.state IN ('open', 'taken') OR (review_case.state = 'decided' AND review_case.label = 'true_positive'))
) AS ringed ON TRUE
ORDER BY person.place
