-- Keep a forecast, unless one of its day is known already.
INSERT INTO risk.liquidity_forecast (
    forecast_on, attempt, version, forecast_at, why, cash_minor, floor_minor, least_minor, inflow_minor, outflow_minor, committed_minor,
    liquidity_minor, low_minor, high_minor, open_minor, stages_minor
)
SELECT
    %(forecast_on)s::date, 1 + count(before.attempt), %(version)s::smallint, %(at)s::timestamptz, %(why)s, %(cash_minor)s::bigint,
    %(floor_minor)s::bigint, %(least_minor)s::bigint, %(inflow_minor)b::bigint[], %(outflow_minor)b::bigint[], %(committed_minor)b::bigint[],
    %(liquidity_minor)b::bigint[], %(low_minor)b::bigint[], %(high_minor)b::bigint[], %(open_minor)b::bigint[], %(stages_minor)b::bigint[]
FROM (SELECT attempt, why FROM risk.liquidity_forecast WHERE forecast_on = %(forecast_on)s::date) AS before
HAVING count(before.attempt) FILTER (WHERE before.why IS NULL) = 0
