-- Tell whether any run waits for people: one of the watch book that still proposes something, or one of limit reviews.
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
    OR EXISTS(SELECT FROM credit.limit_run WHERE limit_run.state = 'stopped') AS waits
