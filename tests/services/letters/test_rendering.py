"""Letters as PDF: the shipped template in both languages, and a customer's own."""

import re
import shutil
import subprocess
import unicodedata
from pathlib import Path
from unittest.mock import patch

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


def written(pdf: bytes) -> str:
    """What a reader of the PDF reads."""
    command = shutil.which("pdftotext")
    if command is None:
        pytest.skip("needs pdftotext (poppler-utils)")
    return subprocess.run([command, "-layout", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


async def test_a_letter_is_an_archivable_pdf_of_one_page(tmp_path: Path) -> None:
    ((pdf, template, lacking),) = await Renderer(tmp_path).render([LETTER])
    assert pdf.startswith(b"%PDF-1.7")
    assert ARCHIVABLE in pdf
    assert pages(pdf) == 1
    assert (len(template), lacking) == (64, ())


async def test_the_same_letter_is_the_same_bytes(tmp_path: Path) -> None:
    (first,) = await Renderer(tmp_path).render([LETTER])
    (second,) = await Renderer(tmp_path).render([LETTER])
    assert first == second


async def test_bokmaal_and_nynorsk_differ(tmp_path: Path) -> None:
    (nb, *_), (nn, *_) = await Renderer(tmp_path).render([LETTER, replace(LETTER, language="nn")])
    assert nb != nn
    assert b"<dc:language><rdf:Bag><rdf:li>nb" in nb
    assert b"<dc:language><rdf:Bag><rdf:li>nn" in nn


async def test_forty_claims_and_a_long_name_take_two_pages(tmp_path: Path) -> None:
    number = "0221-00000002"
    claims = [claim(number, 123_456_78, serial=serial) for serial in range(1, 41)]
    long = notice(account(*claims, case=case(2, name=LONG_NAME))).letter
    ((pdf, *_),) = await Renderer(tmp_path).render([long])
    assert pages(pdf) == 2


async def test_letters_together_are_one_pdf_smaller_than_its_parts(tmp_path: Path) -> None:
    others = [notice(account(claim(case(n)), case=case(n))).letter for n in range(2, 6)]
    renderer = Renderer(tmp_path)
    together = await renderer.render_together([LETTER, *others])
    alone = await renderer.render([LETTER, *others])
    assert pages(together) == 5
    assert len(together) < sum(len(each.pdf) for each in alone)


async def test_text_from_outside_is_text_and_never_markup(tmp_path: Path) -> None:
    hostile = '#panic("nei") = $x$ <here> @ref *fet* // \\ `raw`'
    ((pdf, *_),) = await Renderer(tmp_path).render([replace(LETTER, name=hostile, address=(hostile,))])
    assert pages(pdf) == 1


LACKING = {
    "王 小明": ("王", "小", "明"),
    "Kari 🙂 Testesen": ("🙂",),
    "สมชาย Testesen": ("ส", "ม", "ช", "า", "ย"),
    "சரவணன்": ("ச", "ர", "வ", "ண", "ன", "\N{TAMIL SIGN VIRAMA}"),
}
PRINTED = {
    "norsk": "Bjørn Ærlig Åsmundsen",
    "svensk og islandsk": "Häkan Österström Þórður Guðmundsdóttir",
    "nordsamisk": "Áilu Čáhppe-Ŋuorgu Đoršš Ŧiimma Žilla",
    "sørsamisk": "Læjsa Jåmæ Gïelese Öörnege",
    "polsk": "Łukasz Żółć Świętosława Jędrzejczyk Gdańsk",
    "litauisk og latvisk": "Šarūnas Žemaitis Ģirts Ķēniņš Jānis",
    "rumensk og tyrkisk": "Ștefăniță Țurcanu İbrahim Yıldırım Şükrü Ağaoğlu",
    "vietnamesisk": "Nguyễn Thị Hồng Phượng Đặng Quốc Bảo",
    "kyrillisk": "Дмитрий Щербаков Київ Ґалаґан Їжакевич",
    "gresk": "Γιώργος Παπαδόπουλος Ευαγγελία Ταΐστρα",
}


@pytest.mark.parametrize("name", LACKING)
async def test_characters_that_no_font_has_are_told_of_and_hold_no_other_letter_up(tmp_path: Path, name: str) -> None:
    odd, other = (notice(account(claim(case(n)), case=case(n))).letter for n in (2, 3))
    letters = [LETTER, replace(odd, name=name), other]
    renderer = Renderer(tmp_path)
    first, strange, last = await renderer.render(letters)
    assert ARCHIVABLE in first.pdf
    assert ARCHIVABLE in last.pdf
    assert (first.lacking, last.lacking) == ((), ())
    assert strange.lacking == LACKING[name]
    together = await renderer.render_together(letters)
    assert pages(together) == 3


async def test_what_is_lacking_is_told_once_and_wherever_it_stands(tmp_path: Path) -> None:
    text = replace(LETTER.claims[0], text='"小" `明` \\ barnehage')
    (made,) = await Renderer(tmp_path).render([replace(LETTER, name="王", address=("王 gate 1",), claims=(text,))])
    assert made.lacking == ("王", "小", "明")


@pytest.mark.parametrize("name", PRINTED.values(), ids=PRINTED)
async def test_the_names_of_europe_are_printed_with_the_fonts_that_come_with_the_program(
    tmp_path: Path, name: str
) -> None:
    (made,) = await Renderer(tmp_path).render([replace(LETTER, name=name, address=(name, "9998 TESTVIK"))])
    assert made.lacking == ()
    assert ARCHIVABLE in made.pdf
    assert " ".join(written(made.pdf).split()).count(name) == 2


async def test_a_name_of_combining_marks_is_printed(tmp_path: Path) -> None:
    name = unicodedata.normalize("NFD", PRINTED["vietnamesisk"])
    (made,) = await Renderer(tmp_path).render([replace(LETTER, name=name)])
    assert made.lacking == ()


async def test_a_font_in_the_homes_templates_serves_the_shipped_template_too(tmp_path: Path) -> None:
    renderer = Renderer(tmp_path)
    folder = renderer.template("0221").parent
    assert folder != tmp_path
    with patch("typst.Compiler") as compiler:
        renderer._compiler(folder)
    assert compiler.call_args.kwargs["font_paths"] == [folder, tmp_path]


async def test_a_template_that_cannot_be_archived_lacks_no_characters(tmp_path: Path) -> None:
    (tmp_path / TEMPLATE).write_text(OWN.replace("Eget", "\\u{e000}"), encoding="utf-8")
    (made,) = await Renderer(tmp_path).render([LETTER])
    assert ARCHIVABLE not in made.pdf
    assert made.lacking == ()


async def test_a_customers_template_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / TEMPLATE).write_text(OWN, encoding="utf-8")
    renderer = Renderer(tmp_path)
    assert renderer.template("0221") == tmp_path / TEMPLATE
    ((pdf, template, _),) = await renderer.render([LETTER])
    ((shipped, other, _),) = await Renderer(tmp_path / "none").render([LETTER])
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
