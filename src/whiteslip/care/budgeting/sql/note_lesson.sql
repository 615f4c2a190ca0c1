-- Note that somebody was told a lesson; once is enough.
INSERT INTO care.lesson_told (customer_id, told_at, moment)
VALUES (%(customer_id)s, %(at)s, %(moment)s)
ON CONFLICT (customer_id, moment) DO NOTHING
