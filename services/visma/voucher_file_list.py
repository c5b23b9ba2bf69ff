"""The control list beside a voucher file: what the file holds, to be held against Visma's own print of the import."""

from collections.abc import Iterable, Sequence

from services.rules.dates import format_date
from services.rules.money import format_amount
from services.rules.posting import KIND_NAMES, KINDS
from services.visma.voucher_file import FileVoucher

Row = tuple[str, ...]


def control_list(name: str, vouchers: Sequence[FileVoucher]) -> str:
    """Count, sums of each kind, and each voucher's reference, debit and credit. Made from what the file itself says."""
    dates = ", ".join(sorted({format_date(voucher.date) for voucher in vouchers}))
    approved = "godkjennes ved import" if any(voucher.approve for voucher in vouchers) else "godkjennes for hånd"
    debit, credit = _sums(vouchers)
    lines = [
        f"Kontrolliste for {name}",
        "",
        f"Bilagsdato   {dates}",
        f"Bilag        {len(vouchers)} ({approved})",
        f"Sum debet    {debit}",
        f"Sum kredit   {credit}",
        "",
        *_table(("Art", "Bilag", "Debet", "Kredit"), _kind_rows(vouchers), right=(1, 2, 3)),
        "",
        *_table(
            ("Referanse", "Selskap", "Bilagsart", "Linjer", "Debet", "Kredit"), _voucher_rows(vouchers), right=(3, 4, 5)
        ),
    ]
    return "\n".join(lines) + "\n"


def _kind_rows(vouchers: Sequence[FileVoucher]) -> Iterable[Row]:
    for kind in KINDS:
        members = [voucher for voucher in vouchers if voucher.reference.endswith(f"-{kind}")]
        if members:
            yield (KIND_NAMES[kind], str(len(members)), *_sums(members))


def _voucher_rows(vouchers: Sequence[FileVoucher]) -> Iterable[Row]:
    for voucher in vouchers:
        about = (voucher.reference, voucher.company, voucher.voucher_type, str(len(voucher.lines)))
        yield (*about, *_sums([voucher]))


def _sums(vouchers: Sequence[FileVoucher]) -> tuple[str, str]:
    debit, credit = sum(each.debit for each in vouchers), sum(each.credit for each in vouchers)
    return format_amount(debit), format_amount(credit)


def _table(heading: Row, rows: Iterable[Row], *, right: Sequence[int]) -> list[str]:
    """Columns as wide as their widest cell, numbers to the right."""
    everything = [heading, *rows]
    widths = [max(len(row[index]) for row in everything) for index in range(len(heading))]
    return [
        "  ".join(
            cell.rjust(width) if index in right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in everything
    ]
