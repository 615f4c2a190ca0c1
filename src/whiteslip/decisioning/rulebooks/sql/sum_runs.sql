-- Sum how many accounts the latest runs of a book moved, the latest first.
SELECT sum(run.moved)::bigint AS moved
FROM decisioning.rule_book_run AS run
WHERE run.name = %(book)s
GROUP BY run.run_on
ORDER BY run.run_on DESC
LIMIT %(runs)s::integer
