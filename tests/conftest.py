"""What all tests share: a PostgreSQL server, for those that ask for one."""

from collections.abc import Iterator

import pytest

from tests import postgres


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """A server that the tests may make schemas on."""
    try:
        return postgres.server_url()
    except postgres.NotInstalled as missing:
        pytest.skip(str(missing))


@pytest.fixture
def schema_url(postgres_url: str) -> Iterator[str]:
    """A schema of the test's own, not there yet, dropped afterwards."""
    url = postgres.new_schema_url()
    yield url
    postgres.drop_schema(url)


def pytest_unconfigure() -> None:
    postgres.stop_shared()
