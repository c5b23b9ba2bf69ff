"""Letters, e-mails and vouchers of long ago, for the tests of retention."""

from datetime import UTC, date, datetime
from typing import Any

from data.documents import Attachment, Letter, LetterClaim, Mail, Sender, Voucher, VoucherLine
from tests.builders import case

LONG_AGO = datetime(2019, 6, 3, 8, tzinfo=UTC)


def letter(serial: int = 1, **more: Any) -> Letter:
    """A letter about a day-care place, carried by the e-mail M1."""
    fields: dict[str, Any] = {
        "id": f"{case(serial).id}/IKV",
        "case": case(serial).id,
        "creditor": "0221",
        "run": "1/4711",
        "handler": "kari",
        "language": "nb",
        "sent": LONG_AGO.date(),
        "deadline": date(2019, 6, 17),
        "sender": Sender(
            name="Testvik kommune", address=(), email="", phone="", account="12345678911", handler="Kari Testesen"
        ),
        "name": f"Per Skyldnersen {serial}",
        "address": ("Skjultveien 1", "9998 TESTVIK"),
        "kid": case(serial).kid,
        "claims": (
            LetterClaim(
                invoice="900001",
                text="Barnehage for Lise Skyldnersen",
                due=date(2019, 5, 1),
                principal=1_000_00,
                fees=0,
                notice_fee=0,
                interest=0,
            ),
        ),
        "total": 1_000_00,
        "interest_until": LONG_AGO.date(),
        "basis_points": 875,
        "created": LONG_AGO,
        "actor": "kari",
        "pdf": "",
        "mail": "M1",
    }
    return Letter(**fields | more)


def mail(key: str = "M1", *pdfs: str, **more: Any) -> Mail:
    """An e-mail that was sent, with these PDFs."""
    fields: dict[str, Any] = {
        "id": key,
        "message_id": f"<{key}@testvik.invalid>",
        "handler": "kari",
        "to": "kari@testvik.invalid",
        "subject": "Inkassovarsler, kjøring 4711: 1 saker",
        "text": "Ett inkassovarsel er vedlagt.",
        "attachments": tuple(Attachment(name="inkassovarsler.pdf", pdf=pdf) for pdf in pdfs),
        "letters": 1,
        "created": LONG_AGO,
        "state": "sent",
    }
    return Mail(**fields | more)


def voucher(day: date, *payments: str, made: datetime = LONG_AGO, amount: int = 500_00) -> Voucher:
    """A ledger voucher of one payment on the first case."""
    number, paid = case(1).id, payments[0] if payments else ""
    line = {"text": f"Innbetaling sak {number}", "customer": "100001", "invoice": "900001", "kid": case(1).kid}
    return Voucher(
        id=f"KK2-0221-{day:%Y%m%d}-1-R",
        creditor="0221",
        date=day,
        kind="R",
        company="1",
        voucher_type="IK",
        approve=False,
        text="KK2 reskontro",
        amount=amount,
        lines=(
            VoucherLine(account="2102201", amount=amount, text="Bank"),
            VoucherLine(account="2131010", amount=-amount, case=number, payment=paid, **line),
        ),
        payments=payments,
        created=made,
        actor="kari",
    )
