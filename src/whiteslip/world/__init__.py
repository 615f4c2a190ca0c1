"""A world to run the book in: the replay of a real portfolio, checked by an independent oracle."""
