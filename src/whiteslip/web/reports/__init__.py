"""Reports as single HTML pages that stand alone: how a model was fitted, and how it fares since."""
