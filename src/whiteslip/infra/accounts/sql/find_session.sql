-- Find whose session a token opens, unless it ended, was idle for too long, or its account is disabled.
SELECT
    account.account_id, account.kind, account.name, account.actor, account.roles, account.merchant_id, account.customer_id, account.disabled_at,
    session.seen_at
FROM infra.session
INNER JOIN infra.account ON session.account_id = account.account_id
WHERE session.token_hash = %(token_hash)s
    AND session.ends_at > %(at)s
    AND account.disabled_at IS NULL
    AND ((account.kind = 'shopper' AND session.seen_at > %(shopper_since)s) OR (account.kind <> 'shopper' AND session.seen_at > %(staff_since)s))
