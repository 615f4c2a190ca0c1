-- Add what was answered at checkout to the counts of its minutes; several servers add to the same one.
INSERT INTO infra.service_count AS counted (minute, counted_on, answers, faults, turned_away)
SELECT new.minute, %(on)s::date, new.answers, new.faults, new.turned_away
FROM unnest(
    %(minutes)b::timestamptz[], %(answers)b::bigint[], %(faults)b::bigint[], %(turned_away)b::bigint[]
) AS new (minute, answers, faults, turned_away)
ORDER BY new.minute
ON CONFLICT (minute) DO UPDATE
SET
    answers = counted.answers + excluded.answers,
    faults = counted.faults + excluded.faults,
    turned_away = counted.turned_away + excluded.turned_away
