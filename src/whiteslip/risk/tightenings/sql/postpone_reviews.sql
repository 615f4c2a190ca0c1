-- Let the restrictions of a tightening that people kept be looked at again on its new review date; one under review already is its reviewer's.
UPDATE risk.restriction SET review_on = %(review_on)s::date
FROM risk.tightening_member AS member
WHERE
    member.tightening_id = %(tightening_id)s::integer
    AND restriction.customer_id = member.customer_id
    AND restriction.restriction_id = member.restriction_id
    AND restriction.state IN ('active', 'curing', 'appealed')
