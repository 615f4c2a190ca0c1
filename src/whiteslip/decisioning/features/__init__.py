"""Features: facts about customers and lines, defined once and read in sets as of a day."""
