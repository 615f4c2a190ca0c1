-- Move a run that was taken before in this transaction.
UPDATE credit.limit_run SET
    state = %(state)s,
    judged = %(judged)s::integer,
    cuts = %(cuts)s::integer,
    allowed = %(allowed)s::integer,
    released_by = %(released_by)b::text[],
    finished_at = CASE WHEN %(state)s IN ('finished', 'discarded') THEN %(at)s::timestamptz END
WHERE run_id = %(run_id)s::bigint
