-- Write the customers of a made book.
INSERT INTO credit.customer (customer_id, reference, display_name, language, joined_on)
SELECT customer_id, 'bench-' || customer_id, 'Customer ' || customer_id, 'en', %(business_date)s::date - 400
FROM drawn_line
