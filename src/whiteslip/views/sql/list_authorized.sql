-- List the purchases authorized after an instant, up to another if there is one, and before a business date; those a person granted count when they did.
SELECT
    purchase.customer_id, purchase.purchase_id, purchase.authorized_minor, purchase.plan_months,
    coalesce(ruling.ruled_on, purchase.authorized_on) AS authorized_on
FROM money.purchase
LEFT JOIN money.purchase_ruling AS ruling
    ON ruling.customer_id = purchase.customer_id AND ruling.purchase_id = purchase.purchase_id AND ruling.word = 'granted'
WHERE
    purchase.status NOT IN ('declined', 'referred') AND NOT purchase.imported
    AND coalesce(ruling.ruled_at, purchase.authorized_at) > %(after_at)s::timestamptz
    AND (%(until_at)s::timestamptz IS NULL OR coalesce(ruling.ruled_at, purchase.authorized_at) < %(until_at)s::timestamptz)
    AND coalesce(ruling.ruled_on, purchase.authorized_on) < %(until_on)s::date
ORDER BY purchase.customer_id, purchase.purchase_id
