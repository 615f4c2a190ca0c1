"""The causes for which a line cannot be used, each as the story of one person, from its first sign to the way back."""
