-- How many were offered help on a business date.
SELECT count(*) AS offered FROM care.notice AS told
WHERE told.kind = 'help_offered' AND told.noticed_on = %(on)s::date
