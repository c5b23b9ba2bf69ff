"""E-mail to handlers: composed, queued, and sent once."""
