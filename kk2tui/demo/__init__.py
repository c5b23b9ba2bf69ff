"""The made-up municipality to try everything on, and the whole routine run on it."""
