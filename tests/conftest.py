"""What all tests share: a PostgreSQL server for those that ask for one, and for all when the stores are to be there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres, stores


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--keep-snapshots", action="store_true", help="the screens shall look as they do now")


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


if stores.ON_POSTGRES:

    @pytest.fixture(autouse=True)
    def tests_own_schemas(tmp_path: Path) -> Iterator[None]:
        """The stores that a test made in its folder are dropped when it is done."""
        yield
        stores.drop_stores_in(tmp_path)

    def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
        """What is about the file that a store is kept in, is no test of a store on a server."""
        about_files = [item for item in items if stores.is_about_files(item)]
        config.hook.pytest_deselected(items=about_files)
        items[:] = [item for item in items if not stores.is_about_files(item)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests found out that a person should see: their properties named `told`, also of other processes."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            told = [text for name, text in getattr(report, "user_properties", ()) if name == "told"]
            if told and getattr(report, "when", "") == "call":
                terminalreporter.write_line(f"{report.nodeid}:")
                terminalreporter.write_line("\n".join(map(str, told)))


def pytest_unconfigure() -> None:
    postgres.stop_shared()
