-- What is known from outside of a customer's income, assets, debts and borrowing elsewhere, as of a day, for each line.
-- Of what speaks of one day the latest learned counts; of what may be out of date only what speaks of the last year.
WITH known AS (
    SELECT DISTINCT ON (fact.customer_id, fact.name, fact.observed_on)
        fact.customer_id, fact.name, fact.observed_on, fact.whole, fact.label
    FROM decisioning.outside_fact AS fact
    WHERE
        fact.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND (%(customer_ids)b::bigint[] IS NULL OR fact.customer_id = ANY(%(customer_ids)b::bigint[]))
        AND fact.known_on <= %(as_of)s::date
        AND fact.observed_on > %(as_of)s::date - 365
        AND fact.name IN (
            'income_monthly_minor', 'assets_minor', 'debts_elsewhere_minor', 'repayments_elsewhere_monthly_minor', 'bureau_arrears_months',
            'enquiries_6m', 'oldest_account_months', 'platforms_borrowed_from', 'employment'
        )
    ORDER BY fact.customer_id ASC, fact.name ASC, fact.observed_on ASC, fact.known_on DESC, fact.fact_no DESC
),

placed AS (
    SELECT
        known.customer_id, known.name, known.observed_on, known.whole, known.label,
        row_number() OVER (PARTITION BY known.customer_id, known.name ORDER BY known.observed_on DESC) AS place
    FROM known
),

told AS (
    SELECT
        placed.customer_id,
        max(placed.whole) FILTER (WHERE placed.place = 1 AND placed.name = 'income_monthly_minor') AS income_monthly_minor,
        avg(placed.whole) FILTER (WHERE placed.name = 'income_monthly_minor') AS income_average_minor,
        avg(placed.whole) FILTER (WHERE placed.place > 1 AND placed.name = 'income_monthly_minor') AS income_before_minor,
        stddev_samp(placed.whole) FILTER (WHERE placed.name = 'income_monthly_minor') AS income_spread_minor,
        count(DISTINCT date_trunc('month', placed.observed_on)) FILTER (WHERE placed.name = 'income_monthly_minor') AS income_months_12m,
        max(placed.whole) FILTER (WHERE placed.place = 1 AND placed.name = 'assets_minor') AS assets_minor,
        max(placed.whole) FILTER (WHERE placed.place = 1 AND placed.name = 'debts_elsewhere_minor') AS debts_elsewhere_minor,
        max(placed.whole) FILTER (WHERE placed.place = 2 AND placed.name = 'debts_elsewhere_minor') AS debts_before_minor,
        max(placed.whole) FILTER (WHERE placed.place = 1 AND placed.name = 'repayments_elsewhere_monthly_minor') AS burden_minor,
        max(placed.whole) FILTER (WHERE placed.place = 1 AND placed.name = 'bureau_arrears_months') AS bureau_arrears_months,
        max(placed.whole) FILTER (WHERE placed.place = 1 AND placed.name = 'enquiries_6m') AS enquiries_6m,
        max(placed.whole) FILTER (WHERE placed.place = 1 AND placed.name = 'oldest_account_months') AS oldest_account_months,
        max(placed.whole) FILTER (WHERE placed.place = 1 AND placed.name = 'platforms_borrowed_from') AS platforms_borrowed_from,
        max(placed.label) FILTER (WHERE placed.place = 1 AND placed.name = 'employment') AS employment
    FROM placed
    GROUP BY placed.customer_id
)

SELECT
    line.customer_id, line.line_id, told.income_monthly_minor,
    CASE WHEN told.income_months_12m >= 3 THEN told.income_spread_minor / nullif(told.income_average_minor, 0) END AS income_variation_12m,
    told.income_monthly_minor / nullif(told.income_before_minor, 0) - 1 AS income_change_12m,
    told.income_months_12m, told.assets_minor, told.debts_elsewhere_minor,
    told.assets_minor - told.debts_elsewhere_minor AS net_assets_minor,
    told.debts_elsewhere_minor - told.debts_before_minor AS debts_elsewhere_change_minor,
    told.debts_elsewhere_minor::double precision / nullif(told.income_monthly_minor, 0) AS debt_to_income,
    told.burden_minor::double precision / nullif(told.income_monthly_minor, 0) AS repayments_to_income,
    told.bureau_arrears_months, told.enquiries_6m, told.oldest_account_months, told.platforms_borrowed_from, told.employment
FROM money.line
LEFT JOIN told ON told.customer_id = line.customer_id
WHERE
    line.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
    AND (%(customer_ids)b::bigint[] IS NULL OR line.customer_id = ANY(%(customer_ids)b::bigint[]))
    AND line.opened_on <= %(as_of)s::date
