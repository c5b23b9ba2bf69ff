"""What the tests of the examination share."""

import shutil
from pathlib import Path

import pytest

from tests.services.visma.tls import make_certificates


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """See make_certificates. Not to be changed."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificates")
    return make_certificates(tmp_path_factory.mktemp("certificates"))
