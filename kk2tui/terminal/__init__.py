"""What goes between the program and the handler's terminal (docs/decisions/0020-on-the-wire.md)."""
