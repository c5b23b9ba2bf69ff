"""Vouchers by file: each in one file only, through a death at any point, a full disk and a crowded folder."""

import errno
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from data.documents import Delivery, DeliveryState, Payment, Receipt, Voucher
from data.errors import Conflict
from data.store import Store
from services import voucher_export
from services.delivery import DeliveryService
from services.errors import Refused
from services.outbox import Outbox, Outcome
from services.payments import PaymentService
from services.posting import PostingService
from services.visma import voucher_file_folder
from services.visma.voucher_file import read_vouchers
from services.visma.voucher_file_folder import VoucherFolder
from services.voucher_export import Exported, VoucherExport
from tests.builders import D1, D2, case, claim, creditor, fee, number_of, put
from tests.services.fakes import FakeClock, FakeVisma

R, N, G = (f"KK2-0221-20261119-001-{kind}" for kind in "RNG")
R2 = "KK2-0221-20261120-001-R"
QUARANTINE = 300


class Died(BaseException):
    """The process is no more."""


class Desk:
    """A payment frozen in three vouchers of 19 November and one in a voucher of the 20th, and a folder for files."""

    def __init__(self, store: Store, clock: FakeClock, folder: Path) -> None:
        self.store = store
        self.clock = clock
        self.folder = folder
        self.delivery = DeliveryService(store, FakeVisma(), clock, quarantine_s=QUARANTINE)
        self.serial = 0

    async def freeze(self, *payments: tuple[int, date]) -> None:
        """Payments on a new case each, frozen into vouchers."""
        for amount, day in payments:
            self.serial += 1
            new = case(self.serial)
            await put(self.store, new, claim(new), fee(new))
            await PaymentService(self.store, self.clock).add(number_of(self.serial), amount, day, "kari")
        await PostingService(self.store, self.clock).freeze("kari")

    async def export(self) -> Exported:
        return await VoucherExport(self.store, self.clock).export("kari", self.folder)

    async def states(self) -> dict[str, DeliveryState]:
        vouchers = (await self.store.page(Voucher)).items
        found = await self.store.get_many(Delivery, [each.id for each in vouchers])
        return {key: each.state for key, each in sorted(found.items())}

    async def delivery_of(self, reference: str) -> Delivery:
        found = await self.store.get(Delivery, reference)
        assert found is not None
        return found

    async def posting(self) -> set[str]:
        return {each.posting for each in (await self.store.page(Payment)).items}

    def names(self) -> list[str]:
        return sorted(each.name for each in self.folder.iterdir())

    def held(self) -> list[str]:
        """The references in the files of the folder, each as often as it is there."""
        files = (each for each in self.folder.iterdir() if each.suffix == ".XML")
        return sorted(found.reference for each in files for found in read_vouchers(each.read_bytes()))


@pytest.fixture
async def desk(store: Store, clock: FakeClock, tmp_path: Path) -> Desk:
    folder = tmp_path / "visma"
    folder.mkdir()
    made = Desk(store, clock, folder)
    await made.freeze((1_100_00, D1), (500_00, D2))
    return made


async def test_each_voucher_date_becomes_a_file_with_a_list_and_the_payments_are_posted(desk: Desk) -> None:
    exported = await desk.export()
    assert desk.names() == ["19.11.26.XML", "19.11.26.txt", "20.11.26.XML", "20.11.26.txt"]
    assert [(file.name, file.listing, file.amount) for file in exported.files] == [
        ("19.11.26.XML", "19.11.26.txt", 1_100_00),
        ("20.11.26.XML", "20.11.26.txt", 500_00),
    ]
    assert set(exported.files[0].vouchers) == {R, N, G}
    assert desk.held() == sorted([R, N, G, R2])
    assert set((await desk.states()).values()) == {"delivered"}
    assert (await desk.delivery_of(R)).message == "Skrevet i bilagsfilen 19.11.26.XML."
    assert await desk.posting() == {"posted"}


