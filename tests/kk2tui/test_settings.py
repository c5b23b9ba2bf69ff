"""kk2.toml: defaults, refusals that name the key, and where the password comes from."""

import re
from pathlib import Path

import pytest

from kk2tui.settings import (
    MailSettings,
    Settings,
    SettingsError,
    StoreSettings,
    VismaSettings,
    password,
    read_settings,
)
from kk2tui.theme import THEMES
from kk2tui.wiring import write_settings


def written(home: Path, text: str) -> Path:
    (home / "kk2.toml").write_text(text, encoding="utf-8")
    return home


def test_an_empty_file_means_the_defaults(tmp_path: Path) -> None:
    assert read_settings(written(tmp_path, "")) == Settings()


def test_every_key_can_be_set(tmp_path: Path) -> None:
    text = """
        name = "Testvik kommune"
        [visma]
        adapter = "soap"
        url = "https://visma.example.test/WSInkasso"
        timeout_s = 2.5
        quarantine_s = 0
        page_size = 50
        dunning_codes = ["PWS"]
        [store]
        url = "data/kk2.db"
        password_env = "TESTVIK_REGISTER"
        [ui]
        theme = "kk2-lys"
        mouse = true
        low_bandwidth = true
        frame_diff = false
    """
    settings = read_settings(written(tmp_path, text))
    assert (settings.ui.mouse, settings.ui.low_bandwidth, settings.ui.frame_diff) == (True, True, False)
    assert (settings.name, settings.store.url, settings.ui.theme) == ("Testvik kommune", "data/kk2.db", "kk2-lys")
    assert (settings.visma.timeout_s, settings.visma.quarantine_s, settings.visma.page_size) == (2.5, 0, 50)
    assert settings.visma.dunning_codes == ("PWS",)


