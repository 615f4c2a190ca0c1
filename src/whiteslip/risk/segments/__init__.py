"""Segments of the book: how their rates move from month end to month end, and when that is more than chance.

Nouns: *segment* (a named condition over features), *measure* (a rate of its month ends), *chart* (control limits around
a rate), *judgment*. Invariants: who is in a segment is told from what was known before the month that is measured; what
cannot be known is unknown with its reason and never calm; what was measured and judged is only added.
"""
