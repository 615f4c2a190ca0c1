"""Liquidity: what cash is expected day by day, and the valve that slows or stops new purchases before it runs out.

Nouns: *forecast* (cash expected after each of the next days, with an interval), *coverage* (the least of it in
proportion to the floor), *stage* (how tightly new purchases are let through, as data), *valve* (a stage proposed,
rehearsed, released by two people, and ended), *gate* (what the valve says of one purchase).
Invariants: a forecast whose inputs are missing is unknown and says why; a valve acts only after two people released
it, and never after its end; it refuses new purchases and nothing else; a valve whose state cannot be read is not open.
"""
