-- Of the customers whose lines show signs now, those who may be offered help, each with the line that shows most, the worst first: nobody who was offered
-- it within the period, has a relief under way or a hardship or dispute flagged, or of whose lines any is overdue or restricted: the letter says that
-- nothing is.
SELECT person.customer_id, person.line_id, person.signs
FROM (
    SELECT DISTINCT ON (sight.customer_id)
        sight.customer_id, sight.line_id, sight.signs, array_position(%(colors)b::text[], sight.color) AS rank
    FROM (
        SELECT DISTINCT ON (latest.customer_id, latest.line_id)
            latest.customer_id, latest.line_id, latest.color, latest.signs
        FROM risk.line_sign AS latest
        ORDER BY latest.customer_id ASC, latest.line_id ASC, latest.seen_on DESC
    ) AS sight
    INNER JOIN money.line ON line.customer_id = sight.customer_id AND line.line_id = sight.line_id
    WHERE
        sight.color = ANY(%(colors)b::text[])
        AND line.status = 'open'
        AND NOT EXISTS (
            SELECT FROM money.line AS other
            WHERE other.customer_id = sight.customer_id AND (other.restriction_level >= %(level)s::integer OR other.credit_barred)
        )
        AND NOT EXISTS (
            SELECT FROM money.arrears AS episode
            WHERE episode.customer_id = sight.customer_id AND episode.ended_on IS NULL
        )
        AND NOT EXISTS (
            SELECT FROM care.notice AS told
            WHERE told.customer_id = sight.customer_id AND told.kind = 'help_offered' AND told.noticed_on > %(on)s::date - %(period_days)s::integer
        )
        AND NOT EXISTS (
            SELECT FROM care.relief AS eased
            WHERE eased.customer_id = sight.customer_id AND eased.status IN ('countered', 'offered', 'agreed', 'running')
        )
        AND NOT EXISTS (
            SELECT FROM care.contact_flag AS flag
            WHERE
                flag.customer_id = sight.customer_id AND flag.since_on <= %(on)s::date
                AND (flag.until_on IS NULL OR flag.until_on > %(on)s::date)
        )
    ORDER BY sight.customer_id ASC, rank ASC, cardinality(sight.signs) DESC, sight.line_id ASC
) AS person
ORDER BY person.rank ASC, cardinality(person.signs) DESC, person.customer_id ASC
LIMIT %(most)s::integer
