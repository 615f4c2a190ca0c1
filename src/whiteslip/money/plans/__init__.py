"""Plans: from terms to dated rows, and what becomes of a plan by all that happens to it; pure, and to the cent."""
