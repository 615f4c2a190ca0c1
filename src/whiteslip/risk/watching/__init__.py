"""The watch book at work: what it finds on lines, and the restrictions it imposes, ends and brings back."""
