-- The least cash the forecast of the day expects, below 0 counted as 0, out of the floor; without a known forecast of the day, nothing out of nothing.
SELECT
    coalesce(max(greatest(forecast.least_minor, 0)), 0)::bigint AS hits,
    coalesce(max(forecast.floor_minor), 0)::bigint AS out_of,
    (SELECT max(last.forecast_on) FROM risk.liquidity_forecast AS last WHERE last.forecast_on <= %(as_of)s::date AND last.why IS NULL) AS seen_on
FROM risk.liquidity_forecast AS forecast
WHERE forecast.forecast_on = %(as_of)s::date AND forecast.why IS NULL
