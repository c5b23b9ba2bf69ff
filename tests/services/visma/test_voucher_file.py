"""The voucher file: balanced, on its schema, and read back as what it was, whatever the texts are."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from data.documents import Voucher, VoucherLine
from services.visma.contract import NotTrusted
from services.visma.voucher_file import (
    SCHEMA,
    TEXT_MAX,
    UnfitVoucher,
    as_written,
    read_vouchers,
    render_vouchers,
    why_unfit,
)
from services.visma.voucher_file_list import control_list

R, N = "KK2-0221-20261120-001-R", "KK2-0221-20261120-001-N"
HOSTILE = [
    "<vouchers/>",
    "]]><!-- ",
    "&amp; &#0; &kari;",
    "\"quoted\" and 'single'",
    "line\nbreak\tand\x00control\x1b[31m",
    "\ud800 half a character",
    "   ",
    "Blåbær, øl og ærlighet – €",
    "🐟" * 300,
    f"{N} another voucher's reference",
]


def voucher(
    reference: str = R, *, texts: tuple[str, str] = ("Bank", "Innbetaling sak 0221-00000001"), **more: Any
) -> Voucher:
    """A balanced ledger voucher of 1 234,50."""
    fields: dict[str, Any] = {
        "id": reference,
        "creditor": "0221",
        "date": dt.date(2026, 11, 20),
        "kind": reference[-1],
        "company": "1",
        "voucher_type": "IK",
        "approve": False,
        "text": f"KK2 reskontro 20.11.2026 {reference}",
        "amount": 1234_50,
        "lines": (
            VoucherLine(account="2102201", amount=1234_50, text=texts[0]),
            VoucherLine(
                account="2131010",
                amount=-1234_50,
                text=texts[1],
                ledger_type="K010",
                customer="100001",
                invoice="900001",
                kid="0221000000010",
                case="0221-00000001",
                department="1200",
                project="8001",
            ),
        ),
        "payments": ("P000001",),
        "created": dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC),
        "actor": "kari",
    }
    return Voucher(**fields | more)


codes = st.text(st.sampled_from("0123456789ABCæøå<&\"'-/"), min_size=1, max_size=40)


@st.composite
def vouchers(draw: st.DrawFn, approve: bool) -> Voucher:
    """A balanced voucher with any texts."""
    amounts = draw(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=6))
    lines = tuple(
        VoucherLine(
            account=draw(codes),
            amount=amount,
            text=draw(st.text(max_size=120)),
            customer=draw(st.just("") | codes),
            invoice=draw(st.just("") | codes),
            kid=draw(st.just("") | codes),
            department=draw(st.just("") | codes),
            project=draw(st.just("") | codes),
        )
        for amount in (*amounts, -sum(amounts))
    )
    serial, kind = draw(st.integers(1, 10**6)), draw(st.sampled_from("RNG"))
    day = draw(st.dates(dt.date(1990, 1, 1), dt.date(2099, 12, 31)))
    reference = f"KK2-0221-{day:%Y%m%d}-{serial:03d}-{kind}"
    return voucher(
        reference,
        date=day,
        kind=kind,
        approve=approve,
        lines=lines,
        company=draw(codes),
        voucher_type=draw(codes),
        text=draw(st.text(max_size=200)),
    )


@st.composite
def files(draw: st.DrawFn) -> list[Voucher]:
    approve = draw(st.booleans())
    return draw(st.lists(vouchers(approve), min_size=1, max_size=4, unique_by=lambda each: each.id))


@given(files())
def test_what_is_written_is_read_back_the_same_in_balance_and_in_order(several: list[Voucher]) -> None:
    read = read_vouchers(render_vouchers(several))
    assert read == [as_written(each) for each in several]
    assert [each.debit + each.credit for each in read] == [0] * len(several)
    amounts = [[line.amount for line in each.lines] for each in read]
    assert amounts == [[line.amount for line in each.lines] for each in several]


@given(files())
def test_what_is_written_fits_the_schema_by_an_independent_reading_of_it(several: list[Voucher]) -> None:
    schema = etree.XMLSchema(etree.parse(str(SCHEMA)))
    schema.assertValid(etree.fromstring(render_vouchers(several)))


def test_a_voucher_stands_in_the_file_as_the_format_has_it() -> None:
    root = etree.fromstring(render_vouchers([voucher()]))
    assert dict(root.attrib.items()) == {
        "MessageOwner": "VismaEnterprise",
        "MessageType": "Vouchers",
        "MessageVersion": "1.5",
        "{http://www.w3.org/2001/XMLSchema-instance}noNamespaceSchemaLocation": "VUacctrans_v1p5.xsd",
    }
    assert dict(root[0].attrib.items()) == {
        "approveVoucher": "false",
        "updateVoucher": "false",
        "allowDifference": "false",
        "allowIllegalAccount": "false",
        "checkCsNo": "true",
        "accumulateEqualVouchers": "false",
    }
    found = root[0][0]
    assert dict(found.attrib.items()) == {"company": "1", "division": "0", "year": "2026"}
    assert [(each.tag, each.text) for each in found if not len(each)] == [
        ("voucherType", "IK"),
        ("period", "11"),
        ("voucherDate", "2026-11-20"),
        ("responsible", "WS-infe"),
    ]
    assert [each.text for each in found.iterfind("textLines/text")] == [R, f"KK2 reskontro 20.11.2026 {R}"]
    bank, customer = found.findall("transaction")
    assert [(each.tag, each.text) for each in bank] == [
        ("account", "2102201"),
        ("voucherText", f"{R} Bank"),
        ("baseAmount", "1234.50"),
    ]
    assert [(each.tag, each.text) for each in customer] == [
        ("account", "2131010"),
        ("csNo", "100001"),
        ("csType", "K"),
        ("invoiceNo", "900001"),
        ("kid", "0221000000010"),
        ("voucherText", f"{R} Innbetaling sak 0221-00000001"),
        ("baseAmount", "-1234.50"),
        ("dimension1", "1200"),
        ("dimension2", "8001"),
    ]


def test_vouchers_of_a_creditor_that_wants_them_approved_say_so() -> None:
    assert b'approveVoucher="true"' in render_vouchers([voucher(approve=True)])


def test_a_file_has_one_mark_of_approval_at_least_one_voucher_and_each_once() -> None:
    for several in ([voucher(), voucher(N, approve=True)], [], [voucher(), voucher()]):
        with pytest.raises(ValueError):  # noqa: PT011  (the text is for programmers)
            render_vouchers(several)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_gets_out_of_its_element_and_the_reference_stands_first_in_it(text: str) -> None:
    content = render_vouchers([voucher(texts=(text, text), text=text)])
    assert len(etree.fromstring(content).findall(".//voucher")) == 1
    read = read_vouchers(content)[0]
    assert read.reference == R
    for line in read.lines:
        assert line.text.startswith(R)
        assert len(line.text) <= TEXT_MAX
        assert line.text.isprintable()


def test_norwegian_letters_are_written_as_utf_8() -> None:
    content = render_vouchers([voucher(texts=("Bank", "Blåbærøl"))])
    assert content.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    assert "Blåbærøl".encode() in content


def test_a_long_text_is_cut_at_its_end() -> None:
    line = read_vouchers(render_vouchers([voucher(texts=("å" * 500, "b"))]))[0].lines[0]
    assert line.text == f"{R} " + "å" * (TEXT_MAX - len(R) - 1)


@pytest.mark.parametrize("value", ["", " ", "1\n2", "1\x00", "x" * 41, " 1", "1 "])
@pytest.mark.parametrize("field", ["company", "voucher_type", "account"])
def test_a_code_that_the_file_cannot_hold_is_refused_by_reference_and_without_the_value(field: str, value: str) -> None:
    wrong = voucher(N)
    if field == "account":
        wrong = replace(wrong, lines=(replace(wrong.lines[0], account=value), wrong.lines[1]))
    else:
        wrong = replace(wrong, **{field: value})
    with pytest.raises(UnfitVoucher) as raised:
        render_vouchers([voucher(), wrong])
    assert raised.value.code == "unfit_voucher"
    assert raised.value.message.startswith(f"Bilag {N} kan ikke stå i en bilagsfil: ")
    assert "x" * 41 not in raised.value.message
    assert why_unfit([voucher(), wrong]) == {N: raised.value.message}


def test_a_voucher_out_of_balance_is_refused() -> None:
    crooked = voucher()
    with pytest.raises(UnfitVoucher, match="debet og kredit"):
        render_vouchers([replace(crooked, lines=crooked.lines[:1])])


def test_a_reference_that_could_not_be_found_again_is_refused() -> None:
    with pytest.raises(UnfitVoucher, match="referansen"):
        render_vouchers([voucher("KK2 <1>")])


GOOD = render_vouchers([voucher()])
DTD = b"<!DOCTYPE VUXML>\n<VUXML"
ENTITY = b'<!DOCTYPE VUXML [<!ENTITY kari SYSTEM "file:///etc/hostname">]>\n<VUXML'


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(GOOD[: len(GOOD) // 2], id="half a file"),
        pytest.param(GOOD.replace(b"<VUXML", DTD, 1), id="a DTD"),
        pytest.param(GOOD.replace(b"<VUXML", ENTITY, 1).replace(b" Bank<", b" &kari;<"), id="an entity from a file"),
        pytest.param(b"<VUXML/>", id="an empty message"),
        pytest.param(GOOD.replace(b"-1234.50", b"-1234,50"), id="a comma in an amount"),
        pytest.param(GOOD.replace(b'accumulateEqualVouchers="false"', b'accumulateEqualVouchers="true"'), id="merged"),
        pytest.param(GOOD.replace(b"<text>KK2-", b"<text>kk2-", 1), id="no reference"),
        pytest.param(b"PK\x03\x04 not XML", id="another kind of file"),
    ],
)
def test_anything_but_a_whole_file_of_ours_is_not_read(content: bytes) -> None:
    with pytest.raises(NotTrusted):
        read_vouchers(content)


def test_the_control_list_says_what_the_file_holds() -> None:
    several = [voucher(), voucher(N, amount=1234_50, voucher_type="RE")]
    assert control_list("20.11.26.XML", read_vouchers(render_vouchers(several))) == (
        "Kontrolliste for 20.11.26.XML\n"
        "\n"
        "Bilagsdato   20.11.2026\n"
        "Bilag        2 (godkjennes for hånd)\n"
        "Sum debet    2 469,00\n"
        "Sum kredit   −2 469,00\n"
        "\n"
        "Art        Bilag     Debet     Kredit\n"
        "Reskontro      1  1 234,50  −1 234,50\n"
        "Renter         1  1 234,50  −1 234,50\n"
        "\n"
        "Referanse                Selskap  Bilagsart  Linjer     Debet     Kredit\n"
        "KK2-0221-20261120-001-R  1        IK              2  1 234,50  −1 234,50\n"
        "KK2-0221-20261120-001-N  1        RE              2  1 234,50  −1 234,50\n"
    )
