-- Find what the last back-test of the text of a version found, if one was kept.
SELECT event.evidence
FROM decisioning.rule_book_event AS event
INNER JOIN decisioning.rule_book AS book
    ON book.name = event.name AND book.version = event.version AND book.checksum = event.checksum
WHERE event.name = %(book)s AND event.version = %(version)s::integer AND event.command = 'backtest'
ORDER BY event.step DESC
LIMIT 1
