"""E-mails are sent once, whatever happens on the way."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from data.documents import Attachment, Mail
from data.errors import NotFound
from data.store import Store
from services.errors import Refused
from services.letters.pdf_folder import PdfFolder
from services.mail.eml_folder import EmlFolder
from services.mail.outbox import MailOutbox
from services.mail.sending import MailService, send_quietly
from services.mail.transport import Transport
from tests.builders import put
from tests.services.fakes import FakeClock
from tests.services.mail.post_office import Mood, PostOffice

SENDER = "Testvik kommune <kk2@testvik.invalid>"
PDF = b"%PDF-1.7 oppdiktet"


class Desk:
    """Mails in a store, and the service that sends them."""

    def __init__(self, store: Store, clock: FakeClock, folder: Path, transport: Transport) -> None:
        self.store = store
        self.clock = clock
        self.pdfs = PdfFolder(folder / "letters")
        self.service = MailService(store, clock, transport, self.pdfs, sender=SENDER)

    async def queue(self, count: int, **more: Any) -> list[str]:
        (pdf,) = await self.pdfs.keep([PDF])
        mails = [self.mail(serial, pdf, **more) for serial in range(1, count + 1)]
        await put(self.store, *mails)
        return [mail.id for mail in mails]

    def mail(self, serial: int, pdf: str, **more: Any) -> Mail:
        fields: dict[str, Any] = {
            "id": f"M{serial:07d}",
            "message_id": f"<m{serial:07d}.abc@testvik.invalid>",
            "handler": "kari",
            "to": "kari@testvik.invalid",
            "subject": f"Inkassovarsel, sak {serial} – æøå",
            "text": "Ett inkassovarsel er vedlagt.\n",
            "attachments": (Attachment(name="inkassovarsel.pdf", pdf=pdf),),
            "letters": 1,
            "created": self.clock.now(),
        }
        return Mail(**fields | more)

    async def send(self, *, at_once: bool = True) -> Any:
        return await self.service.send("kari", at_once=at_once)

    async def states(self) -> list[str]:
        return [mail.state for mail in (await self.store.page(Mail)).items]

    async def only(self) -> Mail:
        (mail,) = (await self.store.page(Mail)).items
        return mail


@pytest.fixture
def desk(store: Store, clock: FakeClock, tmp_path: Path, post: PostOffice) -> Desk:
    return Desk(store, clock, tmp_path, post.transport())


def received(post: PostOffice) -> list[str]:
    return [str(message["Message-ID"]) for message in post.taken]


async def test_a_mail_carries_its_pdf_and_says_what_it_is(desk: Desk, post: PostOffice) -> None:
    await desk.queue(1)
    sent = await desk.send()
    assert (sent.sent, sent.stopped, await desk.states()) == (1, "", ["sent"])
    (message,) = post.taken
    assert (message["From"], message["To"]) == (SENDER, "kari@testvik.invalid")
    assert message["Subject"] == "Inkassovarsel, sak 1 – æøå"
    assert message["Auto-Submitted"] == "auto-generated"
    (attached,) = message.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("inkassovarsel.pdf", PDF)


async def test_a_mail_that_is_sent_is_not_sent_again(desk: Desk, post: PostOffice) -> None:
    await desk.queue(2)
    await desk.send()
    again = await desk.send()
    assert (again.sent, again.mails, len(post.taken)) == (0, (), 2)


async def test_while_the_server_is_down_nothing_is_touched_and_the_reason_is_told(desk: Desk, post: PostOffice) -> None:
    await desk.queue(2)
    await post.close()
    sent = await desk.send()
    assert "Får ikke kontakt med e-postserveren" in sent.stopped
    assert [(mail.state, mail.attempts) for mail in sent.mails] == [("queued", 0), ("queued", 0)]
    await post.open()
    assert (await desk.send()).sent == 2


async def test_a_busy_server_is_asked_again_later_and_later(desk: Desk, post: PostOffice) -> None:
    await desk.queue(1)
    for attempt, minutes in enumerate((1, 2, 4), 1):
        post.moods.append("busy")
        await desk.send(at_once=False)
        mail = await desk.only()
        assert (mail.state, mail.attempts) == ("queued", attempt)
        assert mail.not_before is not None
        assert (mail.not_before - desk.clock.now()).total_seconds() == 60 * minutes
        assert "451" in mail.message
        assert (await desk.send(at_once=False)).mails == ()
        desk.clock.forward(60 * minutes)
    await desk.send(at_once=False)
    assert (await desk.states(), len(post.taken)) == (["sent"], 1)


async def test_one_that_is_refused_does_not_stop_the_others(desk: Desk, post: PostOffice) -> None:
    await desk.queue(3)
    post.moods += ["good", "no_receiver"]
    sent = await desk.send()
    assert [mail.state for mail in sent.mails] == ["sent", "rejected", "sent"]
    assert "Ukjent mottaker" in sent.mails[1].message


async def test_a_refused_one_is_sent_again_to_the_address_that_the_handler_has_now(
    desk: Desk, post: PostOffice
) -> None:
    (key,) = await desk.queue(1, to="feil@testvik.invalid")
    post.moods.append("no_receiver")
    await desk.send()
    resolved = await desk.service.resolve(key, "resend", "kari")
    assert (resolved.state, resolved.to) == ("queued", "kari@testvik.invalid")
    await desk.send()
    assert post.taken[0]["To"] == "kari@testvik.invalid"


async def test_a_handler_without_an_address_holds_up_nobody_else(desk: Desk, post: PostOffice) -> None:
    await desk.queue(1, to="")
    assert (await desk.send()).stopped == ""
    mail = await desk.only()
    assert (mail.state, post.taken) == ("rejected", [])
    assert "ingen e-postadresse som kan brukes" in mail.message


async def test_a_header_cannot_be_smuggled_in_by_an_address(desk: Desk, post: PostOffice) -> None:
    await desk.queue(1, to="kari@testvik.invalid\r\nBcc: alle@testvik.invalid")
    await desk.send()
    assert (await desk.states(), post.taken) == (["rejected"], [])


async def test_a_missing_pdf_is_told_and_nothing_is_sent_without_it(desk: Desk, post: PostOffice) -> None:
    await desk.queue(1, attachments=(Attachment(name="x.pdf", pdf="0" * 64),))
    await desk.send()
    assert (await desk.states(), post.taken) == (["rejected"], [])


@pytest.mark.parametrize(("mood", "arrived"), [("hangs_up_after", True), ("loses", False)])
async def test_a_lost_answer_is_left_to_a_person(desk: Desk, post: PostOffice, mood: Mood, arrived: bool) -> None:
    (key,) = await desk.queue(1)
    post.moods.append(mood)
    await desk.send()
    assert await desk.states() == ["unknown"]
    assert (await desk.send()).mails == ()
    await desk.service.resolve(key, "arrived" if arrived else "resend", "kari")
    await desk.send()
    assert (await desk.states(), len(post.taken)) == (["sent"], 1)


async def test_a_mail_that_is_sent_again_is_the_same_mail(desk: Desk, post: PostOffice) -> None:
    (key,) = await desk.queue(1)
    post.moods.append("hangs_up_after")
    await desk.send()
    await desk.service.resolve(key, "resend", "kari")
    await desk.send()
    first, second = post.raw
    assert first == second


async def test_only_what_is_not_sent_can_be_resolved(desk: Desk) -> None:
    (key,) = await desk.queue(1)
    with pytest.raises(Refused, match="er venter"):
        await desk.service.resolve(key, "arrived", "kari")
    await desk.send()
    with pytest.raises(Refused, match="er sendt"):
        await desk.service.resolve(key, "resend", "kari")
    with pytest.raises(NotFound):
        await desk.service.resolve("M9999999", "resend", "kari")


async def test_what_broke_off_over_the_network_is_unknown(desk: Desk, post: PostOffice) -> None:
    (key,) = await desk.queue(1)
    await MailOutbox(desk.store, desk.clock).begin(key, "smtp", "kari")
    await desk.send()
    assert (await desk.states(), post.taken) == (["unknown"], [])


async def test_one_process_sends_at_a_time(desk: Desk) -> None:
    await desk.queue(1)
    async with desk.store.lock("mail"):
        with pytest.raises(Refused, match="En annen sender e-post"):
            await desk.send()
        assert "En annen sender e-post" in (await send_quietly(desk.service, "kari")).stopped
    assert await desk.states() == ["queued"]


# --- without a server ---


@pytest.fixture
def file_desk(store: Store, clock: FakeClock, tmp_path: Path) -> Desk:
    return Desk(store, clock, tmp_path, EmlFolder(tmp_path / "outbox" / "mail"))


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "outbox" / "mail").iterdir())


async def test_without_a_server_each_mail_is_a_file(file_desk: Desk, tmp_path: Path) -> None:
    await file_desk.queue(2)
    assert (await file_desk.send()).sent == 2
    assert files(tmp_path) == ["m0000001.abc@testvik.invalid.eml", "m0000002.abc@testvik.invalid.eml"]


async def test_a_file_that_broke_off_is_written_again(file_desk: Desk, tmp_path: Path) -> None:
    await file_desk.queue(1)
    await file_desk.send()
    before = (tmp_path / "outbox" / "mail" / files(tmp_path)[0]).read_bytes()
    mail = await file_desk.only()
    async with file_desk.store.transaction("kari", "Som om den ble avbrutt") as tx:
        tx.put(replace(mail, state="sending"))
    assert (await file_desk.send()).sent == 1
    assert [(tmp_path / "outbox" / "mail" / name).read_bytes() for name in files(tmp_path)] == [before]


async def test_a_folder_that_cannot_be_written_leaves_the_mail_waiting(file_desk: Desk, tmp_path: Path) -> None:
    await file_desk.queue(1)
    (tmp_path / "outbox").write_text("en fil der mappen skulle vært", encoding="utf-8")
    assert "kan ikke skrives" in (await file_desk.send()).stopped
    assert await file_desk.states() == ["queued"]


# --- all of it ---


@pytest.mark.parametrize("seed", range(4))
async def test_under_random_faults_each_mail_arrives_once_and_none_is_lost(
    desk: Desk, post: PostOffice, seed: int
) -> None:
    """A person looks in the inbox for what is unknown, as Utboks says."""
    dice = random.Random(seed)
    moods: Sequence[Mood] = ("good", "good", "busy", "hangs_up_before", "hangs_up_after", "loses", "gone")
    keys = await desk.queue(30)
    for _ in range(200):
        if await desk.states() == ["sent"] * len(keys):
            break
        post.moods.clear()
        post.moods += [dice.choice(moods) for _ in range(10)]
        if dice.random() < 0.3:
            await post.close()
        await desk.send(at_once=dice.random() < 0.5)
        desk.clock.forward(120)
        await post.close()
        await post.open()
        for mail in await desk.service.under_way():
            if mail.state == "unknown":
                await desk.service.resolve(
                    mail.id, "arrived" if mail.message_id in received(post) else "resend", "kari"
                )
    assert await desk.states() == ["sent"] * len(keys)
    assert sorted(received(post)) == sorted(set(received(post)))
    assert len(received(post)) == len(keys)
