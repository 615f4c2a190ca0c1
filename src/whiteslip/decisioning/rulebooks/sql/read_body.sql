-- Read the body of one version.
SELECT body FROM decisioning.rule_book
WHERE name = %(book)s AND version = %(version)s::integer
