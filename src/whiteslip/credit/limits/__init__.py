"""Limits: how much is offered, from a table of risk band and affordability band, and how a limit moves later.

Nouns: *assignment table*, *cell*, *rung* (of the ladder new customers start on), an *offer* and what bounds it; a
*review* of a line with its *proposal*, a *run* of reviews, a *tier* of customers.
Invariants: a worse band never has a larger cell, checked when the table is read; an offer is never more than was
asked, than the table gives, than the rung, than the month carries, nor than the law allows; an unknown
risk has no offer.
A review moves a limit within every bound or not at all, once a day at most; a cut is announced before it holds, takes a
step and leaves a floor, and makes no debt due.
"""
