-- Keep what end of day reported.
INSERT INTO infra.day_report (business_date, finished_at, report)
VALUES (%(business_date)s::date, %(finished_at)s::timestamptz, %(report)s::jsonb)
ON CONFLICT (business_date) DO NOTHING
