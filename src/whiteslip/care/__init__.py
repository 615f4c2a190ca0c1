"""How people are treated, and their rights."""
