"""The life of a line lived again by the pure rules: what it is, and what it would be without a payment."""
