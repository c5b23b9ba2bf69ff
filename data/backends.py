"""Which backend a store has: the url in kk2.toml decides."""

from pathlib import Path

from data.errors import Kk2Error
from data.language import _
from data.store import Store
from data.store_url import check_url, is_server, with_password
from data.tinydb.store import open_store as open_file


def open_store(url: str, home: Path, password: str = "") -> Store:
    """Open the store that `url` names: a PostgreSQL schema, or a file, found from the folder `home`.

    PostgreSQL is connected to when the store is first used. Raises UnusableUrl, StoreBroken, StoreFull, and Kk2Error
    with the code "postgres_missing" when the extra that talks to PostgreSQL is not installed.
    """
    check_url(url)
    if not is_server(url):
        return open_file(home / url)
    try:
        from data.postgres.store import open_postgres
    except ImportError as error:
        raise Kk2Error(
            _(
                "Registeret ligger i PostgreSQL, og tilleggspakken som trengs, er ikke installert. Ingenting er gjort. "
                "Installer den med: pip install 'kk2tui[postgres]'"
            ),
            code="postgres_missing",
        ) from error
    return open_postgres(with_password(url, password))
