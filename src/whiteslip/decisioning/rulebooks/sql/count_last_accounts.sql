-- Count the accounts the latest run of a book judged, 0 before its first.
SELECT coalesce(sum(run.accounts), 0)::bigint AS accounts
FROM decisioning.rule_book_run AS run
WHERE
    run.name = %(book)s::text
    AND run.run_on = (SELECT max(latest.run_on) FROM decisioning.rule_book_run AS latest WHERE latest.name = %(book)s::text)
