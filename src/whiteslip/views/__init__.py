"""What screens and API answers show; SELECT only."""
