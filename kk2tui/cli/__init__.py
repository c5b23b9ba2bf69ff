"""The command line: a second face on the services (design.md 10)."""
