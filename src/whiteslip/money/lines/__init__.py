"""Credit lines: their limits, live balances and turns. Held plus principal never rises above the usable limits."""
