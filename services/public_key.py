"""Public SSH keys, as a handler hands one in: checked down to the last byte, for they end in authorized_keys.

A line of authorized_keys may begin with options, and an option may name a command. So nothing that was handed in is
passed on: the key's bytes are taken apart (RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4), and type,
key and comment are written anew.
"""

import base64
import binascii
import hashlib
from typing import NamedTuple

from data.language import _
from services.errors import InvalidInput

MAX_LENGTH = 8_192  # characters: an RSA key of 16 384 bits has 2 800
COMMENT_LENGTH = 80
RSA_BITS = 2_048, 16_384
_CURVES = {"nistp256": 32, "nistp384": 48, "nistp521": 66}  # bytes of a coordinate
_ED25519 = ("ssh-ed25519", "sk-ssh-ed25519@openssh.com")
_ECDSA = {
    **{f"ecdsa-sha2-{curve}": curve for curve in _CURVES},
    "sk-ecdsa-sha2-nistp256@openssh.com": "nistp256",
}
_RSA = "ssh-rsa"
TYPES = (*_ED25519, *_ECDSA, _RSA)


class PublicKey(NamedTuple):
    """A key that may stand in authorized_keys. `body` is its bytes in base64."""

    type: str
    body: str
    comment: str

    @property
    def line(self) -> str:
        return " ".join(part for part in self if part)

    @property
    def fingerprint(self) -> str:
        """As `ssh-keygen -l` shows it."""
        digest = hashlib.sha256(base64.b64decode(self.body)).digest()
        return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"

    def is_same_as(self, other: "PublicKey") -> bool:
        """Whether it opens with the same private key; the comment says nothing."""
        return self.body == other.body


def read_public_key(text: str) -> PublicKey:
    """The one key in the text of a `.pub` file. Raises InvalidInput telling what is wrong with it."""
    if "PRIVATE KEY" in text:
        raise _refused(_("Dette er den private nøkkelen, som aldri skal gis fra seg. Bruk filen som slutter på .pub."))
    if len(text) > MAX_LENGTH:
        raise _refused(_("Filen er for stor til å være en offentlig SSH-nøkkel."))
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if len(lines) != 1:
        raise _refused(_("Filen skal ha nøyaktig én offentlig SSH-nøkkel, på én linje."))
    key_type, *rest = lines[0].split(None, 2)
    if key_type not in TYPES:
        told = _("Linjen begynner ikke med en nøkkeltype kk2 godtar: {types}. Valg foran nøkkelen godtas ikke.")
        raise _refused(told.format(types=", ".join(TYPES)))
    body = rest[0] if rest else ""
    _check(key_type, body)
    return PublicKey(key_type, body, _plain(rest[1] if len(rest) > 1 else ""))


def _check(key_type: str, body: str) -> None:
    """Raises InvalidInput unless the bytes are a key of this type, whole and with nothing after it."""
    try:
        fields = _fields(base64.b64decode(body, validate=True))
    except (binascii.Error, ValueError):
        raise _refused(_("Nøkkelen er ikke hel. Kopier hele linjen fra filen som slutter på .pub.")) from None
    if fields[0] != key_type.encode() or not _has_shape(key_type, fields[1:]):
        raise _refused(_("Nøkkelen er ikke en gyldig {type}-nøkkel.").format(type=key_type))
    if key_type == _RSA and not RSA_BITS[0] <= int.from_bytes(fields[2], "big").bit_length() <= RSA_BITS[1]:
        raise _refused(_("RSA-nøkkelen er for kort. Lag en ny med: ssh-keygen -t ed25519"))


def _fields(raw: bytes) -> list[bytes]:
    """The strings that the bytes are made of, each after its length. Raises ValueError when they do not come out."""
    fields = []
    while raw:
        end = 4 + int.from_bytes(raw[:4], "big")
        if len(raw) < max(end, 4):
            raise ValueError("cut short")
        fields.append(raw[4:end])
        raw = raw[end:]
    if not fields:
        raise ValueError("empty")
    return fields


def _has_shape(key_type: str, fields: list[bytes]) -> bool:
    """Whether these are the fields of such a key. One of a security key (`sk-`) ends with what it is for."""
    if key_type.startswith("sk-"):
        *fields, application = fields
        if not application.startswith(b"ssh:"):
            return False
    if key_type in _ED25519:
        return len(fields) == 1 and len(fields[0]) == 32
    if key_type == _RSA:
        return len(fields) == 2 and all(fields)
    curve = _ECDSA[key_type]
    if len(fields) != 2 or fields[0] != curve.encode():
        return False
    return fields[1].startswith(b"\x04") and len(fields[1]) == 1 + 2 * _CURVES[curve]  # a point, not compressed


def _plain(comment: str) -> str:
    """A comment without anything that a terminal or sshd would act on."""
    return "".join(letter for letter in comment if letter.isprintable()).strip()[:COMMENT_LENGTH]


def _refused(told: str) -> InvalidInput:
    return InvalidInput(_("{problem} Ingenting er lagret.").format(problem=told), code="ssh_key")
