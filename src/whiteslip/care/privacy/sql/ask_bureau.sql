-- Keep a person's request that the bureau's data be corrected, with the day it is to be answered by.
INSERT INTO care.bureau_correction (customer_id, request_id, asked_at, asked_on, due_on, subject, actor)
VALUES (%(customer_id)s, %(request_id)s, %(at)s, %(on)s, %(due_on)s, %(subject)s, %(actor)s)
