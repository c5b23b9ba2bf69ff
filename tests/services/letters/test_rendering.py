"""Letters as PDF: the shipped template in both languages, and a customer's own."""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from services.errors import Refused
from services.letters.rendering import TEMPLATE, Renderer, breakable, format_account, values
from tests.builders import case, claim, fee
from tests.services.letters.test_notice import account, notice

LONG_NAME = "Wilhelmina Ærøskjøbing-Fjærestrand von Østergård-Åsmundsen og Bjørnstjerne Prøvemyhr DA"
LETTER = notice(account(claim("0221-00000001", 123_456_78), fee("0221-00000001", claim="0221-00000001/1"))).letter
ARCHIVABLE = b"<pdfaid:part>2</pdfaid:part>"
OWN = '#let letter(d) = { counter(page).update(1); [Eget brev #d.case #metadata(none)#label("end-" + d.case)] }'


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


async def test_a_letter_is_an_archivable_pdf_of_one_page(tmp_path: Path) -> None:
    ((pdf, template),) = await Renderer(tmp_path).render([LETTER])
    assert pdf.startswith(b"%PDF-1.7")
    assert ARCHIVABLE in pdf
    assert pages(pdf) == 1
    assert len(template) == 64


async def test_the_same_letter_is_the_same_bytes(tmp_path: Path) -> None:
    (first,) = await Renderer(tmp_path).render([LETTER])
    (second,) = await Renderer(tmp_path).render([LETTER])
    assert first == second


async def test_bokmaal_and_nynorsk_differ(tmp_path: Path) -> None:
    (nb, _), (nn, _) = await Renderer(tmp_path).render([LETTER, replace(LETTER, language="nn")])
    assert nb != nn
    assert b"<dc:language><rdf:Bag><rdf:li>nb" in nb
    assert b"<dc:language><rdf:Bag><rdf:li>nn" in nn


async def test_forty_claims_and_a_long_name_take_two_pages(tmp_path: Path) -> None:
    number = "0221-00000002"
    claims = [claim(number, 123_456_78, serial=serial) for serial in range(1, 41)]
    long = notice(account(*claims, case=case(2, name=LONG_NAME))).letter
    ((pdf, _),) = await Renderer(tmp_path).render([long])
    assert pages(pdf) == 2


async def test_letters_together_are_one_pdf_smaller_than_its_parts(tmp_path: Path) -> None:
    others = [notice(account(claim(case(n)), case=case(n))).letter for n in range(2, 6)]
    renderer = Renderer(tmp_path)
    together = await renderer.render_together([LETTER, *others])
    alone = await renderer.render([LETTER, *others])
    assert pages(together) == 5
    assert len(together) < sum(len(pdf) for pdf, _ in alone)


async def test_text_from_outside_is_text_and_never_markup(tmp_path: Path) -> None:
    hostile = '#panic("nei") = $x$ <here> @ref *fet* // \\ `raw`'
    ((pdf, _),) = await Renderer(tmp_path).render([replace(LETTER, name=hostile, address=(hostile,))])
    assert pages(pdf) == 1


@pytest.mark.parametrize("name", ["王 小明", "Kari 🙂 Testesen"])
async def test_one_name_that_the_font_lacks_letters_for_holds_no_letter_up(tmp_path: Path, name: str) -> None:
    odd, other = (notice(account(claim(case(n)), case=case(n))).letter for n in (2, 3))
    letters = [LETTER, replace(odd, name=name), other]
    renderer = Renderer(tmp_path)
    (first, _), (strange, _), (last, _) = await renderer.render(letters)
    assert ARCHIVABLE in first
    assert ARCHIVABLE in last
    assert ARCHIVABLE not in strange
    assert pages(strange) == 1
    together = await renderer.render_together(letters)
    assert pages(together) == 3
    assert ARCHIVABLE not in together


async def test_a_customers_template_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / TEMPLATE).write_text(OWN, encoding="utf-8")
    renderer = Renderer(tmp_path)
    assert renderer.template("0221") == tmp_path / TEMPLATE
    ((pdf, template),) = await renderer.render([LETTER])
    ((shipped, other),) = await Renderer(tmp_path / "none").render([LETTER])
    assert pdf != shipped
    assert template != other


async def test_a_creditors_own_template_comes_before_the_common_one(tmp_path: Path) -> None:
    (tmp_path / "0221").mkdir()
    for folder in (tmp_path, tmp_path / "0221"):
        (folder / TEMPLATE).write_text(OWN, encoding="utf-8")
    assert Renderer(tmp_path).template("0221") == tmp_path / "0221" / TEMPLATE
    assert Renderer(tmp_path).template("0222") == tmp_path / TEMPLATE


async def test_a_template_that_fails_is_refused_with_where(tmp_path: Path) -> None:
    (tmp_path / TEMPLATE).write_text("#let letter(d) = d.nothing-like-it", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        await Renderer(tmp_path).render([LETTER])
    assert refused.value.code == "template"
    assert TEMPLATE in refused.value.message
    assert "Ingen brev er laget" in refused.value.message


def test_a_template_gets_text_ready_to_print() -> None:
    given = values(LETTER)
    assert given["total"] == "127 510,46"
    assert given["deadline"] == "08.12.2026"
    assert given["rate"] == "12,25"
    assert [name for name, _ in given["sums"]] == ["principal", "fees", "notice_fee", "interest"]


def test_an_overlong_word_can_be_broken_and_others_are_as_they_were() -> None:
    assert breakable("Foreldrebetaling barnehage") == "Foreldrebetaling barnehage"
    assert breakable("x" * 65).split("\N{ZERO WIDTH SPACE}") == ["x" * 30, "x" * 30, "x" * 5]


def test_an_account_number_is_grouped() -> None:
    assert format_account("12345678911") == "1234.56.78911"
    assert format_account("NO93") == "NO93"
