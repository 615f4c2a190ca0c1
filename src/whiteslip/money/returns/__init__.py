"""Returns: what of a refund is owed to the sources that paid the purchase, and what of it was paid out to them."""
