"""The rows of Bokføringsforslag: problems, vouchers with their lines, vouchers under way. Pure functions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from rich.cells import cell_len

from data.documents import Delivery, VoucherLine
from data.language import N_, _
from screens.widgets.columns import Cell, Column, Look, Row
from services.outbox import ARRIVED, STATE_NAMES, VoucherRow
from services.rules.dates import format_date
from services.rules.money import format_amount
from services.rules.posting import KIND_NAMES, KINDS, Problem, Proposal, ProposedVoucher

UNDER_WAY_COLUMNS = (
    Column("På vei til Visma", 23),
    Column("Art", 9, from_width=100),
    Column("Beløp", 12, right=True),
    Column("Tilstand"),
)
PROBLEM_COLUMNS = (Column(""), Column("", 17, from_width=100))
REASONS: Mapping[str, str] = {
    "no_ledger_type": N_("mangler reskontrotype"),
    "no_interest_rate": N_("venter på rentesats"),
    "not_linked": N_("mangler faktura i Visma"),
}

Names = Mapping[str, str]
"""Debtor by case number."""


def voucher_columns(proposal: Proposal) -> list[Column]:
    """As narrow as the content lets them be, so that there is room for the debtors' names."""
    lines = [line for voucher in proposal.vouchers for line in voucher.lines]
    sums = max(len(format_amount(side)) for side in debit_and_credit(lines))
    return [
        Column("Dato / bilag"),
        Column("Konto", max([cell_len(_("Konto")), *(len(line.account) for line in lines)])),
        Column("Avd.", max([4, *(len(_department(line)) for line in lines)])),
        Column("Fordring", max([8, *(len(line.invoice) for line in lines)])),
        Column("Debet", max(8, sums), right=True),
        Column("Kredit", max(8, sums), right=True),
    ]


def problem_rows(problems: Iterable[Problem]) -> list[Row]:
    """One row a case and reason, however many payments wait for it."""
    found = dict.fromkeys((problem.case, problem.code, problem.message) for problem in problems)
    return [
        Row(f"{code} {case}", (message, _("Enter åpner saken")), look=Look.ATTENTION) for case, code, message in found
    ]


def voucher_rows(proposal: Proposal, names: Names) -> list[Row]:
    """Each voucher folded, with its lines under it. A line's key is `<voucher>/<line>`, both counted from 0."""
    rows: list[Row] = []
    for place, voucher in enumerate(proposal.vouchers):
        rows.append(_head(place, voucher))
        rows += [_line(f"{place}/{index}", line, names) for index, line in enumerate(voucher.lines)]
    return rows


def _head(place: int, voucher: ProposedVoucher) -> Row:
    title = f"{format_date(voucher.date)}  {_(KIND_NAMES[voucher.kind])}"
    sums = (format_amount(amount) for amount in debit_and_credit(voucher.lines))
    waits, look = (_("venter"), Look.ATTENTION) if voucher.blocked else ("", Look.NORMAL)
    return Row(str(place), (title, "", "", waits, *sums), look=look, opened=False)


def _line(key: str, line: VoucherLine, names: Names) -> Row:
    name = names.get(line.case, "")
    title = f"{line.case}  {name}" if line.case else line.text
    claim = line.invoice or (_("til gode") if line.ledger_type else "")
    sides = ("", format_amount(-line.amount)) if line.amount < 0 else (format_amount(line.amount), "")
    return Row(key, (title, line.account, _department(line), claim, *sides), indent=1)


def _department(line: VoucherLine) -> str:
    return line.ledger_type or line.department


def debit_and_credit(lines: Iterable[VoucherLine]) -> tuple[int, int]:
    """The sums of both sides, øre."""
    amounts = [line.amount for line in lines]
    return sum(each for each in amounts if each > 0), -sum(each for each in amounts if each < 0)


def total_row(proposal: Proposal) -> Row:
    """The sums of all vouchers."""
    sums = debit_and_credit(line for voucher in proposal.vouchers for line in voucher.lines)
    return Row("", (_("Sum"), "", "", "", *(format_amount(amount) for amount in sums)), look=Look.STRONG)


def line_at(proposal: Proposal, key: str) -> VoucherLine | None:
    """The line that a row's key stands for; None for a voucher's own row."""
    voucher, _, line = key.partition("/")
    return proposal.vouchers[int(voucher)].lines[int(line)] if line else None


def about_row(proposal: Proposal, key: str) -> Sequence[str]:
    """The case of a row's line; of a voucher's own row, and of a line without a case, the voucher's payments."""
    line = line_at(proposal, key)
    return [line.case] if line is not None and line.case else proposal.vouchers[int(key.partition("/")[0])].payments


def under_way_rows(rows: Sequence[VoucherRow]) -> list[Row]:
    """Those that need a person first, then by date and kind, as in the proposal."""
    return [_under_way(row) for row in sorted(rows, key=_place)]


def _place(row: VoucherRow) -> tuple[bool, date, str, int]:
    voucher = row.voucher
    return not needs_person(row.delivery), voucher.date, voucher.reference[:-1], KINDS.index(voucher.kind)


def _under_way(row: VoucherRow) -> Row:
    voucher, delivery = row.voucher, row.delivery
    state = Cell(state_text(delivery), _look(delivery))
    cells = (voucher.reference, _(KIND_NAMES[voucher.kind]), format_amount(voucher.amount), state)
    return Row(voucher.reference, cells, look=Look.ATTENTION if needs_person(delivery) else Look.NORMAL)


def needs_person(delivery: Delivery) -> bool:
    return delivery.needs_decision or delivery.state in ("unknown", "deleted")


def state_text(delivery: Delivery) -> str:
    """`levert B1042`, `sendes …`, `ukjent utfall: …`."""
    name = _(STATE_NAMES[delivery.state])
    if delivery.state == "sending":
        return f"{name} …"
    if delivery.state in ARRIVED:
        return f"{name} {delivery.voucher_number or delivery.visma_id}".strip()
    return f"{name}: {delivery.message}" if delivery.message else name


def _look(delivery: Delivery) -> Look:
    if needs_person(delivery):
        return Look.ATTENTION
    return Look.BAD if delivery.state == "rejected" else Look.NORMAL


def held_back_text(proposal: Proposal) -> str:
    """`1 innbetaling blir stående (mangler reskontrotype).`, or an empty text."""
    held = proposal.held_back
    if not held:
        return ""
    reasons = list(dict.fromkeys(_(REASONS.get(problem.code, problem.message)) for problem in proposal.problems))
    if held > len({problem.payment for problem in proposal.problems}):
        reasons.append(_("deler bilag med en som venter"))
    return _("{held} {payments} blir stående ({reasons}).").format(
        held=held, payments=_("innbetaling") if held == 1 else _("innbetalinger"), reasons=", ".join(reasons)
    )
