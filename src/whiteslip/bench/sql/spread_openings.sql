-- Let the lines of a made book have been opened over eighteen months, as the hash of their number says.
UPDATE money.line
SET opened_on = %(business_date)s::date - 10 - mod(hashint8extended(customer_id, 11) & 2147483647, 540)::integer
