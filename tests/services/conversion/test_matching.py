"""Which invoice a converted claim is: what agrees, what must be chosen, and what belongs to others."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.documents import Case, Claim
from services.conversion.matching import MOST_CANDIDATES, By, decide, query
from services.visma.port import Invoice, InvoiceQuery
from tests.builders import DUE, case, claim, customer, invoice

MINE: Case = case(38, old_number="77/12")
OTHER_DAY = date(2026, 1, 1)


def converted(**more: Any) -> Claim:
    """A claim of 1 000,00 with an invoice number, a KID and a customer."""
    fields = {"visma_id": "", "invoice": "900001", "kid": "123", "customer": "100001", "written_back": "unlinked"}
    return claim(MINE, 1_000_00, **fields | more)


def found(visma_id: str = "F1", **more: Any) -> Invoice:
    """An invoice of which nothing agrees with the claim but what is said."""
    fields: dict[str, Any] = {"number": "1", "kid": "9", "due": OTHER_DAY, "unpaid": 5_00, "customer": customer(9)}
    return invoice(1, visma_id=visma_id, **fields | more)


def chosen(invoices: list[Invoice], by: By = "invoice") -> str | None:
    verdict = decide(converted(), MINE, invoices, by)
    return verdict.invoice.visma_id if verdict.invoice else None


def test_each_search_asks_for_what_the_claim_has() -> None:
    key = converted().id
    assert query(converted(), "invoice") == InvoiceQuery(key=key, number="900001")
    assert query(converted(), "kid") == InvoiceQuery(key=key, kid="123")
    assert query(converted(), "customer") == InvoiceQuery(key=key, customer="100001")
    assert query(converted(kid="", customer=""), "kid") is query(converted(customer=""), "customer") is None


@pytest.mark.parametrize(
    "agrees", [{"kid": "123"}, {"customer": customer(1)}, {"unpaid": 1_000_00, "amount": 1_000_00}, {"due": DUE}]
)
def test_one_invoice_is_the_claims_when_something_more_agrees(agrees: dict[str, Any]) -> None:
    assert chosen([found(number="900001", **agrees)]) == "F1"


def test_one_invoice_of_which_only_the_number_agrees_waits_for_a_person() -> None:
    verdict = decide(converted(), MINE, [found(number="900001")], "invoice")
    assert verdict.invoice is None
    assert [each.visma_id for each in verdict.candidates] == ["F1"]


def test_of_several_the_one_of_the_same_amount_and_due_date_is_taken() -> None:
    right = found("F2", due=DUE, unpaid=1_000_00)
    assert chosen([found("F1"), right, found("F3", due=DUE)], "customer") == "F2"
    assert chosen([right, found("F4", due=DUE, unpaid=1_000_00)], "customer") is None


@pytest.mark.parametrize("number", [MINE.id, "77/12"])
def test_of_several_the_one_with_our_case_number_is_taken(number: str) -> None:
    assert chosen([found("F1"), found("F2", number="900001", case_number=number, due=DUE)], "kid") == "F2"


def test_an_invoice_of_another_case_in_visma_waits_for_a_person() -> None:
    assert chosen([found(number="900001", kid="123", case_number="0221-00000099")]) is None


def test_a_customers_only_invoice_is_not_the_claims_for_that() -> None:
    assert chosen([found(customer=customer(1))], "customer") is None


def test_the_likeliest_candidates_come_first_and_not_all_of_hundreds() -> None:
    many = [found(f"F{serial:03}", due=date(2026, 1, 1 + serial % 28)) for serial in range(100)]
    near = found("NEAR", due=date(2026, 8, 19))
    verdict = decide(converted(), MINE, [*many, near], "customer")
    assert len(verdict.candidates) == MOST_CANDIDATES
    assert verdict.candidates[0].visma_id == "NEAR"


@given(
    st.lists(
        st.builds(
            found,
            visma_id=st.sampled_from("ABCDE"),
            number=st.sampled_from(("1", "900001")),
            kid=st.sampled_from(("", "123", "9")),
            due=st.sampled_from((DUE, OTHER_DAY)),
            unpaid=st.sampled_from((1_000_00, 5_00)),
            case_number=st.sampled_from(("", MINE.id, "0221-00000099")),
        ),
        min_size=1,
        max_size=5,
        unique_by=lambda each: each.visma_id,
    ),
    st.sampled_from(("invoice", "kid", "customer")),
)
def test_what_is_decided_is_one_that_was_found_and_never_another_cases(invoices: list[Invoice], by: By) -> None:
    verdict = decide(converted(), MINE, invoices, by)
    if verdict.invoice is None:
        assert {each.visma_id for each in verdict.candidates} == {each.visma_id for each in invoices}
    else:
        assert verdict.invoice in invoices
        assert verdict.invoice.case_number in ("", MINE.id)
