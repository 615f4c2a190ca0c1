-- Read which lessons somebody was told.
SELECT told.moment FROM care.lesson_told AS told WHERE told.customer_id = %(customer_id)s::bigint
