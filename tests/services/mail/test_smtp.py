"""SMTP with a real server: what it takes, what it says no to, and what happens when the line is cut."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from services.mail.errors import MailRefused, MailUncertain, MailUnreachable
from tests.services.mail.post_office import Mood, PostOffice

FROM, TO, KEY = "kk2@testvik.invalid", "kari@testvik.invalid", "<m1.abc@testvik.invalid>"
MESSAGE = (
    b"From: kk2@testvik.invalid\r\nMessage-ID: <m1.abc@testvik.invalid>\r\n\r\nHei\r\n.punktum f\xc3\xb8rst\r\n..\r\n"
)


async def send(post: PostOffice, content: bytes = MESSAGE) -> None:
    transport = post.transport()
    try:
        await transport.send(FROM, TO, KEY, content)
    finally:
        await transport.close()


async def test_a_message_arrives_byte_for_byte(post: PostOffice) -> None:
    await send(post)
    assert post.raw == [MESSAGE]


async def test_bare_line_ends_are_made_whole(post: PostOffice) -> None:
    await send(post, b"Subject: x\n\nen\rto\n.\nslutt")
    assert post.raw == [b"Subject: x\r\n\r\nen\r\nto\r\n.\r\nslutt\r\n"]


async def test_many_messages_go_over_one_connection(post: PostOffice) -> None:
    transport = post.transport()
    for _ in range(3):
        await transport.send(FROM, TO, KEY, MESSAGE)
    await transport.close()
    assert (len(post.raw), post.connections) == (3, 1)


async def test_a_connection_that_the_server_closed_is_made_anew(post: PostOffice) -> None:
    transport = post.transport()
    await transport.send(FROM, TO, KEY, MESSAGE)
    await post.close()
    await post.open()
    await transport.send(FROM, TO, KEY, MESSAGE)
    await transport.close()
    assert (len(post.raw), post.connections) == (2, 2)


async def test_a_server_that_is_down_has_been_sent_nothing(post: PostOffice) -> None:
    await post.close()
    with pytest.raises(MailUnreachable, match="Får ikke kontakt med e-postserveren"):
        await send(post)
    with pytest.raises(MailUnreachable):
        await post.transport().open()


@pytest.mark.parametrize(
    ("mood", "retryable", "words"),
    [
        ("busy", True, "451: 4.3.0 Opptatt, kom igjen"),
        ("no_receiver", False, "550: 5.1.1 Ukjent mottaker"),
        ("full", False, "552: 5.3.4 For stor"),
    ],
)
async def test_a_no_says_whether_to_come_again(post: PostOffice, mood: Mood, retryable: bool, words: str) -> None:
    post.moods.append(mood)
    transport = post.transport()
    with pytest.raises(MailRefused, match=words) as refused:
        await transport.send(FROM, TO, KEY, MESSAGE)
    assert refused.value.retryable is retryable
    assert post.raw == []
    await transport.send(FROM, TO, KEY, MESSAGE)
    await transport.close()
    assert (len(post.raw), post.connections) == (1, 1)


async def test_a_server_that_closes_down_is_not_asked_for_more(post: PostOffice) -> None:
    post.moods.append("gone")
    with pytest.raises(MailUnreachable, match="Stenger"):
        await send(post)


async def test_a_line_cut_before_the_message_is_tried_again_and_then_nothing_was_sent(post: PostOffice) -> None:
    post.moods += ["hangs_up_before"]
    await send(post)
    assert len(post.raw) == 1
    post.moods += ["hangs_up_before", "hangs_up_before"]
    with pytest.raises(MailUnreachable):
        await send(post)
    assert len(post.raw) == 1


@pytest.mark.parametrize(("mood", "taken"), [("hangs_up_after", 1), ("loses", 0)])
async def test_a_line_cut_after_the_message_leaves_doubt(post: PostOffice, mood: Mood, taken: int) -> None:
    post.moods.append(mood)
    with pytest.raises(MailUncertain, match="ingen vet om e-posten kom frem"):
        await send(post)
    assert len(post.raw) == taken


# --- TLS and log-in ---

PASSWORD = "hemmelig"


@asynccontextmanager
async def guarded(folder: Path) -> AsyncIterator[PostOffice]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    post = PostOffice(tls=context, password=PASSWORD)
    await post.open()
    yield post
    await post.close()


async def test_tls_and_log_in_with_a_certificate_that_is_trusted(certificates: Path) -> None:
    async with guarded(certificates) as post:
        ca = str(certificates / "server.pem")
        transport = post.transport(tls="starttls", ca_file=ca, username="kk2", password=PASSWORD)
        await transport.send(FROM, TO, KEY, MESSAGE)
        await transport.close()
        assert post.raw == [MESSAGE]


async def test_a_certificate_that_nobody_vouches_for_is_refused(certificates: Path) -> None:
    async with guarded(certificates) as post:
        with pytest.raises(MailUnreachable, match="certificate"):
            await post.transport(tls="starttls", username="kk2", password=PASSWORD).open()


async def test_a_wrong_password_is_said_without_it(certificates: Path) -> None:
    async with guarded(certificates) as post:
        ca = str(certificates / "server.pem")
        with pytest.raises(MailUnreachable, match="avviser innloggingen") as refused:
            await post.transport(tls="starttls", ca_file=ca, username="kk2", password="galt").open()
        assert "galt" not in refused.value.message


async def test_a_server_without_tls_is_not_told_the_password(post: PostOffice) -> None:
    with pytest.raises(MailUnreachable):
        await post.transport(tls="starttls", username="kk2", password=PASSWORD).open()
