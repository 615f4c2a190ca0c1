-- Runs that stopped as proposals and still propose something, with who released them so far.
SELECT
    proposed.book, proposed.book_version, proposed.run_on, proposed.note,
    coalesce(
        (
            SELECT array_agg(said.actor ORDER BY said.step) FROM risk.run_step AS said
            WHERE
                said.book = proposed.book AND said.book_version = proposed.book_version AND said.run_on = proposed.run_on
                AND said.command = 'release'
        ), '{}'
    ) AS released_by,
    count(*) AS restrictions, count(DISTINCT restriction.line_id) AS lines
FROM risk.run_step AS proposed
INNER JOIN risk.restriction
    ON
        restriction.book = proposed.book
        AND restriction.book_version = proposed.book_version
        AND restriction.since_on = proposed.run_on
        AND restriction.state = 'proposed'
WHERE proposed.command = 'propose'
GROUP BY proposed.book, proposed.book_version, proposed.run_on, proposed.note
ORDER BY proposed.run_on, proposed.book, proposed.book_version
