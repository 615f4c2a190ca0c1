"""A downturn that befalls one part of a simulated book, and what the platform sees of it, proposes and measures."""
