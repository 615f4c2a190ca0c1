-- List the last forecast of each of the latest days up to one, the newest first.
SELECT DISTINCT ON (forecast_on)
    forecast_on, version, why, cash_minor, floor_minor, stages_minor, inflow_minor, outflow_minor, committed_minor, liquidity_minor, low_minor, high_minor,
    open_minor
FROM risk.liquidity_forecast
WHERE forecast_on <= %(until)s::date
ORDER BY forecast_on DESC, attempt DESC
LIMIT %(most)s::integer
