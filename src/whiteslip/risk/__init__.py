"""When to stop, and how to come back."""
