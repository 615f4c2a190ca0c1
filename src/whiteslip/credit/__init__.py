"""Who may borrow how much."""
