-- Find the members a stage is to give room to: of the arm that is loosened, up to that stage, not exempt, and given nothing by the loosening before;
-- or, for renewals, those whose last grant ran to its promised end.
SELECT member.customer_id, member.line_id
FROM risk.tightening_member AS member
CROSS JOIN LATERAL (
    SELECT max(given.ends_on) AS ends_on
    FROM risk.loosening_grant AS given
    WHERE given.customer_id = member.customer_id AND given.tightening_id = member.tightening_id AND given.line_id = member.line_id
) AS granted
WHERE
    member.tightening_id = %(tightening_id)s::integer
    AND member.arm = 'loosened'
    AND NOT member.is_exempt
    AND member.stage <= %(stage)s::smallint
    AND CASE WHEN %(renewals)s::boolean THEN granted.ends_on <= %(on)s::date ELSE granted.ends_on IS NULL END
ORDER BY member.customer_id, member.line_id
