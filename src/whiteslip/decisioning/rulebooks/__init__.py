"""Rule books: versioned data that maps facts to an outcome, in Python, over columns and in SQL.

Nouns: a *book* has typed *inputs*, ordered *rules* and a default; a rule has a *predicate*, its
`when`. A *version* of a book leads a *life* from draft to retired; its *shadow* judges beside the
live one, a *challenger* judges a share of the customers. Invariants: a rule is TRUE, FALSE or
UNKNOWN (Kleene), never an error; an unknown rule that is strict or asks for review leads to review
with SYS-02, never silently to the default; every rule that fired is kept; the strictest outcome
wins; the three evaluators agree on every row, missing values included; nobody approves or releases
what they wrote; at most one version of a name is live; what would move too many accounts waits for
release.
"""
