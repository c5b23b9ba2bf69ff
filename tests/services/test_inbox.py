"""The inbox: what lies in the folder, what a check says of it, and when it is checked again."""

from pathlib import Path

import pytest

from data.errors import NotFound
from data.store import Store
from services.bank_check import ImportedFile
from services.bank_import import BankImport
from services.inbox import Inbox
from tests.builders import OTHER_ACCOUNT, bank_file, case, claim, creditor, paid, put
from tests.services.fakes import FakeClock


class CountingBank(BankImport):
    """Remembers which files were read."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        super().__init__(store, clock)
        self.checked: list[str] = []

    async def check(self, path: Path) -> ImportedFile:
        self.checked.append(path.name)
        return await super().check(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def bank(store: Store, clock: FakeClock) -> CountingBank:
    return CountingBank(store, clock)


@pytest.fixture
def inbox(folder: Path, bank: CountingBank) -> Inbox:
    return Inbox(folder, bank)


async def test_files_are_listed_by_name_with_their_verdict(store: Store, folder: Path, inbox: Inbox) -> None:
    await put(store, case(1), claim(case(1)))
    bank_file(folder / "B", [paid(1_00, case(1).kid)])
    (folder / "A").write_bytes(b"noe annet")
    (folder / ".skjult").write_bytes(b"")
    (folder / "mappe").mkdir()
    verdicts = {each.path.name: each.checked.status for each in await inbox.files()}
    assert list(verdicts.items()) == [("A", "rejected"), ("B", "valid")]
    assert await inbox.unread() == 2


async def test_a_file_that_was_read_in_is_a_duplicate_the_next_time(
    folder: Path, inbox: Inbox, bank: CountingBank
) -> None:
    path = bank_file(folder / "A", [paid(1_00)])
    await inbox.files()
    await bank.run(path, "kari")
    assert [each.checked.status for each in await inbox.files()] == ["duplicate"]


async def test_a_verdict_that_cannot_change_is_not_sought_again_until_the_file_changes(
    folder: Path, inbox: Inbox, bank: CountingBank
) -> None:
    (folder / "A").write_bytes(b"noe annet")
    await inbox.files()
    await inbox.files()
    assert bank.checked == ["A"]
    bank_file(folder / "A", [paid(1_00)])
    assert [each.checked.status for each in await inbox.files()] == ["valid"]


async def test_counting_the_unread_reads_each_file_once(folder: Path, inbox: Inbox, bank: CountingBank) -> None:
    path = bank_file(folder / "A", [paid(1_00)])
    bank_file(folder / "B", [paid(2_00)])
    assert [await inbox.unread(), await inbox.unread()] == [2, 2]
    await bank.run(path, "kari")
    assert await inbox.unread() == 1
    assert bank.checked == ["A", "B"]


async def test_a_file_to_an_unknown_account_is_good_when_the_account_is_known(
    store: Store, folder: Path, inbox: Inbox
) -> None:
    bank_file(folder / "A", [paid(1_00)], account=OTHER_ACCOUNT)
    assert [each.checked.status for each in await inbox.files()] == ["rejected"]
    await put(store, creditor("0222"))
    assert [each.checked.status for each in await inbox.files()] == ["valid"]


async def test_a_file_that_cannot_be_opened_is_told_and_tried_again(
    folder: Path, inbox: Inbox, bank: CountingBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = bank_file(folder / "A", [paid(1_00)])

    async def no_access(path: Path) -> ImportedFile:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(bank, "check", no_access)
        [file] = await inbox.files()
    assert (file.checked.status, file.unreadable, file.path) == ("rejected", "Permission denied", path)
    assert [(each.checked.status, each.unreadable) for each in await inbox.files()] == [("valid", "")]


async def test_nothing_outside_the_folder_can_be_named(tmp_path: Path, folder: Path, inbox: Inbox) -> None:
    outside = bank_file(tmp_path / "utenfor", [paid(1_00)])
    inside = bank_file(folder / "A", [paid(1_00)])
    (folder / "lenke").symlink_to(outside)
    assert inbox.file("A") == inside
    for name in ("../utenfor", str(outside), "finnes-ikke", "lenke", ".", ""):
        with pytest.raises(NotFound):
            inbox.file(name)
    assert [each.path.name for each in await inbox.files()] == ["A"]


async def test_a_folder_that_is_not_there_has_no_files(tmp_path: Path, bank: CountingBank) -> None:
    missing = Inbox(tmp_path / "borte", bank)
    assert await missing.files() == []
    assert await missing.unread() == 0
