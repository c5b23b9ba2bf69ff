"""The url of a store: what is refused, what may be shown of it, and that a password is never one of those."""

import pytest

from data.store_url import UnusableUrl, check_url, is_server, server_place, with_password

PASSWORD = "oppdiktet+/ø&="


@pytest.mark.parametrize("url", ["kk2.db", "/var/lib/kk2/kk2.db", "postgresql.db", "data/postgres/kk2.db"])
def test_a_file_is_a_file_whatever_its_name(url: str) -> None:
    check_url(url)
    assert not is_server(url)


@pytest.mark.parametrize("url", ["postgresql://vert/kk2", "postgres://kk2@/kk2?host=/run/postgresql", "postgresql://"])
def test_a_url_of_a_server_is_one(url: str) -> None:
    check_url(url)
    assert is_server(url)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "mangler"),
        ("mysql://vert/kk2", "slag kk2 ikke kjenner"),
        ("postgresql:vert/kk2", "mangler //"),
        ("postgresql://kk2:hemmelig@vert/kk2", "passord"),
        ("postgresql://kk2:@vert/kk2", "passord"),
        ("postgresql://vert/kk2?user=kk2&password=hemmelig", "passord"),
        ("postgresql://vert/kk2?sslpassword=hemmelig", "passord"),
    ],
)
def test_what_cannot_be_used_is_refused_without_showing_it(url: str, told: str) -> None:
    with pytest.raises(UnusableUrl, match=told) as caught:
        check_url(url)
    assert "hemmelig" not in caught.value.message
    assert caught.value.code == "store_url"


@pytest.mark.parametrize(
    ("url", "hosts", "over_the_net", "verified"),
    [
        ("postgresql:///kk2", (), False, False),
        ("postgresql://kk2@localhost:5433/kk2", ("localhost",), False, False),
        ("postgresql://[::1]:5433/kk2", ("::1",), False, False),
        ("postgresql://kk2@/kk2?host=/run/postgresql", ("/run/postgresql",), False, False),
        ("postgresql://kk2@%2Frun%2Fpostgresql/kk2", ("/run/postgresql",), False, False),
        ("postgresql://db.eksempel.invalid/kk2", ("db.eksempel.invalid",), True, False),
        ("postgresql://db.eksempel.invalid/kk2?sslmode=require", ("db.eksempel.invalid",), True, False),
        ("postgresql://db.eksempel.invalid/kk2?sslmode=verify-full", ("db.eksempel.invalid",), True, True),
        ("postgresql://localhost,b.invalid:5433/kk2?sslmode=verify-ca", ("localhost", "b.invalid"), True, True),
        ("postgresql://[2001:db8::1]:5432/kk2", ("2001:db8::1",), True, False),
    ],
)
def test_where_a_server_is_and_whether_it_must_prove_it(
    url: str, hosts: tuple[str, ...], over_the_net: bool, verified: bool
) -> None:
    place = server_place(url)
    assert (place.hosts, place.database) == (hosts, "kk2")
    assert (place.over_the_net, place.verified) == (over_the_net, verified)


def test_what_is_shown_names_host_database_and_schema() -> None:
    shown = server_place("postgresql://kk2@db.eksempel.invalid/innfordring?schema=testvik").shown
    assert shown == "db.eksempel.invalid, database innfordring, skjema testvik"
    assert server_place("postgresql://").shown == "denne maskinen, database som brukeren heter, skjema kk2"


@pytest.mark.parametrize("url", ["postgresql://kk2@vert/kk2", "postgresql://kk2@vert/kk2?schema=testvik"])
def test_libpq_reads_the_password_that_is_put_in(url: str) -> None:
    conninfo = pytest.importorskip("psycopg.conninfo")
    whole = with_password(url.replace("?schema=testvik", "?sslmode=require"), PASSWORD)
    assert conninfo.conninfo_to_dict(whole)["password"] == PASSWORD


def test_a_file_gets_no_password() -> None:
    assert with_password("kk2.db", PASSWORD) == "kk2.db"
