"""A home whose store is in PostgreSQL: made once, never over another, and examined without showing a password."""

from pathlib import Path

import pytest

from data.errors import StoreFull
from kk2tui import home as home_module
from kk2tui.home import make_home
from tests.kk2tui.command_line import CommandLine


def test_the_routine_has_the_same_sums_as_in_a_file(schema_url: str, tmp_path: Path) -> None:
    figures = CommandLine(tmp_path / "hjem").bare("demo", "--headless", "--json", "--store", schema_url).json()
    assert figures["agrees"] is True
    assert set(figures["sums"].values()) == {240_168_08}


def test_a_new_home_remembers_its_schema_and_leaves_no_file(schema_url: str, tmp_path: Path) -> None:
    kk2 = CommandLine(tmp_path / "hjem", environment={"KK2_STORE": schema_url})
    kk2.json("init")
    without = CommandLine(kk2.home)
    assert [each["login"] for each in without.json("admin", "handlers", "list")["handlers"]] == ["kari"]
    assert not list(kk2.home.glob("kk2.db*"))


def test_a_schema_that_another_home_has_is_refused_and_nothing_is_changed(schema_url: str, tmp_path: Path) -> None:
    first, second = CommandLine(tmp_path / "en"), CommandLine(tmp_path / "to", handler="ola")
    first.json("init", "--store", schema_url)
    refused = second("init", "--store", schema_url, "--json")
    assert (refused.status, refused.error()["code"]) == (1, "not_empty")
    assert not (second.home / "kk2.toml").exists()
    assert [each["login"] for each in first.json("admin", "handlers", "list")["handlers"]] == ["kari"]


def test_two_homes_with_the_same_settings_share_the_store(schema_url: str, tmp_path: Path) -> None:
    first, second = CommandLine(tmp_path / "en"), CommandLine(tmp_path / "to")
    first.json("init", "--demo", "--store", schema_url)
    (second.home / "inbox").mkdir(parents=True)
    (second.home / "kk2.toml").write_bytes((first.home / "kk2.toml").read_bytes())
    first.json("cases", "import", "--run", "4711")
    assert second.json("cases", "list")["total"] == first.json("cases", "list")["total"] > 0


async def test_an_init_that_broke_off_is_made_by_trying_again(
    schema_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreFull("Disken er full.")

    with monkeypatch.context() as patch:
        patch.setattr(home_module, "demo_bank_files", full)
        with pytest.raises(StoreFull):
            await make_home(tmp_path / "hjem", "kari", demo=True, store_url=schema_url)
    made = await make_home(tmp_path / "hjem", "kari", demo=True, store_url=schema_url)
    assert len(made.inbox_files) == 3


@pytest.mark.parametrize("command", ["init", "demo"])
def test_a_password_on_the_command_line_is_refused_and_makes_nothing(tmp_path: Path, command: str) -> None:
    kk2 = CommandLine(tmp_path / "hjem")
    refused = kk2(command, "--store", "postgresql://kk2:hemmelig@vert/kk2", "--json")
    assert (refused.status, refused.error()["code"]) == (1, "store_url")
    assert "hemmelig" not in refused.text
    assert not kk2.home.exists()


def test_the_doctor_names_server_and_schema(schema_url: str, tmp_path: Path) -> None:
    kk2 = CommandLine(tmp_path / "hjem")
    kk2.json("init", "--demo", "--store", schema_url)
    answer = kk2("doctor", "--json")
    found = {each["name"]: each for each in answer.json()["checks"]}
    assert answer.status == 0
    assert f"skjema {schema_url.rpartition('=')[2]}" in found["PostgreSQL"]["found"]
    assert found["Register"]["state"] == "ok"


def test_the_doctor_tells_of_a_server_that_cannot_be_reached_and_shows_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kk2 = CommandLine(tmp_path / "hjem", environment={"TESTVIK_REGISTER": "hemmelig"})
    for folder in ("inbox", "outbox"):
        (kk2.home / folder).mkdir(parents=True)
    url = f"postgresql://kk2@/kk2?host={kk2.home}&schema=testvik"
    (kk2.home / "kk2.toml").write_text(f'[store]\nurl = "{url}"\npassword_env = "TESTVIK_REGISTER"\n', encoding="utf-8")
    answer = kk2("doctor", "--json")
    states = {each["name"]: each["state"] for each in answer.json()["checks"]}
    assert (answer.status, states["PostgreSQL"], states["Register"]) == (1, "ok", "wrong")
    assert "hemmelig" not in answer.text
