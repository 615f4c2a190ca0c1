-- Find the text of a version of a rule book; without a version, of the live one.
SELECT body FROM decisioning.rule_book
WHERE name = %(book)s::text AND CASE WHEN %(version)s::integer IS NULL THEN status = 'live' ELSE version = %(version)s::integer END
