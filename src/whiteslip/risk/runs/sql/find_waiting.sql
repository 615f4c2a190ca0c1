-- Tell whether any run waits for people: one of a book that still proposes something, one of limit reviews, or the tightening of a segment.
SELECT
    EXISTS(
        SELECT FROM risk.run_step AS said
        INNER JOIN risk.restriction
            ON
                restriction.book = said.book
                AND restriction.book_version = said.book_version
                AND restriction.since_on = said.run_on
                AND restriction.state = 'proposed'
        WHERE said.command = 'propose'
    )
    OR EXISTS(SELECT FROM credit.limit_run WHERE limit_run.state = 'stopped')
    OR EXISTS(SELECT FROM risk.tightening WHERE tightening.state IN ('proposed', 'lifting')) AS waits
