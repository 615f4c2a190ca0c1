-- Tables of the book that changed so much since they were last analyzed that the planner would misjudge them.
SELECT schemaname AS stream, relname AS name
FROM pg_stat_user_tables
WHERE
    schemaname IN ('money', 'risk', 'care', 'credit')
    AND n_mod_since_analyze > 1000 + n_live_tup / 5
ORDER BY schemaname, relname
