"""The daily routine from beginning to end on the made-up municipality, without screens, each step told as it is done.

At the end the sums are compared to the øre: what the bank's files say, what the cases were paid, what the vouchers
post, and what Visma found again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.documents import BankFile, Payment
from kk2tui.cli.posting import proposal_lines, voucher_lines
from kk2tui.cli.receipts import receipt_lines
from kk2tui.home import DEMO_HANDLER, make_home
from kk2tui.wiring import opened_services
from services.bank_check import ImportedFile
from services.delivery import VoucherRow
from services.listing import everything
from services.proposals import STATUS_NAMES, WaitingProposal
from services.registry import Services
from services.rules.money import format_amount

SHOWN_ROWS = 8
DEPARTMENT = "K010"


@dataclass
class Report:
    """What the routine did: lines for people, figures (øre) for programs."""

    text: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    def lines(self) -> list[str]:
        return self.text

    def shape(self) -> dict[str, Any]:
        return self.figures

    @property
    def agrees(self) -> bool:
        """Whether all sums agree to the øre."""
        return bool(self.figures["agrees"])

    def step(self, title: str, lines: Sequence[str]) -> None:
        self.text += ["", f"== {title}", *lines]


async def run_routine(home: Path, login: str, store_url: str = "") -> Report:
    """Make a home with the municipality and go through the routine in it. Raises what the services raise."""
    report = Report(text=["Testvik kommune (oppdiktet): hele rutinen, trinn for trinn"])
    await make_home(home, login, demo=True, store_url=store_url)
    async with opened_services(home, DEMO_HANDLER) as services:
        await _take_over_cases(services, report)
        files = await _read_bank_files(services, report)
        await _place_the_unplaced(services, report)
        await _move_a_payment(services, report)
        await _mend_the_department(services, report)
        rows = await _post(services, report)
        await _compare(services, files, rows, report)
    return report


async def _take_over_cases(services: Services, report: Report) -> None:
    waiting = [_proposal_line(each) for each in await services.case_import.waiting()]
    done = await services.case_import.run(services.actor)
    receipt = await services.receipts.get(done.receipt)
    report.step("Import av nye saker", ["I Visma ligger:", *waiting, "", *_shortened(receipt_lines(receipt))])
    report.figures["run"] = done.run
    report.figures["cases"] = len(done.cases)
    report.figures["written_back"] = done.written_back


def _proposal_line(each: WaitingProposal) -> str:
    status = STATUS_NAMES[each.status]
    return f"kjøring {each.run}  {each.ledger_type}  {status}  {each.invoices} fakturaer  {each.note}".rstrip()


async def _read_bank_files(services: Services, report: Report) -> list[ImportedFile]:
    done = []
    lines: list[str] = []
    for waiting in await services.inbox.files():
        file = await services.bank.run(waiting.path, services.actor)
        done.append(file)
        if file.status == "imported":
            lines += ["", *_shortened(receipt_lines(await services.receipts.get(file.receipt)))]
        else:
            lines += ["", f"{file.name}: avvist, ingenting er lest inn"]
            lines += [f"  linje {each.line}, kolonne {each.column}: {each.message}" for each in file.findings]
    again = await services.bank.run((await services.inbox.files())[0].path, services.actor)
    lines += ["", f"{again.name} en gang til: {again.findings[0].message}"]
    report.step("Import av OCR", lines[1:])
    report.figures["files"] = {file.name: file.status for file in done}
    report.figures["closed"] = sum(len(file.closed) for file in done)
    return done


async def _place_the_unplaced(services: Services, report: Report) -> None:
    lines = []
    cases = await services.cases.rows({"status": "open"}, limit=1)
    for payment in await services.payments.unplaced():
        await services.payments.place(payment.id, cases[0].case.id, services.actor)
        amount = format_amount(payment.amount)
        lines.append(f"{payment.id} på {amount} uten sak (KID {payment.kid}) er plassert på {cases[0].case.id}")
    report.step("Uplasserte innbetalinger", lines)


async def _move_a_payment(services: Services, report: Report) -> None:
    cases = [row.case.id for row in await services.cases.rows({"status": "open"}, limit=200)]
    payments = await services.store.find_many(Payment, "case", cases)
    payment = next(each for each in payments if each.posting == "pending" and each.deleted is None)
    target = next(case for case in reversed(cases) if case != payment.case)
    moved = await services.payments.move(payment.id, target, services.actor)
    line = f"{payment.id} på {format_amount(payment.amount)} er flyttet fra {payment.case} til {target} som {moved.id}"
    report.step("Flytte en innbetaling", [line])


async def _mend_the_department(services: Services, report: Report) -> None:
    proposal = await services.posting.proposal()
    lines = [*proposal_lines(proposal), ""]
    for number in dict.fromkeys(problem.case for problem in proposal.problems):
        case = await services.cases.require(number)
        await services.cases.set_department(case, DEPARTMENT, services.actor)
        lines.append(f"Avdeling på {number} er rettet fra {case.department} til {DEPARTMENT}")
    report.step("Bokføringsforslag", lines)


async def _post(services: Services, report: Report) -> list[VoucherRow]:
    proposal = await services.posting.proposal()
    await services.posting.freeze(services.actor, proposal)
    sent = await services.delivery.send(services.actor)
    await services.delivery.refresh(services.actor)
    rows = await services.delivery.rows(("ready", "unknown", "rejected", "delivered", "registered", "posted"))
    lines = [*proposal_lines(proposal), "", *voucher_lines(rows), *(await _receipt_summary(services, sent.receipt))]
    report.step("Bokfør forslag i Visma", lines)
    return rows


async def _receipt_summary(services: Services, number: str) -> Sequence[str]:
    return (await services.receipts.get(number)).summary


async def _compare(
    services: Services, files: Sequence[ImportedFile], rows: Sequence[VoucherRow], report: Report
) -> None:
    """Bank files = payments on cases = vouchers = what Visma has, to the øre."""
    payments = [each for each in await everything(services.store, Payment) if each.deleted is None]
    found = [row for row in rows if row.delivery.visma_id and not row.delivery.message]
    sums = {
        "bank_files": sum(each.amount for each in await everything(services.store, BankFile)),
        "cases": sum(each.amount for each in payments if each.case is not None),
        "covered": sum(part.amount for each in payments for part in each.coverage),
        "vouchers": sum(row.voucher.amount for row in rows),
        "found_in_visma": sum(row.voucher.amount for row in found),
    }
    names = ("Bankens filer", "Innbetalt på sakene", "Oppdekning", "Bilag", "Funnet igjen i Visma")
    balanced = all(sum(line.amount for line in row.voucher.lines) == 0 for row in rows)
    agrees = balanced and len(set(sums.values())) == 1
    report.figures |= {"sums": sums, "vouchers": len(rows), "agrees": agrees}
    lines = [f"{name:<22}{format_amount(value):>16}" for name, value in zip(names, sums.values(), strict=True)]
    verdict = "Summene er like til øret, og hvert bilag balanserer." if agrees else "SUMMENE ER IKKE LIKE."
    report.step("Avstemming", [*lines, verdict])


def _shortened(lines: Sequence[str]) -> list[str]:
    """A receipt with the middle of its long tables left out."""
    if len(lines) <= 3 * SHOWN_ROWS:
        return list(lines)
    return [*lines[: 2 * SHOWN_ROWS], f"  … {len(lines) - 3 * SHOWN_ROWS} linjer til …", *lines[-SHOWN_ROWS:]]
