"""`kk2 posting export`: the proposal as voucher files, for an installation without the web service."""

from pathlib import Path

import pytest

from services.visma.voucher_file import read_vouchers
from tests.kk2tui.command_line import CommandLine


@pytest.fixture
def by_file(worked: CommandLine) -> CommandLine:
    """`kk2` on a home with cases and payments whose vouchers go by file."""
    settings = worked.home / "kk2.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('"simulator"', '"file"', 1), encoding="utf-8")
    return worked


def test_the_proposal_goes_into_files_that_balance_and_say_the_same(by_file: CommandLine, tmp_path: Path) -> None:
    ready = [each for each in by_file.json("posting", "show")["vouchers"] if not each["blocked"]]
    done = by_file.json("posting", "export", str(tmp_path / "ut"))
    assert sum(file["amount"] for file in done["files"]) == sum(each["amount"] for each in ready)
    for file in done["files"]:
        vouchers = read_vouchers((tmp_path / "ut" / file["name"]).read_bytes())
        assert [each.reference for each in vouchers] == list(file["vouchers"])
        assert all(sum(line.amount for line in each.lines) == 0 for each in vouchers)
        assert (tmp_path / "ut" / file["control_list"]).is_file()
    states = {each["state"] for each in by_file.json("posting", "status")["vouchers"]}
    assert states == {"delivered"}


def test_exporting_again_writes_nothing(by_file: CommandLine, tmp_path: Path) -> None:
    by_file.json("posting", "export", str(tmp_path / "ut"))
    before = sorted(path.name for path in (tmp_path / "ut").iterdir())
    assert by_file.json("posting", "export", str(tmp_path / "ut"))["files"] == []
    assert sorted(path.name for path in (tmp_path / "ut").iterdir()) == before


def test_sending_is_refused_before_anything_is_frozen(by_file: CommandLine) -> None:
    before = by_file.json("posting", "show")
    refused = by_file("--json", "posting", "send")
    assert (refused.status, refused.error()["code"]) == (1, "file_route")
    assert by_file.json("posting", "show") == before


def test_a_home_with_the_web_service_writes_no_files(worked: CommandLine, tmp_path: Path) -> None:
    settings = worked.home / "kk2.toml"
    text = settings.read_text(encoding="utf-8").replace('"simulator"', '"soap"', 1)
    settings.write_text(text.replace('url = ""', 'url = "http://127.0.0.1:9/WSInkasso"', 1), encoding="utf-8")
    refused = worked("--json", "posting", "export", str(tmp_path / "ut"))
    assert (refused.status, refused.error()["code"]) == (1, "web_service_route")
    assert not (tmp_path / "ut").exists()
