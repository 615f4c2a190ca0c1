"""Rule books: versioned data that maps facts to an outcome, in Python, over columns and in SQL.

Nouns: a *book* has typed *inputs*, ordered *rules* and a default; a rule has a *predicate*, its
`when`. Invariants: a rule is TRUE, FALSE or UNKNOWN (Kleene), never an error; an unknown rule that
is strict or asks for review leads to review with SYS-02, never silently to the default; every rule
that fired is kept; the strictest outcome wins; the three evaluators agree on every row, missing
values included.
"""
