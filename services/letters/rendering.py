"""Letters as PDF, laid out by a Typst template.

The template is `inkassovarsel.typ` in the home's `templates/<creditor>/`, else in its `templates/`, else the one that
comes with the program. It defines `letter(d)`; a logo lies in the same folder, fonts there or in `templates/`, and are
looked for once. A letter is PDF/A-2a: made to be archived, with tags for those who have it read aloud. Letters
together, for the printer, are PDF/A-2b. A character that no font has, such as a Chinese one, would be printed as a box:
it is told of, so that the letter is not sent, and holds no other up. The same letters and template give the same bytes.
"""

import asyncio
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from data.documents import Letter, LetterClaim
from data.language import _
from services.errors import Refused
from services.rules.dates import format_date
from services.rules.money import format_amount

if TYPE_CHECKING:  # 80 MB of code: loaded when the first letter is made
    from typst import Compiler

Standard = Literal["a-2a", "a-2b", "1.7"]

TEMPLATE = "inkassovarsel.typ"
TOGETHER = 50  # letters in one PDF: Typst takes 2 MB of memory for each
KEPT_FOR = 12
_LACKING = re.compile(r'the text `"(.+?)"` could not be displayed')  # what Typst says of a character that no font has
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")  # how it writes a mark that stands on another letter
_LONG_WORD = re.compile(r"(\S{30})(?=\S)")
MAIN = f"""
#import "/{TEMPLATE}": letter
#let letters = json(bytes(sys.inputs.letters))
#set document(title: sys.inputs.title, author: letters.first().sender.name)
#for (place, each) in letters.enumerate() {{
  if place > 0 {{ pagebreak() }}
  letter(each)
}}
"""


class Rendered(NamedTuple):
    """A PDF, the SHA-256 of its template, and those characters that no font has: they are boxes in it."""

    pdf: bytes
    template: str
    lacking: tuple[str, ...] = ()


class Renderer:
    """Makes PDFs, off the event loop. `templates` is where the customer's own may lie."""

    def __init__(self, templates: Path) -> None:
        self._templates = templates
        self._compilers: dict[Path, Compiler] = {}
        self._turn = asyncio.Lock()

    def template(self, creditor: str) -> Path:
        """The template of a creditor's letters."""
        own = (self._templates / creditor / TEMPLATE, self._templates / TEMPLATE)
        shipped = Path(str(resources.files("services.letters"))) / "templates" / TEMPLATE
        return next((path for path in own if path.is_file()), shipped)

    async def render(self, letters: Sequence[Letter]) -> list[Rendered]:
        """Each letter as a PDF. Raises Refused("template") for one that fails."""
        async with self._turn:
            return await asyncio.to_thread(lambda: [self._render([letter]) for letter in letters])

    async def render_together(self, letters: Sequence[Letter]) -> bytes:
        """At most TOGETHER letters of one creditor in one PDF, each on pages of its own. Raises Refused("template")."""
        async with self._turn:
            rendered = await asyncio.to_thread(self._render, letters)
            await asyncio.to_thread(forget)
        return rendered.pdf

    def _render(self, letters: Sequence[Letter]) -> Rendered:
        import typst

        template = self.template(letters[0].creditor)
        try:
            pdf, lacking = self._pdf(template, letters)
        except typst.TypstError as error:
            raise Refused(
                _(
                    "Brevmalen {template} kan ikke brukes: {message}. Ingen brev er laget av den. Rett "
                    "malen, eller ta den bort for å bruke programmets egen."
                ).format(template=template, message=error.message),
                code="template",
                details=[{"case": letters[0].case, "diagnostic": error.diagnostic}],
            ) from error
        return Rendered(pdf, hashlib.sha256(template.read_bytes()).hexdigest(), lacking)

    def _pdf(self, template: Path, letters: Sequence[Letter]) -> tuple[bytes, tuple[str, ...]]:
        """A PDF for the archive; an ordinary one when the letters or the template cannot be that. Raises TypstError."""
        import typst

        try:
            return self._compiled(template, letters, "a-2a" if len(letters) == 1 else "a-2b"), ()
        except typst.TypstError as error:
            lacking = tuple(dict.fromkeys(_plain(text) for text in _LACKING.findall(error.diagnostic)))
        return self._compiled(template, letters, "1.7"), lacking

    def _compiled(self, template: Path, letters: Sequence[Letter], standard: Standard) -> bytes:
        """Raises typst.TypstError."""
        alone = len(letters) == 1
        title = f"Inkassovarsel {letters[0].case}" if alone else "Inkassovarsler"
        pdf = self._compiler(template.parent).compile(
            MAIN.encode(),
            format="pdf",
            sys_inputs={"letters": json.dumps([values(each) for each in letters]), "title": title},
            pdf_standards=standard,
            pdf_tags=alone,
            timestamp=datetime.combine(letters[0].sent, time(), UTC),
        )
        if not isinstance(pdf, bytes):
            raise TypeError("a PDF is one file")
        return pdf

    def _compiler(self, folder: Path) -> "Compiler":
        """One that reads what lies in the folder, and fonts, and nothing else."""
        import typst

        if folder not in self._compilers:
            fonts = [folder, self._templates]
            self._compilers[folder] = typst.Compiler(root=folder, font_paths=fonts, ignore_system_fonts=True)
        return self._compilers[folder]


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def forget() -> None:
    """Have Typst let go of what it has laid out: it keeps it for ten compilations, for 1 000 letters 800 MB."""
    import typst

    for _time in range(KEPT_FOR):
        typst.compile(b"")


