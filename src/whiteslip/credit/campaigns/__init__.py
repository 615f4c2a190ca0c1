"""Campaigns: temporary limits for a segment of lines and a window of days, within a budget.

Nouns: *campaign*, its *segment* (a condition over features), *window*, *budget*; a *grant* to one line.
Invariants: what is granted never sums above the budget; a line is granted once a campaign; nothing is granted before
a second person approved, after somebody stopped it, or outside the window; a grant ends with its window.
"""
