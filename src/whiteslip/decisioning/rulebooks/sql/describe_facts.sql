-- Describe the facts supplied to a kind of book: its columns, and no row.
SELECT fact.*
FROM (
    /* facts */
) AS fact
LIMIT 0