def values(letter: Letter) -> Mapping[str, Any]:
    """What a template is given: text ready to print, lists of it, and one flag."""
    return {
        "case": letter.case,
        "language": letter.language,
        "sent": format_date(letter.sent),
        "deadline": format_date(letter.deadline),
        "sender": {
            "name": letter.sender.name,
            "address": letter.sender.address,
            "email": letter.sender.email,
            "phone": letter.sender.phone,
            "account": format_account(letter.sender.account),
            "handler": letter.sender.handler,
        },
        "receiver": {"name": breakable(letter.name), "address": [breakable(line) for line in letter.address]},
        "kid": letter.kid,
        "claims": [_claim(claim) for claim in letter.claims],
        "sums": [(name, format_amount(amount)) for name, amount in sums(letter) if amount],
        "has_notice_fee": any(claim.notice_fee for claim in letter.claims),
        "total": format_amount(letter.total),
        "interest_until": format_date(letter.interest_until),
        "rate": format_amount(letter.basis_points),  # hundredths, as øre are
    }


def sums(letter: Letter) -> list[tuple[str, int]]:
    """What the total is made of."""
    claims = letter.claims
    return [
        ("principal", sum(claim.principal for claim in claims)),
        ("costs", letter.costs),
        ("fees", letter.fees + sum(claim.fees for claim in claims)),
        ("notice_fee", sum(claim.notice_fee for claim in claims)),
        ("interest", sum(claim.interest for claim in claims)),
        ("surplus", -letter.surplus),
    ]


def _claim(claim: LetterClaim) -> Mapping[str, str]:
    return {
        "invoice": claim.invoice,
        "text": breakable(claim.text),
        "due": format_date(claim.due),
        "principal": format_amount(claim.principal),
        "fees": format_amount(claim.fees + claim.notice_fee),
        "interest": format_amount(claim.interest),
        "total": format_amount(claim.total),
    }


def breakable(text: str) -> str:
    """Text whose overlong words may be broken, so that none runs out of its column."""
    return _LONG_WORD.sub("\\1\N{ZERO WIDTH SPACE}", text)


def format_account(account: str) -> str:
    """`12345678911` as `1234.56.78911`."""
    return f"{account[:4]}.{account[4:6]}.{account[6:]}" if len(account) == 11 else account
