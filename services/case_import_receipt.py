"""The receipt of an import of new cases: each case with what it owes."""

from data.documents import Case, Column, Receipt, Section
from data.store import Transaction
from services.batches import batches
from services.case_making import BATCH, CaseMaker
from services.clock import Clock
from services.receipts import keep_receipt
from services.rules.money import format_amount


async def keep_case_import_receipt(
    tx: Transaction, clock: Clock, maker: CaseMaker, *, written: int, pending: int, letters: int
) -> Receipt:
    """Store the receipt of a run in the caller's transaction."""
    rows: list[tuple[str, str, str, int, int]] = []
    for numbers in batches(maker.cases, BATCH):
        cases = await tx.get_many(Case, numbers)
        rows += [
            (case.id, case.debtor_name, case.department, maker.claims_on(case.id), case.outstanding)
            for case in cases.values()
        ]
    waits = f"{pending} saksnummer er ikke skrevet tilbake ennå; de prøves igjen neste gang." if pending else ""
    return await keep_receipt(
        tx,
        clock,
        maker.actor,
        kind="cases",
        title=f"Import av nye saker, kjøring {maker.run}",
        summary=(
            f"{len(rows)} saker av {maker.invoices} fakturaer, "
            f"utestående {format_amount(sum(outstanding for *_, outstanding in rows))}",
            f"{written} saksnummer skrevet tilbake til Visma",
            *((waits,) if waits else ()),
            *((f"{letters} inkassovarsler laget",) if letters else ()),
        ),
        warnings=maker.warnings,
        sections=(
            Section(
                title="Nye saker",
                columns=(
                    Column(title="Saksnummer", kind="case"),
                    Column(title="Skyldner"),
                    Column(title="Avdeling"),
                    Column(title="Fakturaer", kind="number"),
                    Column(title="Utestående", kind="amount"),
                ),
                rows=tuple(rows),
            ),
        ),
    )
