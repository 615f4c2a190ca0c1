"""Goodwill: amounts granted to a customer at our expense, by one person of the staff or, above a sum, by two."""
