from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.doctor.certificate import last_moment


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("server", datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)),  # the last year that is written with two digits
        ("client", datetime(2060, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("expired", datetime(2020, 1, 2, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_the_last_moment_is_read_from_the_file(certificates: Path, name: str, last: datetime) -> None:
    assert last_moment((certificates / f"{name}.pem").read_text()) == last


def test_of_a_chain_the_first_certificate_counts(certificates: Path) -> None:
    chain = (certificates / "client.pem").read_text() + (certificates / "ca.pem").read_text()
    assert last_moment(f"Before it stands what people like to write.\n{chain}").year == 2060


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nMAYwBAYBAQYB\n-----END CERTIFICATE-----\n",
    ],
)
def test_what_is_no_certificate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="certificate"):
        last_moment(text)
