"""The mail server, a real one: with TLS by our own authority, and log-in."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.doctor.mail import check_mail
from tests.services.mail.post_office import PostOffice


@pytest.fixture
async def post(certificates: Path) -> AsyncIterator[PostOffice]:
    """A server that wants TLS and the password «riktig»."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
    opened = PostOffice(tls=context, password="riktig")
    await opened.open()
    yield opened
    await opened.close()


async def test_a_server_that_lets_us_in_is_in_order_and_is_sent_nothing(post: PostOffice, certificates: Path) -> None:
    authority = str(certificates / "ca.pem")
    server = post.transport(tls="starttls", ca_file=authority, username="kk2", password="riktig")
    assert (await check_mail(server)).state == "ok"
    assert post.taken == []


@pytest.mark.parametrize(
    "wrong", [{"password": "galt"}, {"ca_file": ""}, {"tls": "tls"}, {"port": 1}, {"ca_file": "borte.pem"}]
)
async def test_one_that_does_not_is_wrong_and_the_password_is_not_told(
    post: PostOffice, certificates: Path, wrong: dict[str, Any]
) -> None:
    settings = {
        "tls": "starttls",
        "ca_file": str(certificates / "ca.pem"),
        "username": "kk2",
        "password": "riktig",
        "timeout_s": 2,
    }
    check = await check_mail(post.transport(**settings | wrong))
    assert check.state == "wrong"
    assert "[mail]" in check.mend
    assert not {"riktig", "galt"} & set(check.found.split())


async def test_without_a_server_mails_lie_as_files() -> None:
    check = await check_mail(None)
    assert (check.state, "outbox/mail/" in check.found) == ("ok", True)