async def test_the_ledger_voucher_comes_first_in_the_file_then_interest_then_fees(desk: Desk) -> None:
    await desk.export()
    assert [each.reference for each in read_vouchers((desk.folder / "19.11.26.XML").read_bytes())] == [R, N, G]


async def test_the_receipt_tells_the_files_and_what_is_in_them(desk: Desk) -> None:
    exported = await desk.export()
    receipt = await desk.store.get(Receipt, exported.receipt)
    assert receipt is not None
    assert receipt.summary[0] == "4 bilag i 2 filer, sum 1 600,00"
    assert receipt.sections[0].rows == (("19.11.26.XML", 3, 1_100_00), ("20.11.26.XML", 1, 500_00))


async def test_exporting_again_writes_nothing(desk: Desk) -> None:
    await desk.export()
    before = desk.names()
    assert await desk.export() == Exported()
    assert desk.names() == before


async def test_a_second_file_of_the_same_date_gets_a_number_also_when_visma_has_read_the_first(desk: Desk) -> None:
    await desk.export()
    (desk.folder / "19.11.26.XML").rename(desk.folder / "READ_19.11.26.XML")
    await desk.freeze((300_00, D1))
    assert [file.name for file in (await desk.export()).files] == ["19.11.26-2.XML"]
    await desk.freeze((200_00, D1))
    assert [file.name for file in (await desk.export()).files] == ["19.11.26-3.XML"]
    assert len(desk.held()) == len(set(desk.held())) == 6


async def test_no_file_of_somebody_elses_is_overwritten_whatever_the_case_of_its_name(desk: Desk) -> None:
    (desk.folder / "19.11.26.xml").write_text("min egen")
    (desk.folder / "20.11.26.TXT").write_text("mine notater")
    assert [file.name for file in (await desk.export()).files] == ["19.11.26-2.XML", "20.11.26-2.XML"]
    assert (desk.folder / "19.11.26.xml").read_text() == "min egen"
    assert (desk.folder / "20.11.26.TXT").read_text() == "mine notater"


async def test_vouchers_to_be_approved_and_not_are_never_in_one_file(desk: Desk) -> None:
    await put(desk.store, creditor("0222", accounting=replace(creditor().accounting, approve=True)))
    new = case(1, creditor="0222")
    await put(desk.store, new, claim(new))
    await PaymentService(desk.store, desk.clock).add(new.id, 100_00, D1, "kari")
    await PostingService(desk.store, desk.clock).freeze("kari")
    names = [file.name for file in (await desk.export()).files]
    assert names == ["19.11.26.XML", "19.11.26-2.XML", "20.11.26.XML"]
    assert b'approveVoucher="true"' in (desk.folder / "19.11.26-2.XML").read_bytes()


# --- death and errors ---------------------------------------------------------------------------------------------


POINTS: list[tuple[Any, str]] = [
    (voucher_file_folder, "_write_new"),
    (VoucherFolder, "_flush"),
    (VoucherFolder, "stage"),
    (VoucherFolder, "publish"),
    (VoucherFolder, "discard"),
    (VoucherFolder, "list_beside"),
    (Outbox, "begin"),
    (Outbox, "enter"),
    (voucher_export, "keep_receipt"),
]


def dying(patch: pytest.MonkeyPatch, point: tuple[Any, str], at: int, *, after: bool) -> None:
    """Let the process die at the `at`-th call of a function, before it or right after it."""
    place, name = point
    real: Callable[..., Any] = getattr(place, name)
    calls = iter(range(1, 1000))

    def dies_after(*args: Any, **more: Any) -> Any:
        if next(calls) != at:
            return real(*args, **more)
        if after:
            answer = real(*args, **more)
            if hasattr(answer, "__await__"):
                return _await_and_die(answer)
        raise Died

    patch.setattr(place, name, dies_after)


