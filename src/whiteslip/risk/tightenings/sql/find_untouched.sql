-- Find the members a stage is to restrict: of the arm that is tightened, up to that stage, not exempt, not restricted by the tightening before.
SELECT customer_id, line_id
FROM risk.tightening_member
WHERE
    tightening_id = %(tightening_id)s::integer
    AND arm <> 'held_out'
    AND NOT is_exempt
    AND stage <= %(stage)s::smallint
    AND restriction_id IS NULL
ORDER BY customer_id, line_id
