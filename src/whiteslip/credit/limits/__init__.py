"""Limits: how much is offered, from a table of risk band and affordability band.

Nouns: *assignment table*, *cell*, *rung* (of the ladder new customers start on), an *offer* and what bounds it.
Invariants: a worse band never has a larger cell, checked when the table is read; an offer is never more than was
asked, than the table gives, than the rung, than the month carries, nor than the law allows; an unknown
risk has no offer.
"""
