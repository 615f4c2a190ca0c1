"""How a decision is made: rule books over facts, later scorecards and models."""
