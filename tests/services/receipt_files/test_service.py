"""Receipts are saved as files, and no file is ever overwritten."""

from pathlib import Path

import pytest

from data.errors import NotFound, StoreFull
from data.store import Store
from services.errors import Refused
from services.receipt_files.service import Format, ReceiptFiles
from services.receipts import ReceiptService
from tests.builders import put
from tests.services.receipt_files.made_up import CASES, receipt


@pytest.fixture
async def files(store: Store, tmp_path: Path) -> ReceiptFiles:
    await put(store, receipt(CASES))
    return ReceiptFiles(ReceiptService(store), tmp_path / "outbox")


@pytest.mark.parametrize("form", ["pdf", "csv"])
async def test_a_receipt_lies_in_the_outbox_and_is_not_saved_twice(
    files: ReceiptFiles, tmp_path: Path, form: Format
) -> None:
    path = await files.save("K000003", form)
    assert path == tmp_path / "outbox" / f"kvittering-K000003.{form}"
    assert await files.save("K000003", form) == path
    assert [each.name for each in path.parent.iterdir()] == [path.name]


async def test_what_somebody_has_changed_in_the_outbox_stays(files: ReceiptFiles) -> None:
    first = await files.save("K000003", "csv")
    whole = first.read_bytes()
    first.write_text("mine egne notater", encoding="utf-8")
    second = await files.save("K000003", "csv")
    assert second.name == "kvittering-K000003-2.csv"
    assert second.read_bytes() == whole
    assert first.read_text(encoding="utf-8") == "mine egne notater"


async def test_a_link_in_the_outbox_is_not_followed(files: ReceiptFiles, tmp_path: Path) -> None:
    (tmp_path / "outbox").mkdir()
    (tmp_path / "outbox" / "kvittering-K000003.csv").symlink_to(tmp_path / "annet.csv")
    assert (await files.save("K000003", "csv")).name == "kvittering-K000003-2.csv"
    assert not (tmp_path / "annet.csv").exists()


async def test_it_is_written_where_somebody_wants_it_unless_something_lies_there(
    files: ReceiptFiles, tmp_path: Path
) -> None:
    wanted = tmp_path / "min.csv"
    assert await files.save("K000003", "csv", wanted) == wanted
    assert await files.save("K000003", "csv", wanted) == wanted
    with pytest.raises(Refused, match="Den er ikke rørt") as refused:
        await files.save("K000003", "pdf", wanted)
    assert refused.value.code == "file_exists"
    assert wanted.read_bytes().startswith(b"\xef\xbb\xbfKvittering")


async def test_a_receipt_that_is_not_there_and_a_folder_that_is_none_are_told(
    files: ReceiptFiles, tmp_path: Path
) -> None:
    with pytest.raises(NotFound):
        await files.save("K000099", "csv")
    with pytest.raises(StoreFull, match="Ingen fil er laget"):
        await files.save("K000003", "csv", tmp_path / "ingen" / "mappe.csv")
