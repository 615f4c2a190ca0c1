"""Whiteslip: consumer credit on a revolving line, with a book whose every cent is provable."""
