-- Find what waits in the outbox, and when each nightly job ran last.
SELECT
    (SELECT count(*) FROM infra.outbox) AS outbox,
    (SELECT min(occurred_at) FROM infra.outbox) AS outbox_since,
    (SELECT max(woven_on) FROM risk.weave) AS woven_on,
    (SELECT max(seen_on) FROM risk.sign_run) AS seen_on,
    (SELECT max(evaluated_on) FROM risk.signal_evaluation) AS evaluated_on,
    (SELECT max(forecast_on) FROM risk.liquidity_forecast) AS forecast_on
