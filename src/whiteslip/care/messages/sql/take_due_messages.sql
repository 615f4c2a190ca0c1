-- Lock messages that are due with their contact points, the longest waiting first, and read what there is to know about sending them.
-- What another worker holds is left to it: the contact point is locked as well, so that no two workers count its attempts at the same time.
SELECT
    message.customer_id, message.notice_id, message.contact_id, message.klass, message.status, message.tries, message.queued_at, contact.channel,
    contact.address, contact.zone, contact.may_at_night, contact.verified_at IS NOT NULL AS is_verified,
    contact.opted_out_at IS NOT NULL AS is_opted_out,
    EXISTS(
        SELECT FROM care.contact_flag
        WHERE
            contact_flag.customer_id = message.customer_id
            AND contact_flag.since_on <= %(on)s::date
            AND (contact_flag.until_on IS NULL OR contact_flag.until_on > %(on)s::date)
    ) AS is_flagged,
    EXISTS(
        SELECT FROM care.reminder
        WHERE
            reminder.customer_id = message.customer_id
            AND reminder.notice_id = message.notice_id
            AND (
                (reminder.step <= 0 AND reminder.due_on < %(on)s::date)
                OR NOT EXISTS (
                    SELECT FROM money.installment
                    WHERE
                        installment.customer_id = reminder.customer_id
                        AND installment.line_id = reminder.line_id
                        AND installment.due_on = reminder.due_on
                        AND installment.status = 'open'
                )
            )
    ) AS is_moot,
    coalesce(customer.language, 'zh') AS language, notice.text_zh, notice.text_en
FROM care.message
INNER JOIN care.contact ON contact.customer_id = message.customer_id AND contact.contact_id = message.contact_id
INNER JOIN care.notice ON notice.customer_id = message.customer_id AND notice.notice_id = message.notice_id
LEFT JOIN credit.customer ON customer.customer_id = message.customer_id
WHERE message.status IN ('queued', 'sending') AND message.not_before <= %(at)s::timestamptz
ORDER BY message.not_before
LIMIT %(most)s::integer
FOR UPDATE OF message, contact SKIP LOCKED