async def _await_and_die(answer: Any) -> None:
    await answer
    raise Died


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("point", POINTS, ids=lambda point: point[1])
async def test_after_a_death_anywhere_the_next_export_has_each_voucher_in_one_file(
    desk: Desk, point: tuple[Any, str], at: int, after: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        dying(patch, point, at, after=after)
        try:
            await desk.export()
        except Died:
            assert "registered" not in (await desk.states()).values()
    again = await desk.export()
    assert (again.unknown, again.stopped) == ((), "")
    assert desk.held() == sorted([R, N, G, R2])
    assert set((await desk.states()).values()) == {"delivered"}
    assert await desk.posting() == {"posted"}
    assert all(name.endswith((".XML", ".txt")) for name in desk.names())
    assert len(desk.names()) == 4
    await desk.delivery.recover("kari")
    told = [row[0] for each in await desk.store.find(Receipt, "kind", "posting") for row in each.sections[-1].rows]
    assert sorted(map(str, told)) == sorted([R, N, G, R2]), "each in one receipt"


async def test_half_a_staged_file_is_thrown_away(desk: Desk) -> None:
    await desk.export()
    content = (desk.folder / "19.11.26.XML").read_bytes()
    await desk.freeze((300_00, D1))
    half = content.replace(b"-001-", b"-002-")[: len(content) // 2]
    (desk.folder / ".19.11.26-2.XML.part").write_bytes(half)
    assert [file.name for file in (await desk.export()).files] == ["19.11.26-2.XML"]
    assert len(desk.held()) == len(set(desk.held()))


async def publish_and_die(desk: Desk) -> None:
    with pytest.MonkeyPatch.context() as patch:
        dying(patch, (VoucherFolder, "publish"), 1, after=True)
        with pytest.raises(Died):
            await desk.export()


async def test_a_file_that_was_taken_away_before_it_was_noted_leaves_the_decision_to_a_person(desk: Desk) -> None:
    await publish_and_die(desk)
    for each in desk.folder.iterdir():
        each.unlink()
    exported = await desk.export()
    assert (set(exported.unknown), exported.files) == ({R, N, G, R2}, ())
    assert (await desk.delivery_of(R)).needs_decision
    assert await desk.posting() == {"frozen"}
    last = await desk.store.last_change()
    assert set((await desk.export()).unknown) == {R, N, G, R2}
    assert await desk.store.last_change() == last
    desk.clock.forward(QUARANTINE)
    await desk.delivery.resolve(R2, "found", "kari")
    await desk.delivery.resolve(R, "resend", "kari")
    assert [file.vouchers for file in (await desk.export()).files] == [(R,)]


async def test_a_file_that_visma_has_read_meanwhile_is_found_by_what_it_holds(desk: Desk) -> None:
    await publish_and_die(desk)
    (desk.folder / "19.11.26.XML").rename(desk.folder / "READ_19.11.26.XML")
    exported = await desk.export()
    assert set(exported.found) == {R, N, G, R2}
    assert (await desk.delivery_of(R)).message == "Skrevet i bilagsfilen READ_19.11.26.XML."
    assert desk.names() == ["19.11.26.txt", "20.11.26.XML", "20.11.26.txt", "READ_19.11.26.XML"]


async def test_a_voucher_that_a_file_holds_is_not_written_again_though_the_store_is_older_than_the_file(
    desk: Desk, store: Store
) -> None:
    await desk.export()
    before = desk.names()
    for reference in (R, N, G, R2):
        await put(store, Delivery(id=reference, rev=(await desk.delivery_of(reference)).rev))
    exported = await desk.export()
    assert set(exported.found) == {R, N, G, R2}
    assert desk.names() == before
    assert set((await desk.states()).values()) == {"delivered"}


async def test_a_file_that_was_changed_by_hand_stops_the_export(desk: Desk) -> None:
    await desk.export()
    path = desk.folder / "20.11.26.XML"
    path.write_bytes(path.read_bytes().replace(b"500.00", b"600.00"))
    await put(desk.store, Delivery(id=R2, rev=(await desk.delivery_of(R2)).rev))
    with pytest.raises(Refused) as raised:
        await desk.export()
    assert raised.value.code == "voucher_file_changed"
    assert (await desk.delivery_of(R2)).state == "ready"


async def test_a_file_that_mentions_a_voucher_and_cannot_be_read_stops_the_export(desk: Desk) -> None:
    hostile = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e; {R}</x>'
    (desk.folder / "logg.xml").write_text(hostile)
    with pytest.raises(Refused, match=r"logg\.xml") as raised:
        await desk.export()
    assert raised.value.code == "voucher_file_unreadable"
    assert set((await desk.states()).values()) == {"ready"}
    assert desk.names() == ["logg.xml"]


async def test_other_files_in_the_folder_are_left_alone(desk: Desk) -> None:
    (desk.folder / "bilder.xml").write_bytes(b"\xff\xd8 ikke XML")
    (desk.folder / "mappe.xml").mkdir()
    await desk.export()
    assert (desk.folder / "bilder.xml").read_bytes() == b"\xff\xd8 ikke XML"
    assert set((await desk.states()).values()) == {"delivered"}


async def test_a_full_disk_leaves_all_ready_and_no_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(Refused) as raised:
            await desk.export()
    assert raised.value.code == "export_folder"
    assert set((await desk.states()).values()) == {"ready"}
    assert [name for name in desk.names() if name.endswith(".XML")] == []
    await desk.export()
    assert desk.held() == sorted([R, N, G, R2])


async def test_when_one_file_cannot_be_published_the_others_are_and_its_vouchers_stay_ready(desk: Desk) -> None:
    real = VoucherFolder.publish

    def crowded(self: VoucherFolder, files: Any) -> None:
        (desk.folder / "20.11.26.XML").write_text("noen var raskere")
        real(self, files)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(VoucherFolder, "publish", crowded)
        exported = await desk.export()
    assert exported.stopped.startswith("Filene kunne ikke skrives")
    assert await desk.states() == {R: "delivered", N: "delivered", G: "delivered", R2: "ready"}
    assert (desk.folder / "20.11.26.XML").read_text() == "noen var raskere"
    assert [file.name for file in (await desk.export()).files] == ["20.11.26-2.XML"]


async def test_a_folder_that_is_not_there_is_refused(desk: Desk) -> None:
    desk.folder = desk.folder / "finnes-ikke"
    with pytest.raises(Refused, match="finnes-ikke") as raised:
        await desk.export()
    assert raised.value.code == "export_folder"
    assert set((await desk.states()).values()) == {"ready"}


async def test_while_another_sends_nothing_is_written(desk: Desk) -> None:
    async with desk.store.lock("outbox"):
        with pytest.raises(Refused) as raised:
            await desk.export()
    assert raised.value.code == "sending"
    assert desk.names() == []


async def test_a_voucher_that_is_withdrawn_while_files_are_staged_gets_into_none(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Outbox.begin

    async def withdrawn(self: Outbox, reference: str, actor: str) -> Voucher | None:
        if reference == N:
            await self.enter({R2: Outcome("rejected", "Avvist")}, actor)
        return await real(self, reference, actor)

    with monkeypatch.context() as patch:
        patch.setattr(Outbox, "begin", withdrawn)
        with pytest.raises(Conflict):
            await desk.export()
    assert desk.names() == []
    assert await desk.states() == {R: "ready", N: "ready", G: "ready", R2: "rejected"}
    await desk.export()
    assert desk.held() == sorted([R, N, G])


async def test_a_voucher_that_no_file_can_hold_frees_its_payments_and_the_others_are_written(
    desk: Desk, store: Store
) -> None:
    voucher = await store.get(Voucher, N)
    assert voucher is not None
    await put(store, replace(voucher, voucher_type="\x01"))
    exported = await desk.export()
    assert exported.rejected == (N,)
    assert await desk.states() == {R: "rejected", N: "rejected", G: "rejected", R2: "delivered"}
    assert desk.held() == [R2]
    assert await desk.posting() == {"pending", "posted"}
    assert "kan ikke stå i en bilagsfil" in (await desk.delivery_of(N)).message
