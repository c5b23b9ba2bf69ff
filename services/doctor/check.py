"""What an examination answers: a value for each thing looked at."""

from typing import Literal

import msgspec

from data.language import _

State = Literal["ok", "warning", "wrong"]


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """`found` says what there is, `mend` what to do about it (empty when there is nothing to do)."""

    name: str
    state: State
    found: str
    mend: str = ""


def ok(name: str, found: str) -> Check:
    """As it should be, or not in use here."""
    return Check(name=_(name), state="ok", found=found)


def warning(name: str, found: str, mend: str) -> Check:
    """It works, or is not known to fail; somebody ought to look at it."""
    return Check(name=_(name), state="warning", found=found, mend=mend)


def wrong(name: str, found: str, mend: str) -> Check:
    """Something of the routine does not work."""
    return Check(name=_(name), state="wrong", found=found, mend=mend)


def not_examined(name: str, why: str) -> Check:
    """It could not be looked at, because of something told of earlier."""
    return warning(
        name, _("Ikke undersøkt: {why}").format(why=why), _("Rett det som er feil først, og kjør kk2 doctor igjen.")
    )
