"""A thousand cases taken over while the mail server goes up and down: a thousand notices, each in one mail."""

import random
import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from data.documents import Creditor, Letter, LettersBy, Mail
from data.store import Store
from services.case_import import CaseImport
from services.letters.correspondence import Correspondence, correspondence
from services.letters.rendering import TEMPLATE
from tests.builders import invoice, proposal, put
from tests.services.fakes import FakeClock, FakeVisma
from tests.services.mail.post_office import Mood, PostOffice

CASES = 1000
MOODS: tuple[Mood, ...] = ("good",) * 20 + ("busy", "hangs_up_before", "hangs_up_after", "loses", "gone")
# Typesetting a thousand whole notices takes half a minute, and is not what is tested here.
SHORT = '#let letter(d) = [#d.case #metadata(none)#label("end-" + d.case)]'


@pytest.fixture
async def post() -> AsyncIterator[PostOffice]:
    opened = PostOffice()
    await opened.open()
    yield opened
    await opened.close()


async def deliver(there: Correspondence, clock: FakeClock, post: PostOffice, dice: random.Random) -> None:
    """Send until all is sent, while the server goes up and down. A person looks in the inbox for what is unknown."""
    for _ in range(500):
        post.moods.clear()
        post.moods += dice.choices(MOODS, k=100)
        if dice.random() < 0.2:
            await post.close()
        await there.mail.send("kari", at_once=True)
        await post.close()
        await post.open()
        left = await there.mail.under_way()
        arrived = {str(message["Message-ID"]) for message in post.taken}
        for mail in left:
            if mail.state == "unknown":
                await there.mail.resolve(mail.id, "arrived" if mail.message_id in arrived else "resend", "kari")
        if not left:
            return
        clock.forward(60)


@pytest.mark.parametrize("by", ["each", "run"])
async def test_a_thousand_cases_give_a_thousand_notices_and_no_mail_twice(
    store: Store, clock: FakeClock, tmp_path: Path, post: PostOffice, by: LettersBy
) -> None:
    creditor = await store.get(Creditor, "0221")
    assert creditor is not None
    await put(store, replace(creditor, letters=by))
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / TEMPLATE).write_text(SHORT, encoding="utf-8")
    visma = FakeVisma(proposal(4711, *(invoice(serial, serial) for serial in range(1, CASES + 1))))
    there = correspondence(store, clock, tmp_path, transport=post.transport(), sender="kk2@testvik.invalid")

    done = await CaseImport(store, visma, clock, letters=there.letters).run("kari")
    await deliver(there, clock, post, random.Random(by))

    letters = (await store.page(Letter, limit=2 * CASES)).items
    assert done.letters == len(letters) == len({letter.case for letter in letters}) == CASES
    assert all((tmp_path / "letters" / f"{letter.pdf}.pdf").exists() for letter in letters)
    mails = (await store.page(Mail, limit=2 * CASES)).items
    assert {mail.state for mail in mails} == {"sent"}
    assert len(mails) == (CASES if by == "each" else 1)
    assert Counter(str(message["Message-ID"]) for message in post.taken) == {mail.message_id: 1 for mail in mails}
    bodies = [message.get_body() for message in post.taken]
    told = [case for body in bodies if body for case in re.findall(r"^0221-\d{8}", body.get_content(), re.MULTILINE)]
    assert sorted(told) == sorted(letter.case for letter in letters)
    pages = sum(pdf_pages(part.get_content()) for message in post.taken for part in message.iter_attachments())
    assert pages == CASES


def pdf_pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))
