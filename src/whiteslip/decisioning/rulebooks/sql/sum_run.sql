-- Sum how many accounts a version judged and moved on a day, beside what the runs of its name moved on the days before, the latest first.
SELECT
    coalesce(sum(run.accounts), 0)::bigint AS accounts,
    coalesce(sum(run.moved), 0)::bigint AS moved,
    (
        SELECT array_agg(earlier.moved ORDER BY earlier.run_on DESC)
        FROM (
            SELECT before.run_on, sum(before.moved)::bigint AS moved
            FROM decisioning.rule_book_run AS before
            WHERE before.name = %(book)s::text AND before.run_on < %(run_on)s::date
            GROUP BY before.run_on
        ) AS earlier
    ) AS past
FROM decisioning.rule_book_run AS run
WHERE run.name = %(book)s::text AND run.version = %(version)s::integer AND run.run_on = %(run_on)s::date
