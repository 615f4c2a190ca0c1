-- Count the events that wait to be delivered.
SELECT count(*) AS waiting FROM infra.outbox
