"""`kk2 init`: a new home, made once and never over another."""

import json
from pathlib import Path

import pytest

from data.errors import StoreFull
from kk2tui import home as home_module
from kk2tui.home import make_home
from services.errors import InvalidInput
from tests.kk2tui.command_line import CommandLine


def test_a_new_home_has_its_files_and_the_one_who_made_it_as_administrator(tmp_path: Path) -> None:
    kk2 = CommandLine(tmp_path / "hjem", handler="berit")
    made = kk2.json("init")
    assert made == {"home": str(kk2.home), "administrator": "berit", "demo": False, "inbox": []}
    assert {path.name for path in kk2.home.iterdir()} >= {"kk2.toml", "inbox", "outbox"}
    assert [(each["login"], each["role"]) for each in kk2.json("admin", "handlers", "list")["handlers"]] == [
        ("berit", "admin")
    ]
    assert kk2.json("cases", "list") == {"cases": [], "total": 0}


def test_a_demo_home_has_a_municipality_and_three_bank_files(fresh: CommandLine) -> None:
    assert len(list((fresh.home / "inbox").iterdir())) == 3
    assert [each["number"] for each in fresh.json("admin", "creditors", "show")["creditors"]] == ["0221", "0222"]
    assert json.loads((fresh.home / "visma-scenario.json").read_text(encoding="utf-8"))["proposals"]


def test_init_over_a_home_is_refused_and_changes_nothing(fresh: CommandLine) -> None:
    before = (fresh.home / "kk2.toml").read_bytes()
    again = fresh("init", "--json")
    assert (again.status, again.error()["code"]) == (1, "home_exists")
    assert (fresh.home / "kk2.toml").read_bytes() == before


def test_a_login_that_cannot_be_used_makes_no_home(tmp_path: Path) -> None:
    refused = CommandLine(tmp_path / "hjem", handler="Kari Testesen")("init", "--json")
    assert (refused.status, refused.error()["code"]) == (1, InvalidInput.code)
    assert not (tmp_path / "hjem" / "kk2.toml").exists()


async def test_an_init_that_broke_off_is_made_by_trying_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StoreFull("Disken er full.")

    with monkeypatch.context() as patch:
        patch.setattr(home_module, "demo_bank_files", full)
        with pytest.raises(StoreFull):
            await make_home(tmp_path / "hjem", "kari", demo=True)
    made = await make_home(tmp_path / "hjem", "kari", demo=True)
    assert len(made.inbox_files) == 3
