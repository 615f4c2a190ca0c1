-- Take the bureau's own words out of people's reports; the facts that decisions rest on, and the hash that tells what was read, stay.
UPDATE credit.bureau_report SET body = ''::bytea WHERE bureau_report.customer_id = ANY(%(customer_ids)b::bigint[])
