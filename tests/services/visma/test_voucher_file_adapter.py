"""Without the web service: what cannot be done is said, with what to do instead."""

from collections.abc import Awaitable, Callable

import pytest

from services.visma.port import VismaAccess, VismaPort
from services.visma.voucher_file_adapter import FileVisma
from tests.services.visma.helpers import NOON, FixedClock
from tests.services.visma.test_voucher_file import voucher


async def test_ping_tells_that_vouchers_go_by_file_and_promises_nothing() -> None:
    visma: VismaPort = FileVisma(FixedClock())
    answer = await visma.ping()
    await visma.close()
    assert (answer.version, answer.time) == ("bilagsfil (VUXML 1.5), uten webtjeneste", NOON)
    assert not answer.recognises_references


async def test_a_voucher_is_not_delivered_and_the_message_names_the_command_for_it() -> None:
    with pytest.raises(VismaAccess, match="kk2 posting export") as raised:
        await FileVisma(FixedClock()).deliver_voucher(voucher())
    assert raised.value.code == "needs_web_service"


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda visma: visma.fetch_proposals("1", ["EWS"]), "Import av nye saker krever webtjenesten"),
        (lambda visma: visma.write_case_numbers([]), "Tilbakeskriving av saksnumre krever webtjenesten"),
        (lambda visma: visma.fetch_transactions("1"), "Betalinger fra Visma krever webtjenesten"),
        (lambda visma: visma.find_vouchers("1", []), "Å spørre Visma etter bilag krever webtjenesten"),
        (lambda visma: visma.find_invoices("1", []), "Konvertering krever webtjenesten"),
    ],
)
async def test_what_needs_the_web_service_says_so(call: Callable[[VismaPort], Awaitable[object]], what: str) -> None:
    with pytest.raises(VismaAccess, match=what) as raised:
        await call(FileVisma(FixedClock()))
    assert "Ingenting er endret" in raised.value.message
