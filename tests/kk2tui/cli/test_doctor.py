"""`kk2 doctor`: what it prints, and its exit status."""

import shutil
from pathlib import Path

import pytest

from tests.kk2tui.command_line import CommandLine
from tests.services.visma.helpers import simulator
from tests.services.visma.tls import make_certificates, visma_behind_tls
from tests.stores import store_section

STATES = {"ok", "warning", "wrong"}


def test_a_new_demo_home_has_nothing_wrong(fresh: CommandLine) -> None:
    answer = fresh("doctor", "--json")
    assert answer.status == 0
    checks = answer.json()["checks"]
    assert all(set(check) == {"name", "state", "found", "mend"} for check in checks)
    assert {check["state"] for check in checks} <= STATES - {"wrong"}


def test_it_is_told_in_lines_with_a_mark_and_what_to_do(fresh: CommandLine) -> None:
    lines = fresh("doctor").out.splitlines()
    assert lines[0] == f"  {'Innstillinger':<32}kk2.toml er lest."
    assert any(line.startswith("! Visma, adresse") for line in lines)
    assert any(line.strip().startswith('→ Sett adapter = "soap"') for line in lines)
    assert lines[-1].endswith(" å se på, 0 feil.")


def test_nothing_is_changed(fresh: CommandLine) -> None:
    before = fresh.json("cases", "list"), fresh.json("receipts", "list")
    fresh.json("doctor")
    assert (fresh.json("cases", "list"), fresh.json("receipts", "list")) == before


@pytest.mark.parametrize(
    "content", ["[visma]\nadaptr = 1\n", "[visma", '[visma]\nadapter = "soap"\n', '[keys]\n"case.edit" = "F13"\n']
)
def test_settings_that_cannot_be_read_are_wrong_and_the_rest_is_told(fresh: CommandLine, content: str) -> None:
    (fresh.home / "kk2.toml").write_text(content, encoding="utf-8")
    answer = fresh("doctor", "--json")
    assert answer.status == 1
    checks = answer.json()["checks"]
    assert [(each["name"], each["state"]) for each in checks[:2]] == [("Innstillinger", "wrong"), ("Mapper", "ok")]


def test_a_place_that_is_no_home_is_wrong(tmp_path: Path) -> None:
    answer = CommandLine(tmp_path / "borte")("doctor", "--json")
    assert answer.status == 1
    assert "init" in answer.json()["checks"][0]["found"]


def test_a_stranger_is_told_how_to_be_registered(fresh: CommandLine) -> None:
    answer = CommandLine(fresh.home, handler="ukjent")("doctor", "--json")
    assert answer.status == 1
    (wrong,) = [each for each in answer.json()["checks"] if each["state"] == "wrong"]
    assert "kk2 admin handlers add ukjent" in wrong["mend"]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates")
def test_an_authority_and_a_certificate_of_our_own_work_from_the_settings(fresh: CommandLine) -> None:
    """The whole way: kk2.toml, the adapter, and a real server that asks for our certificate."""
    certificates = fresh.home / "sertifikater"
    certificates.mkdir()
    make_certificates(certificates)
    settings = """
    [visma]
    adapter = "soap"
    url = "{url}"
    ca_file = "sertifikater/ca.pem"
    client_cert = "sertifikater/{own}.pem"
    client_key = "sertifikater/{own}.key"
    """
    found = {}
    with visma_behind_tls(simulator(), certificates, ask_for_client=True) as url:
        for own in ("client", "stranger"):
            (fresh.home / "kk2.toml").write_text(
                settings.format(url=url, own=own) + store_section(fresh.home), encoding="utf-8"
            )
            answer = fresh("doctor", "--json")
            states = {each["name"]: each["state"] for each in answer.json()["checks"]}
            found[own] = (answer.status, states["Visma, sertifikat"], states["WSInkasso, lisens og pålogging"])
            if own == "client":
                assert fresh("visma", "ping", "--json").status == 0
    assert found == {"client": (0, "ok", "ok"), "stranger": (1, "wrong", "warning")}
