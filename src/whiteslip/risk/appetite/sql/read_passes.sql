-- Read who went past which limit of a version for a subject, in order.
SELECT measure, value_ppm, actor, note, happened_at
FROM risk.appetite_pass
WHERE subject = %(subject)s AND version = %(version)s::integer
ORDER BY measure, pass
