"""The command line: what an operator or a developer types."""
