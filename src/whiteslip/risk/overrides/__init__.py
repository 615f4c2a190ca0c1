"""What takes two people: overriding a restriction until a day, and closing a line for good."""
