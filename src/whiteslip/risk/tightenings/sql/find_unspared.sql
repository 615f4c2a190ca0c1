-- Find members that were to be spared, held out or exempt, and whom their tightening restricts all the same.
SELECT member.customer_id, member.line_id, member.tightening_id
FROM risk.tightening_member AS member
INNER JOIN risk.restriction
    ON
        restriction.customer_id = member.customer_id
        AND restriction.line_id = member.line_id
        AND restriction.book = 'segments'
        AND restriction.book_version = member.tightening_id
WHERE member.arm = 'held_out' OR member.is_exempt
ORDER BY member.customer_id, member.line_id
