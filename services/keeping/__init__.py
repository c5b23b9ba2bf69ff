"""Keeping the store: check it, back it up, restore it, export and import it, move it to another backend."""
