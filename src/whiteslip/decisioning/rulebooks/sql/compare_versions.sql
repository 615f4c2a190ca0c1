-- Batch step. Judge the rows of the facts by two versions of a book and count them by what each said; facts, both versions and which rows count
-- are filled in.
-- Idempotent: it only reads.
SELECT judged.live_fired, judged.shadow_fired, judged.live_outcome, judged.shadow_outcome, count(*) AS lines
FROM (
    SELECT
        (/* live_fired */) AS live_fired,
        (/* shadow_fired */) AS shadow_fired,
        (/* live_outcome */) AS live_outcome,
        (/* shadow_outcome */) AS shadow_outcome
    FROM (
        /* facts */
    ) AS fact
    WHERE (/* counted */)
) AS judged
GROUP BY judged.live_fired, judged.shadow_fired, judged.live_outcome, judged.shadow_outcome
