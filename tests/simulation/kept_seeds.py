"""Seeds that found something, kept so that it stays found: what it was, one line each."""

KEPT: dict[int, str] = {}
