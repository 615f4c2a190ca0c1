"""Cures: a payment that ends what a line was restricted for restores it at once, and its owner is told."""
