"""Credit bureau reports: inquiries as dated rows, reports as received, and the facts read from them.

Nouns: *inquiry* (waits, is answered, failed or is cancelled), *report* (the bytes that came), *file* (what a report
that can be read says of the right person).
Invariants: an inquiry is made only with consent; it ends: after so many tries or at its deadline it has failed, and
its facts are missing; what came is kept as it came; a report about somebody else says one thing only, that it is not
about this person; an answer nobody waits for any more is not kept.
"""
