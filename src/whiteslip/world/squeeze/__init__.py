"""A liquidity squeeze: the same people live through it with the valve, with it rehearsed, and without it."""
