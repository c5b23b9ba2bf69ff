"""A post office that is open, and a certificate for one."""

import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.services.mail.post_office import PostOffice


@pytest.fixture
async def post() -> AsyncIterator[PostOffice]:
    opened = PostOffice()
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """server.pem, which signs itself, and its key in server.key."""
    folder = tmp_path_factory.mktemp("certificates")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-subj", "/CN=server", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    subprocess.run(
        [*command, "-keyout", folder / "server.key", "-out", folder / "server.pem"], check=True, capture_output=True
    )
    return folder
