"""The texts of the program and their translations: `python -m tests.languages` (make messages) brings both together."""
