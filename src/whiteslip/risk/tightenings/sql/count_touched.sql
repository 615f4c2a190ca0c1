-- Count the members a tightening restricted.
SELECT count(*) AS lines FROM risk.tightening_member WHERE tightening_id = %(tightening_id)s::integer AND restriction_id IS NOT NULL
