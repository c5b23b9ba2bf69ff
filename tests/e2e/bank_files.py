"""OCR files as the bank would have made them on the day, for the first creditor's account."""

from datetime import date
from pathlib import Path
from typing import Any

from services.bank.ocr_writer import OcrAssignment, OcrPayment, write_ocr
from tests.e2e.site import Site

DAY = date(2026, 11, 23)


def paid(kid: str, amount: int, **more: Any) -> OcrPayment:
    """A payment of øre; `more` as OcrPayment has it."""
    fields: dict[str, Any] = {"date": DAY, "amount": amount, "kid": kid}
    return OcrPayment(**fields | more)


def ocr_content(site: Site, *payments: OcrPayment, account: str = "", transmission: int = 9001) -> bytes:
    """A file to the creditor's own account, or to another one."""
    to = account or site.kk2.json("admin", "creditors", "show")["creditors"][0]["bank_accounts"][0]["account"]
    assignment = OcrAssignment(account=to, payments=payments)
    return write_ocr([assignment], transmission=transmission, recipient="00221000", created=DAY)


def ocr_file(site: Site, *payments: OcrPayment, name: str = "OCR.D261124", **more: Any) -> Path:
    """The same in a file of its own, outside the inbox; `more` as `ocr_content` has it."""
    path = site.kk2.home / name
    path.write_bytes(ocr_content(site, *payments, **more))
    return path
