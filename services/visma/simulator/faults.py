"""Faults on purpose, to prove that nothing is lost or doubled: what can go wrong, and at which call."""

from typing import Literal

import msgspec

from services.visma.simulator.ledger import Refusal
from services.visma.simulator.world import Fault, World

PLAIN_FAULTS = (
    "cut_before_save",
    "cut_after_save",
    "status_500",
    "status_500_after_save",
    "html_502",
    "redirect_302",
    "garbage",
    "half_answer",
)
NUMBERED_FAULTS = ("slow", "cut_at")
_BEFORE_SAVE = ("cut_before_save", "status_500", "redirect_302")


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What goes out. `cut_at`: the connection is cut after so many bytes of the content; 0 is before any answer."""

    status: int = 200
    media_type: str = "text/xml; charset=utf-8"
    content: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    cut_at: int | None = None
    delay_s: float = 0


def check(fault: Fault) -> Fault:
    """Raises Refusal when there is no such fault, or `times` is not positive."""
    name, separator, number = fault.fault.partition(":")
    known = (name in NUMBERED_FAULTS and _is_number(number)) if separator else name in PLAIN_FAULTS
    if not known or fault.times < 1:
        names = ", ".join((*PLAIN_FAULTS, "slow:SEKUNDER", "cut_at:ANTALL"))
        raise Refusal("UKJENT_FEIL", f"Feilen finnes ikke. Disse finnes: {names}.")
    return fault


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def take(world: World, operation: str) -> str:
    """The fault planned for this call, counted down; empty when all shall go well."""
    planned = next((fault for fault in world.faults if fault.operation in (operation, "*")), None)
    if planned is None:
        return ""
    planned.times -= 1
    if planned.times < 1:
        world.faults.remove(planned)
    return planned.fault


def when(fault: str) -> Literal["before", "after"]:
    """Whether the fault strikes before anything is carried out, or after it is saved."""
    return "before" if fault in _BEFORE_SAVE else "after"


def disturbed(fault: str, reply: Reply) -> Reply:
    """The reply as the fault leaves it."""
    name, _, number = fault.partition(":")
    if name in ("cut_before_save", "cut_after_save"):
        return msgspec.structs.replace(reply, cut_at=0)
    if name == "cut_at":
        return msgspec.structs.replace(reply, cut_at=int(float(number)))
    if name == "slow":
        return msgspec.structs.replace(reply, delay_s=float(number))
    if name == "half_answer":
        return msgspec.structs.replace(reply, content=reply.content[: len(reply.content) // 2])
    return _INSTEAD.get(name, reply)


_INSTEAD = {
    "status_500": Reply(status=500, media_type="text/html", content=b"<html><body>Server Error</body></html>"),
    "status_500_after_save": Reply(
        status=500,
        content=b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
        b"<faultcode>s:Server</faultcode><faultstring>Internal error</faultstring></s:Fault></s:Body></s:Envelope>",
    ),
    "html_502": Reply(status=502, media_type="text/html", content=b"<html><body>Bad Gateway</body></html>"),
    "redirect_302": Reply(status=302, headers=(("location", "https://ny-adresse.example.test/WSInkasso"),)),
    "garbage": Reply(content=b"\x00\x01 dette er ikke XML <<<"),
}
