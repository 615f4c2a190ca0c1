"""The pure vocabulary every stream shares; it imports nothing of ours."""
