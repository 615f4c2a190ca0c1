-- Find grants that should not be: of a line held out, exempt or no member, or of one that was behind or under a relief when it was given.
SELECT given.customer_id, given.line_id, given.tightening_id
FROM risk.loosening_grant AS given
LEFT JOIN risk.tightening_member AS member
    ON member.customer_id = given.customer_id AND member.tightening_id = given.tightening_id AND member.line_id = given.line_id
WHERE
    given.kept_of IS NULL
    AND (
        coalesce(member.arm <> 'loosened' OR member.is_exempt, TRUE)
        OR EXISTS (
            SELECT FROM money.arrears
            WHERE
                arrears.customer_id = given.customer_id
                AND arrears.line_id = given.line_id
                AND arrears.since_on < given.granted_on
                AND (arrears.ended_on IS NULL OR arrears.ended_on > given.granted_on)
        )
        OR EXISTS (
            SELECT FROM care.relief
            WHERE
                relief.customer_id = given.customer_id
                AND relief.line_id = given.line_id
                AND relief.started_on < given.granted_on
                AND (relief.finished_on IS NULL OR relief.finished_on > given.granted_on)
        )
    )
ORDER BY given.customer_id, given.line_id
