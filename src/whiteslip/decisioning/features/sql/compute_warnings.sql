-- What happened on each line, as of a day, that warns of trouble: debits that failed, reliefs that were broken, purchases unlike their owner's.
-- Each of these is rare, so what answers it (a payment, a verification, the same purchase granted after all) is looked up one by one.
-- The numbers of rows come from one sequence: a larger one came later.
WITH failed AS (
    SELECT
        debit.customer_id, debit.line_id, debit.amount_minor,
        coalesce((
            SELECT sum(repayment.amount_minor) FROM money.received AS repayment
            WHERE
                repayment.customer_id = debit.customer_id
                AND repayment.line_id = debit.line_id
                AND repayment.repayment_id > debit.debit_id
                AND repayment.known_on <= %(as_of)s::date
                AND (repayment.reversed_on > %(as_of)s::date) IS NOT FALSE
        ), 0)
        + coalesce((
            SELECT sum(refund.amount_minor) FROM money.refund
            WHERE
                refund.customer_id = debit.customer_id
                AND refund.line_id = debit.line_id
                AND refund.refund_id > debit.debit_id
                AND refund.refunded_on <= %(as_of)s::date
        ), 0) AS received_minor
    FROM money.failed_debit AS debit
    WHERE
        debit.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND (%(customer_ids)b::bigint[] IS NULL OR debit.customer_id = ANY(%(customer_ids)b::bigint[]))
        AND debit.failure <> 'technical'
        AND debit.failed_on <= %(as_of)s::date
        AND debit.failed_on > %(as_of)s::date - 60
),

uncollected AS (
    SELECT
        failed.customer_id, failed.line_id,
        count(*) AS debits,
        greatest(max(failed.amount_minor - failed.received_minor), 0)::bigint AS amount_minor
    FROM failed
    GROUP BY failed.customer_id, failed.line_id
),

eased AS (
    SELECT
        relief.customer_id, relief.line_id, relief.relief_id,
        (array_agg(step.to_status ORDER BY step.step DESC))[1] AS status,
        max(step.happened_on) FILTER (WHERE step.to_status IN ('running', 'kept', 'broken')) AS moved_on
    FROM care.relief
    INNER JOIN care.relief_event AS step ON step.customer_id = relief.customer_id AND step.relief_id = relief.relief_id
    WHERE
        relief.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND (%(customer_ids)b::bigint[] IS NULL OR relief.customer_id = ANY(%(customer_ids)b::bigint[]))
        AND step.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND relief.started_on IS NOT NULL
        AND step.happened_on <= %(as_of)s::date
    GROUP BY relief.customer_id, relief.line_id, relief.relief_id
),

broken AS (
    SELECT
        eased.customer_id, eased.line_id,
        count(*) FILTER (WHERE eased.status = 'broken' AND eased.moved_on > %(as_of)s::date - 365) AS reliefs,
        max(eased.relief_id) FILTER (WHERE eased.status = 'broken') AS last_broken_id,
        max(eased.relief_id) FILTER (WHERE eased.status IN ('running', 'kept')) AS last_good_id
    FROM eased
    GROUP BY eased.customer_id, eased.line_id
),

