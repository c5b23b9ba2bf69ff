"""The examination as a whole: what cannot be looked at stops nothing else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from data.errors import StoreBroken
from data.store import Store
from services.doctor.check import Check
from services.doctor.facts import HomeFacts, TerminalFacts, VismaFacts
from services.doctor.service import Doctor
from services.errors import InvalidInput
from services.visma.port import VismaAccess, VismaPort
from tests.services.fakes import FakeClock, FakeVisma
from tests.services.visma.helpers import simulator
from tests.services.visma.tls import closed_port, visma_behind_tls
from tests.stores import FILE, ON_POSTGRES, open_test_store

SIMULATED = VismaFacts(adapter="simulator", dunning_codes=("EWS",))


class Post:
    """A mail server that says `error`, or lets us in."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.closed = False

    async def open(self) -> None:
        if self.error:
            raise self.error

    async def close(self) -> None:
        self.closed = True


@pytest.fixture
def home(tmp_path: Path, store: Store) -> Path:
    """A home with the store of the tests of services."""
    (tmp_path / "inbox").mkdir()
    (tmp_path / "outbox").mkdir()
    return tmp_path


def doctor(home: Path, **more: Any) -> Callable[[], Any]:
    clock = FakeClock()
    facts: dict[str, Any] = {
        "visma_facts": SIMULATED,
        "open_store": lambda: open_test_store(home / "kk2.db"),
        "open_visma": FakeVisma,
        "open_mail": lambda: None,
    }
    database = more.pop("database", None if ON_POSTGRES else home / FILE)
    key_file = more.pop("key_file", None)
    return Doctor(
        clock,
        "kari",
        HomeFacts(home=home, database=database, key_file=key_file),
        TerminalFacts(present=False),
        **facts | more,
    ).examine


def states(checks: list[Check]) -> dict[str, str]:
    return {check.name: check.state for check in checks}


async def test_everything_is_looked_at_in_the_order_in_which_it_is_mended(home: Path) -> None:
    checks = await doctor(home)()
    expected = [
        "Innstillinger",
        "Mapper",
        "Dato",
        "Disk",
        "Register",
        "Saksbehandlere",
        "Rentesatser",
        "Kreditorer",
        "Bankkontoer og KID",
        "Regnskapsoppsett",
        "Reskontrolinjer",
        "Sakenes avdeling",
        "Bilagskode",
        "Visma, adresse",
        "WSInkasso, lisens og pålogging",
        "Purrekoder",
        "Bilagsreferanser",
        "E-post",
        "Terminal",
    ]
    expected = [name for name in expected if name != "Disk" or not ON_POSTGRES]
    assert [check.name for check in checks] == expected
    assert "wrong" not in states(checks).values()
    assert all(check.mend for check in checks if check.state != "ok")
    assert not any(check.mend for check in checks if check.state == "ok")


async def test_the_keys_of_sshd_are_looked_at_where_kk2_writes_them(home: Path) -> None:
    (home / "authorized_keys").write_text("ssh-ed25519 AAAA fremmed\n", encoding="ascii")
    found = states(await doctor(home, key_file=home / "authorized_keys")())
    assert found["SSH-nøkler"] == "wrong"


async def test_a_store_that_is_missing_stops_nothing_else(home: Path) -> None:
    found = states(await doctor(home, database=home / "borte.db")())
    assert (found["Register"], found["Oppsett"]) == ("wrong", "warning")
    assert (found["WSInkasso, lisens og pålogging"], found["E-post"]) == ("ok", "ok")


async def test_a_store_that_cannot_be_opened_is_told_in_its_own_words(home: Path) -> None:
    def broken() -> Store:
        raise StoreBroken("Registeret kan ikke leses.")

    checks = await doctor(home, open_store=broken)()
    assert next(each.found for each in checks if each.name == "Register") == "Registeret kan ikke leses."


async def test_settings_of_visma_that_cannot_be_used_are_told(home: Path) -> None:
    def refused() -> VismaPort:
        raise InvalidInput("Miljøvariabelen KK2_VISMA (passordet til Visma) er ikke satt.")

    checks = await doctor(home, open_visma=refused)()
    (log_in,) = [each for each in checks if each.name == "WSInkasso, lisens og pålogging"]
    assert (log_in.state, "KK2_VISMA" in log_in.found) == ("wrong", True)


async def test_what_visma_does_not_let_us_see_is_not_examined(home: Path) -> None:
    visma = FakeVisma()
    visma.plan("ping", VismaAccess("Brukernavn eller passord er feil."))
    found = states(await doctor(home, open_visma=lambda: visma)())
    assert found["WSInkasso, lisens og pålogging"] == "wrong"
    assert (found["Purrekoder"], found["Bilagsreferanser"]) == ("warning", "warning")
    assert visma.calls == ["ping"]


async def test_nothing_is_asked_of_a_visma_that_is_not_there(home: Path) -> None:
    url = f"https://127.0.0.1:{await closed_port()}/ws"
    visma = FakeVisma()
    checks = await doctor(home, visma_facts=VismaFacts(adapter="soap", url=url), open_visma=lambda: visma)()
    assert states(checks)["Visma, adresse"] == "wrong"
    assert [each.state for each in checks if each.found.startswith("Ikke undersøkt")] == ["warning"] * 3
    assert visma.calls == []


async def test_a_real_visma_behind_tls_is_examined_with_our_own_authority(home: Path, certificates: Path) -> None:
    from services.visma.soap import SoapVisma
    from services.visma.transport import SoapSettings

    with visma_behind_tls(simulator(), certificates) as url:
        ca_file = str(certificates / "ca.pem")
        known = replace(SIMULATED, adapter="soap", url=url, ca_file=ca_file)
        checks = await doctor(
            home, visma_facts=known, open_visma=lambda: SoapVisma(SoapSettings(url=url, ca_file=ca_file))
        )()
    found = states(checks)
    assert (found["Visma, adresse"], found["Visma, sertifikat"]) == ("ok", "ok")
    assert (found["Purrekoder"], found["Bilagsreferanser"]) == ("ok", "ok")


async def test_of_an_installation_with_voucher_files_no_web_service_is_expected(home: Path) -> None:
    checks = await doctor(home, visma_facts=VismaFacts(adapter="file"))()
    (told,) = [each for each in checks if each.name in ("Visma, adresse", "WSInkasso, lisens og pålogging")]
    assert (told.state, "posting export" in told.found) == ("ok", True)


@pytest.mark.parametrize("error", [None, InvalidInput("E-postserveren slapp oss ikke inn.")])
async def test_the_mail_server_is_tried_and_left_again(home: Path, error: Exception | None) -> None:
    post = Post(error)
    checks = await doctor(home, open_mail=lambda: post)()
    (mail,) = [each for each in checks if each.name == "E-post"]
    assert mail.state == ("wrong" if error else "ok")
    assert post.closed