@pytest.mark.parametrize("settings", [Settings(), Settings(name='Æ "ø" å', visma=VismaSettings(quarantine_s=5))])
def test_what_is_written_is_read_back(tmp_path: Path, settings: Settings) -> None:
    write_settings(tmp_path, settings)
    assert read_settings(tmp_path) == settings


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("nmae = 'x'", "nmae finnes ikke"),
        ("[vismo]\nurl = 'x'", "vismo finnes ikke"),
        ("[visma]\ntimeout = 3", "[visma] timeout finnes ikke"),
        ("[visma]\npassword = 'hemmelig'", "[visma] password finnes ikke"),
        ("[visma]\nadapter = 'fil'", "[visma] adapter har en verdi"),
        ("[visma]\ntimeout_s = 'lenge'", "[visma] timeout_s har en verdi"),
        ("[visma]\ntimeout_s = 0", "[visma] timeout_s har en verdi"),
        ("[visma]\nquarantine_s = -1", "[visma] quarantine_s har en verdi"),
        ("[visma]\npage_size = 0", "[visma] page_size har en verdi"),
        ("[visma]\ndunning_codes = [1]", "[visma] dunning_codes[0] har en verdi"),
        ("visma = 3", "visma har en verdi"),
        ("[ui]\ntheme = 'rosa'", "[ui] theme har en verdi"),
        ("[visma]\nadapter = 'soap'", "[visma] adapter = «soap» må ha url"),
        ("[mail]\npassword = 'hemmelig'", "[mail] password finnes ikke"),
        ("[mail]\ntls = 'kanskje'", "[mail] tls har en verdi"),
        ("[mail]\nport = 70000", "[mail] port har en verdi"),
        ("[mail]\nhost = 'post.eksempel.invalid'", "[mail] host må ha sender"),
        ("[mail]\nhost = 'post.eksempel.invalid'\nsender = 'kk2'", "[mail] host må ha sender"),
        (
            "[mail]\nhost = 'post.eksempel.invalid'\nsender = 'kk2@eksempel.invalid'\ntls = 'none'\nusername = 'kk2'",
            "[mail] username krever tls",
        ),
        ("[store]\nurl = ''", "[store] url kan ikke brukes"),
        ("[store]\npassword = 'hemmelig'", "[store] password finnes ikke"),
        ("[store]\nurl = 'postgresql://kk2:hemmelig@vert/kk2'", "har et passord i seg"),
        ("[store]\nurl = 'postgresql://vert/kk2?password=hemmelig'", "har et passord i seg"),
        ("[store]\nurl = 'mysql://vert/kk2'", "[store] url kan ikke brukes"),
        ("[visma", "er ikke gyldig TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_the_name_of_the_key(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(named)) as caught:
        read_settings(written(tmp_path, text))
    assert str(tmp_path / "kk2.toml") in caught.value.message
    assert "hemmelig" not in caught.value.message


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kk2.toml").write_bytes(b"name = 'Troms\xf8'")
    with pytest.raises(SettingsError, match="er ikke gyldig TOML"):
        read_settings(tmp_path)


def test_without_a_file_the_message_says_how_to_make_a_home(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"finnes ikke\. Lag et nytt hjem med: kk2 --home .* init"):
        read_settings(tmp_path)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kk2.toml").mkdir()
    with pytest.raises(SettingsError, match="kan ikke leses"):
        read_settings(tmp_path)


@pytest.mark.parametrize("name", THEMES)
def test_each_theme_that_exists_can_be_chosen(tmp_path: Path, name: str) -> None:
    assert read_settings(written(tmp_path, f"[ui]\ntheme = '{name}'")).ui.theme == name


def test_the_password_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTVIK_VISMA", "oppdiktet passord")
    assert password(VismaSettings(password_env="TESTVIK_VISMA"), tmp_path) == "oppdiktet passord"


def test_a_missing_environment_variable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TESTVIK_VISMA", raising=False)
    with pytest.raises(SettingsError, match="TESTVIK_VISMA"):
        password(VismaSettings(password_env="TESTVIK_VISMA"), tmp_path)


def test_the_password_comes_from_a_file_that_only_its_owner_can_read(tmp_path: Path) -> None:
    file = tmp_path / "passord"
    file.write_text("oppdiktet passord\n", encoding="utf-8")
    file.chmod(0o600)
    assert password(VismaSettings(password_file="passord"), tmp_path) == "oppdiktet passord"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_password_file_that_others_can_read_is_refused_and_not_shown(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "passord"
    file.write_text("oppdiktet passord", encoding="utf-8")
    file.chmod(mode)
    with pytest.raises(SettingsError, match=r"kan leses av andre\. Kjør: chmod 600") as caught:
        password(VismaSettings(password_file="passord"), tmp_path)
    assert "oppdiktet" not in caught.value.message


def test_a_password_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"Passordfilen .* kan ikke leses"):
        password(VismaSettings(password_file="passord"), tmp_path)


def test_without_either_there_is_no_password(tmp_path: Path) -> None:
    assert password(VismaSettings(), tmp_path) == ""


@pytest.mark.parametrize(
    ("text", "security", "port"),
    [
        ("", "starttls", 587),
        ("tls = 'tls'", "tls", 465),
        ("tls = 'none'", "none", 25),
        ("tls = true", "starttls", 587),
        ("tls = true\nport = 465", "tls", 465),
        ("tls = false\nport = 1025", "none", 1025),
    ],
)
def test_mail_is_sent_with_tls_unless_the_file_says_not(tmp_path: Path, text: str, security: str, port: int) -> None:
    mail = read_settings(written(tmp_path, f"[mail]\n{text}")).mail
    assert (mail.security, mail.usual_port) == (security, port)


def test_the_mail_servers_password_is_asked_for_by_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TESTVIK_POST", raising=False)
    with pytest.raises(SettingsError, match=r"TESTVIK_POST \(passordet til e-postserveren\)"):
        password(MailSettings(password_env="TESTVIK_POST"), tmp_path)


def test_the_stores_password_comes_from_the_environment_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "[store]\nurl = 'postgresql://kk2@vert/kk2?schema=testvik'\npassword_env = 'TESTVIK_REGISTER'"
    store = read_settings(written(tmp_path, text)).store
    assert store == StoreSettings(url="postgresql://kk2@vert/kk2?schema=testvik", password_env="TESTVIK_REGISTER")
    monkeypatch.setenv("TESTVIK_REGISTER", "oppdiktet passord")
    assert password(store, tmp_path) == "oppdiktet passord"
    monkeypatch.delenv("TESTVIK_REGISTER")
    with pytest.raises(SettingsError, match=r"TESTVIK_REGISTER \(passordet til registeret\)"):
        password(store, tmp_path)
