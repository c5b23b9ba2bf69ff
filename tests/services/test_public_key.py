"""Public SSH keys: taken apart, checked, and written anew."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import InvalidInput
from services.public_key import TYPES, read_public_key
from tests.services.keys import ed25519, packed

GOOD = ed25519("kari", "kari@pc")
POINT = bytes([4, *range(64)])
SK_ECDSA = b"sk-ecdsa-sha2-nistp256@openssh.com"


def rsa(bits: int) -> str:
    modulus = (1 << (bits - 1)).to_bytes(bits // 8 + 1, "big")
    return f"ssh-rsa {packed(b'ssh-rsa', bytes([1, 0, 1]), modulus)}"


@pytest.mark.parametrize(
    "line",
    [
        GOOD,
        rsa(2048),
        rsa(4096),
        f"ecdsa-sha2-nistp256 {packed(b'ecdsa-sha2-nistp256', b'nistp256', POINT)}",
        f"sk-ssh-ed25519@openssh.com {packed(b'sk-ssh-ed25519@openssh.com', bytes(32), b'ssh:')}",
        f"{SK_ECDSA.decode()} {packed(SK_ECDSA, b'nistp256', POINT, b'ssh:')}",
    ],
)
def test_a_key_that_is_whole_stays_as_it_is(line: str) -> None:
    assert read_public_key(f"{line}\n").line == line


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
@pytest.mark.parametrize("kind", [("ed25519",), ("ecdsa", "-b", "256"), ("ecdsa", "-b", "521"), ("rsa", "-b", "2048")])
def test_real_keys_are_read_with_the_fingerprint_that_ssh_keygen_shows(tmp_path: Path, kind: tuple[str, ...]) -> None:
    subprocess.run(["ssh-keygen", "-q", "-N", "", "-f", tmp_path / "key", "-t", *kind], check=True)
    shown = subprocess.run(["ssh-keygen", "-l", "-f", tmp_path / "key.pub"], check=True, capture_output=True, text=True)
    assert read_public_key((tmp_path / "key.pub").read_text()).fingerprint == shown.stdout.split()[1]
    with pytest.raises(InvalidInput, match="den private nøkkelen"):
        read_public_key((tmp_path / "key").read_text())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "nøyaktig én"),
        (f"{GOOD}\n{ed25519('ola')}", "nøyaktig én"),
        (f"{GOOD}\rrestrict {ed25519('ola')}", "nøyaktig én"),
        (f'command="/bin/sh" {GOOD}', "Valg foran nøkkelen"),
        (f"pty,no-touch-required {GOOD}", "Valg foran nøkkelen"),
        ("ssh-dss AAAA", "nøkkeltype"),
        ("ssh-ed25519", "ikke hel"),
        (GOOD[:40], "ikke hel"),
        (GOOD.replace("AAAA", "AA*A", 1), "ikke hel"),
        (f"ssh-ed25519 {packed(b'ssh-rsa', bytes(32))}", "ikke en gyldig ssh-ed25519"),
        (f"ssh-ed25519 {packed(b'ssh-ed25519', bytes(31))}", "ikke en gyldig"),
        (f"ssh-ed25519 {packed(b'ssh-ed25519', bytes(32), b'more')}", "ikke en gyldig"),
        (f"ecdsa-sha2-nistp384 {packed(b'ecdsa-sha2-nistp384', b'nistp256', POINT)}", "ikke en gyldig"),
        (rsa(1024), "for kort"),
        ("x" * 9000, "for stor"),
    ],
)
def test_anything_else_is_refused_and_says_why(text: str, told: str) -> None:
    with pytest.raises(InvalidInput, match=told) as refused:
        read_public_key(text)
    assert refused.value.code == "ssh_key"
    assert "Ingenting er lagret" in refused.value.message


def test_a_comment_keeps_nothing_that_a_terminal_acts_on() -> None:
    read = read_public_key(f"{ed25519('kari')} kari\x1b[31m\x07@\u202epc {'x' * 200}")
    assert read.comment.startswith("kari[31m@pc x")
    assert len(read.comment) == 80


@given(st.text(max_size=200), st.text(max_size=200))
def test_whatever_is_handed_in_what_is_kept_is_one_line_that_begins_with_a_type(before: str, after: str) -> None:
    for text in (before, f"{before}{GOOD}{after}", f"{GOOD} {after}"):
        try:
            line = read_public_key(text).line
        except InvalidInput:
            continue
        assert line.startswith(tuple(f"{each} " for each in TYPES))
        assert line.isprintable()
        assert read_public_key(line).line == line
