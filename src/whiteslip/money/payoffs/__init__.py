"""Early settlement: what it takes to owe nothing more of a plan, of what was billed, or of everything."""
