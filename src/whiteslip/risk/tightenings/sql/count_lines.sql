-- Count the lines of the book that are open.
SELECT count(*) AS lines FROM money.line WHERE status = 'open'
