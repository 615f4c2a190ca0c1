-- Take a range of customers for end of day once no repayment or refund holds it.
SELECT pg_advisory_xact_lock(20132, %(range_no)s::integer)