-- What was referred by the day. A ruling that came later is not known yet; one by a person answers a suspicion, and one that granted answers all. That time
-- ran out answers nothing. What speaks against a purchase is what the book said of it: that a restriction stopped it is no evidence for another.
referred AS (
    SELECT
        purchase.customer_id, purchase.line_id, purchase.purchase_id, purchase.merchant_id, purchase.authorized_minor, purchase.authorized_at,
        FALSE AS is_decided
    FROM money.purchase
    WHERE
        purchase.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND (%(customer_ids)b::bigint[] IS NULL OR purchase.customer_id = ANY(%(customer_ids)b::bigint[]))
        AND purchase.status = 'referred'
        AND purchase.authorized_on <= %(as_of)s::date
        AND purchase.authorized_on > %(as_of)s::date - 7
    UNION ALL
    SELECT
        purchase.customer_id, purchase.line_id, purchase.purchase_id, purchase.merchant_id, purchase.authorized_minor, purchase.authorized_at,
        ruling.word = 'declined' AND ruling.ruled_on <= %(as_of)s::date AS is_decided
    FROM money.purchase_ruling AS ruling
    INNER JOIN money.purchase ON purchase.customer_id = ruling.customer_id AND purchase.purchase_id = ruling.purchase_id
    WHERE
        ruling.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
        AND (%(customer_ids)b::bigint[] IS NULL OR ruling.customer_id = ANY(%(customer_ids)b::bigint[]))
        AND ruling.ruled_on > %(as_of)s::date - 7
        AND (ruling.ruled_on > %(as_of)s::date OR ruling.word <> 'granted')
        AND purchase.authorized_on <= %(as_of)s::date
        AND purchase.authorized_on > %(as_of)s::date - 7
),

odd AS (
    SELECT
        purchase.customer_id, purchase.line_id,
        count(*) FILTER (WHERE EXISTS (SELECT FROM unnest(decision.reasons) AS told (code) WHERE told.code LIKE 'BEH-%%')) AS unlike,
        count(*) FILTER (
            WHERE
                NOT purchase.is_decided
                AND EXISTS (SELECT FROM unnest(decision.reasons) AS told (code) WHERE told.code LIKE 'FRD-%%')
                AND coalesce((
                    SELECT max(seen.decided_at) FROM risk.review_case AS seen
                    WHERE
                        seen.customer_id = purchase.customer_id
                        AND seen.kind = 'fraud'
                        AND seen.state = 'decided'
                        AND seen.decided_on <= %(as_of)s::date
                ) < purchase.authorized_at, TRUE)
        ) AS suspected
    FROM referred AS purchase
    INNER JOIN decisioning.decision ON decision.customer_id = purchase.customer_id AND decision.decision_id = purchase.purchase_id
    WHERE
        coalesce((
            SELECT max(verification.verification_id) FROM risk.verification
            WHERE verification.customer_id = purchase.customer_id AND verification.verified_on <= %(as_of)s::date
        ) < purchase.purchase_id, TRUE)
        AND (
            SELECT max(granted.purchase_id) FROM money.purchase AS granted
            WHERE
                granted.customer_id = purchase.customer_id
                AND granted.purchase_id > purchase.purchase_id
                AND granted.merchant_id = purchase.merchant_id
                AND granted.authorized_minor = purchase.authorized_minor
                AND granted.reasons IS NULL
                AND granted.authorized_on <= %(as_of)s::date
                AND NOT EXISTS (
                    SELECT FROM money.purchase_ruling AS later
                    WHERE later.customer_id = granted.customer_id AND later.purchase_id = granted.purchase_id AND later.ruled_on > %(as_of)s::date
                )
        ) IS NULL
    GROUP BY purchase.customer_id, purchase.line_id
)

SELECT
    line.customer_id, line.line_id,
    CASE WHEN uncollected.amount_minor > 0 THEN uncollected.debits END AS failed_debits_60d,
    uncollected.amount_minor AS uncollected_60d_minor,
    CASE WHEN broken.last_good_id > broken.last_broken_id THEN 0 ELSE broken.reliefs END AS reliefs_broken_12m,
    odd.unlike AS odd_purchases_7d,
    odd.suspected AS suspected_purchases_7d
FROM money.line
LEFT JOIN uncollected ON uncollected.customer_id = line.customer_id AND uncollected.line_id = line.line_id
LEFT JOIN broken ON broken.customer_id = line.customer_id AND broken.line_id = line.line_id
LEFT JOIN odd ON odd.customer_id = line.customer_id AND odd.line_id = line.line_id
WHERE
    line.customer_id BETWEEN %(first)s::bigint AND %(last)s::bigint
    AND (%(customer_ids)b::bigint[] IS NULL OR line.customer_id = ANY(%(customer_ids)b::bigint[]))
    AND line.opened_on <= %(as_of)s::date
