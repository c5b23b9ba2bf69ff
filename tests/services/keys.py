"""Public SSH keys that nobody has the other half of."""

import base64


def packed(*fields: bytes) -> str:
    """The strings of a key's wire format, in base64."""
    return base64.b64encode(b"".join(len(each).to_bytes(4, "big") + each for each in fields)).decode()


def ed25519(name: str, comment: str = "") -> str:
    """The made-up key of this name, as a line of a .pub file."""
    body = packed(b"ssh-ed25519", name.encode().ljust(32, b"."))
    return f"ssh-ed25519 {body} {comment}".strip()
