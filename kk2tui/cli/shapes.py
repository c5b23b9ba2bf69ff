"""The JSON shapes of the command line (design.md 10). Amounts are øre, dates ISO text."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from data.documents import Candidate, Claim, Event, Fee, Mail, Payment, Receipt, VoucherLine
from services.bank.findings import Finding
from services.bank_check import ImportedFile
from services.case_import import ImportedCases
from services.cases import CaseRow, CaseView
from services.conversion.results import Counts, Matched, ReadFile, Unlinked
from services.delivery import VoucherRow
from services.rules.masking import hidden
from services.rules.posting import Problem, Proposal, ProposedVoucher
from services.visma_receipt import FetchedPayments

Shape = dict[str, Any]


def case_row(row: CaseRow) -> Shape:
    case = row.case
    return {
        "number": case.id,
        "status": case.status,
        "debtor": case.debtor_name,
        "department": case.department,
        "handler": case.handler,
        "run": case.run,
        "balance": row.balance,
    }


def case_view(view: CaseView) -> Shape:
    """One case. A claim's and a fee's `unpaid` is what is left today; `unpaid_in_visma` what it began as."""
    case, settlement = view.case, view.settlement
    claims = {balance.id: balance for balance in settlement.claims}
    fees = {balance.id: balance for balance in settlement.fees}
    return {
        "number": case.id,
        "creditor": case.creditor,
        "status": case.status,
        "step": case.step,
        "handler": case.handler,
        "department": case.department,
        "threshold": view.account.threshold,
        "run": case.run,
        "kid": case.kid,
        "debtor": _debtor(view),
        "claims": [
            {
                "visma_id": claim.visma_id,
                "invoice": claim.invoice,
                "text": claim.text,
                "kid": claim.kid,
                "due": claim.due.isoformat(),
                "amount": claim.amount,
                "unpaid": claims[claim.id].unpaid,
                "unpaid_in_visma": claim.unpaid,
                "interest": claims[claim.id].interest,
                "written_back": claim.written_back == "done",
            }
            for claim in view.account.claims
        ],
        "fees": [_fee(fee, fees[fee.id].unpaid) for fee in view.account.fees],
        "payments": [payment(each) for each in view.account.payments],
        "balance": {
            name: getattr(settlement.balance, name)
            for name in ("principal", "costs", "fees", "interest", "paid", "total", "surplus", "interest_complete")
        },
        "events": [_event(event) for event in view.events],
    }


def _debtor(view: CaseView) -> Shape:
    """The debtor, the national id masked: it never reaches a terminal or a log."""
    debtor: Shape = msgspec.to_builtins(view.case.debtor)
    debtor["national_id"] = hidden(debtor["national_id"])
    return debtor


def _fee(fee: Fee, unpaid: int) -> Shape:
    return {
        "code": fee.code,
        "component": fee.component,
        "date": fee.date.isoformat(),
        "amount": fee.amount,
        "unpaid": unpaid,
        "basis": fee.basis,
    }


def payment(each: Payment) -> Shape:
    return {
        "id": each.id,
        "case": each.case,
        "date": each.date.isoformat(),
        "amount": each.amount,
        "source": each.source,
        "posting": each.posting,
        "text": each.text,
        "deleted": each.deleted is not None,
        "deleted_reason": each.deleted.reason if each.deleted else "",
        "moved_from": each.moved_from,
        "moved_to": each.moved_to,
        "vouchers": each.vouchers,
        "coverage": {
            "principal": each.covered("principal"),
            "costs": each.covered("costs"),
            "fees": each.covered("fees"),
            "interest": each.covered("interest"),
            "surplus": each.covered("surplus"),
            "waiting": each.waiting,
        },
    }


def _event(event: Event) -> Shape:
    return {"time": event.time.isoformat(), "actor": event.actor, "text": event.text}


def unplaced(each: Payment) -> Shape:
    return {
        "id": each.id,
        "date": each.date.isoformat(),
        "amount": each.amount,
        "kid": each.kid,
        "reason": each.unplaced,
        "text": each.text,
        "creditor": each.creditor,
    }


def imported_cases(done: ImportedCases) -> Shape:
    return {
        "run": done.run,
        "cases": done.cases,
        "invoices": done.invoices,
        "written_back": done.written_back,
        "pending_write_back": done.pending_write_back,
        "letters": done.letters,
        "warnings": done.warnings,
        "receipt": done.receipt,
    }


def mail(each: Mail) -> Shape:
    return {
        "id": each.id,
        "message_id": each.message_id,
        "to": each.to,
        "subject": each.subject,
        "letters": each.letters,
        "state": each.state,
        "attempts": each.attempts,
        "created": each.created.isoformat(),
        "last_attempt": each.last_attempt.isoformat() if each.last_attempt else None,
        "message": each.message,
    }


def imported_file(file: ImportedFile) -> Shape:
    return {
        "name": file.name,
        "status": file.status,
        "payments": file.payments,
        "placed": file.placed,
        "unplaced": file.unplaced,
        "duplicates": file.duplicates,
        "amount": file.amount,
        "closed": file.closed,
        "findings": [_finding(finding) for finding in file.findings],
        "receipt": file.receipt,
    }


def _finding(finding: Finding) -> Shape:
    return {
        "severity": finding.severity,
        "line": finding.line,
        "column": finding.column,
        "field": finding.field,
        "code": finding.code,
        "message": finding.message,
    }


def converted_file(file: ReadFile) -> Shape:
    return {
        "name": file.name,
        "status": file.status,
        "rows": file.rows,
        "cases": file.cases,
        "claims": file.claims,
        "charges": file.charges,
        "payments": file.payments,
        "principal": file.principal,
        "known": file.known,
        "closed": file.closed,
        "renumbered": [{"old": old, "new": new} for old, new in file.renumbered],
        "findings": [_finding(finding) for finding in file.findings],
        "receipt": file.receipt,
    }


def matched(found: Matched) -> Shape:
    shape: Shape = msgspec.to_builtins(found)
    return shape


def conversion_counts(counts: Counts) -> Shape:
    shape: Shape = msgspec.to_builtins(counts)
    return shape


def unlinked_claim(each: Unlinked) -> Shape:
    return {
        **converted_claim(each.claim),
        "debtor": each.case.debtor_name,
        "old_number": each.case.old_number,
        "state": each.link.state,
        "note": each.link.note,
        "candidates": [candidate(found) for found in each.link.candidates],
    }


def converted_claim(claim: Claim) -> Shape:
    return {
        "claim": claim.id,
        "case": claim.case,
        "visma_id": claim.visma_id,
        "invoice": claim.invoice,
        "kid": claim.kid,
        "customer": claim.customer,
        "due": claim.due.isoformat(),
        "amount": claim.amount,
        "written_back": claim.written_back == "done",
    }


def candidate(found: Candidate) -> Shape:
    shape: Shape = msgspec.to_builtins(found)
    return shape


def fetched_payments(done: FetchedPayments) -> Shape:
    return {
        "transactions": done.transactions,
        "payments": len(done.booked),
        "skipped_own": done.skipped_own,
        "flagged": len(done.flagged),
        "unplaced": len(done.unplaced),
        "corrected": done.corrected,
        "foreign": done.foreign,
        "closed": done.closed,
        "reopened": done.reopened,
        "cases": done.cases,
        "amount": done.amount,
        "receipt": done.receipt,
        "stopped": done.stopped,
    }


def proposal(found: Proposal) -> Shape:
    return {
        "vouchers": [_proposed(voucher) for voucher in found.vouchers],
        "problems": [_problem(problem) for problem in found.problems],
        "payments": found.payments,
        "total": found.total,
    }


def _proposed(voucher: ProposedVoucher) -> Shape:
    return {
        "creditor": voucher.creditor,
        "date": voucher.date.isoformat(),
        "kind": voucher.kind,
        "company": voucher.company,
        "voucher_type": voucher.voucher_type,
        "amount": voucher.amount,
        "blocked": voucher.blocked,
        "lines": [_line(line) for line in voucher.lines],
    }


def _line(line: VoucherLine) -> Shape:
    names: Mapping[str, str] = {"department": line.department, "project": line.project}
    return {
        "account": line.account,
        "amount": line.amount,
        "ledger_type": line.ledger_type,
        "customer": line.customer,
        "invoice": line.invoice,
        "visma_id": line.visma_id,
        "case": line.case,
        "payment": line.payment,
        "text": line.text,
        "dimensions": {name: value for name, value in names.items() if value},
    }


def _problem(problem: Problem) -> Shape:
    return {"case": problem.case, "code": problem.code, "message": problem.message, "payment": problem.payment}


def vouchers(rows: Sequence[VoucherRow]) -> list[Shape]:
    return [
        {
            "reference": row.voucher.reference,
            "creditor": row.voucher.creditor,
            "date": row.voucher.date.isoformat(),
            "kind": row.voucher.kind,
            "amount": row.voucher.amount,
            "state": row.delivery.state,
            "visma_id": row.delivery.visma_id,
            "attempts": row.delivery.attempts,
            "message": row.delivery.message,
            "needs_decision": row.delivery.needs_decision,
        }
        for row in rows
    ]


def receipt_row(receipt: Receipt) -> Shape:
    return {
        "id": receipt.id,
        "kind": receipt.kind,
        "time": receipt.time.isoformat(),
        "actor": receipt.actor,
        "title": receipt.title,
        "summary": receipt.summary,
    }


def receipt_view(receipt: Receipt) -> Shape:
    sections = [
        {
            "title": section.title,
            "columns": [{"title": column.title, "kind": column.kind} for column in section.columns],
            "rows": section.rows,
        }
        for section in receipt.sections
    ]
    return {**receipt_row(receipt), "warnings": receipt.warnings, "sections": sections}
