"""Which cases a person's data may be kept in no longer.

Primary accounting documents are kept for five years after the end of the year they belong to (bokføringsloven § 13
second paragraph; municipalities: kommuneloven § 14-6, FOR-2019-06-07-714 § 3-8). After that, there is nothing that asks
for the debtor's name, and the data must go (personvernforordningen art. 5 no. 1 e: storage limitation). What the
municipality's own archive plan says may ask for a later date, never for an earlier one (arkivlova, LOV-2025-06-20-96).
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Literal

import msgspec

from data.documents import Case, Fee, Letter, Mail, Payment, Voucher
from services.oslo import OSLO

YEARS = 5
Kept = Literal["open", "undated", "recent", "unposted", "surplus", "mail"]


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """A case with all that decides whether it is due. `mails` are those that carry its letters."""

    case: Case
    payments: tuple[Payment, ...] = ()
    fees: tuple[Fee, ...] = ()
    vouchers: tuple[Voucher, ...] = ()
    letters: tuple[Letter, ...] = ()
    mails: Mapping[str, Mail] = msgspec.field(default_factory=dict)

    @property
    def last_movement(self) -> date:
        """The newest day that anything of the case was accounted for, sent or closed."""
        return max(
            self.case.closed or self.case.opened,
            *(payment.date for payment in self.payments),
            *(fee.date for fee in self.fees),
            *(day for voucher in self.vouchers for day in (voucher.date, norwegian_day(voucher.created))),
            *(letter.sent for letter in self.letters),
            date.min,
        )


def latest_before(today: date) -> date:
    """The first day whose accounting documents must still be kept: everything before it may be anonymised.

    The year that ended five years before the last turn of the year is the newest that is free.
    """
    return date(today.year - YEARS, 1, 1)


def why_kept(matter: Matter, before: date) -> Kept | None:
    """Why the case is not to be anonymised, None when it is due: closed and settled, nothing of it from `before` on."""
    if reason := why_case_kept(matter.case, before):
        return reason
    if matter.last_movement >= before:
        return "recent"
    if any(payment.to_post or payment.posting == "frozen" for payment in matter.payments):
        return "unposted"
    return "mail" if _mail_waits(matter.letters, matter.mails) else None


def why_case_kept(case: Case, before: date) -> Kept | None:
    """As `why_kept`, by what stands in the case alone."""
    if case.status != "closed":
        return "open"
    if case.closed is None:
        return "undated"
    if case.closed >= before:
        return "recent"
    return "surplus" if case.outstanding < 0 else None  # money that is the debtor's: somebody must know whose


def is_anonymous(matter: Matter) -> bool:
    """Whether the case has been anonymised, and nothing has come to it since."""
    erased = matter.case.erased
    return erased is not None and matter.last_movement <= erased


def _mail_waits(letters: Iterable[Letter], mails: Mapping[str, Mail]) -> bool:
    found = (mails.get(letter.mail) for letter in letters)
    return any(mail is None or mail.state != "sent" for mail in found)


def norwegian_day(instant: datetime) -> date:
    return instant.astimezone(OSLO).date()
