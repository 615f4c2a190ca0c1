"""Charge-offs: what is given up as an asset and goes on as a claim, what of it comes in later, and its end."""
