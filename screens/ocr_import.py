"""Import av OCR: the files in the inbox, what is wrong with them, and reading one in."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from data.language import N_, _
from screens.base import ServiceFailed
from screens.job_screen import JobScreen
from screens.posting import PostingScreen
from screens.receipts import ReceiptScreen
from screens.widgets.columns import Cell, Column, Look, Row
from screens.widgets.list_table import ListTable
from screens.widgets.row_table import RowTable
from screens.widgets.text_pane import TextPane
from services.bank.findings import Finding
from services.bank.kid import format_account
from services.bank_check import ImportedFile
from services.errors import Refused
from services.inbox import InboxFile
from services.progress import Progress
from services.registry import Services
from services.rules.counting import counted
from services.rules.dates import format_date
from services.rules.money import format_amount

LOOKS = {"valid": Look.NORMAL, "imported": Look.QUIET, "duplicate": Look.QUIET, "rejected": Look.BAD}
NARROWEST_NAME, ROOM_BESIDE_NAME = 12, 60


class OcrImportScreen(JobScreen):
    """Files above, findings of the chosen one below."""

    TITLE = N_("Import av OCR")
    SHOWS = frozenset({"bank_files", "bank_sources", "creditors"})
    HELP = N_("""
Her leser du inn filer med innbetalinger fra banken.

1. Hent filen fra banken og legg den i innboksen.
2. Filen kontrolleres når skjermbildet åpnes, og med F5. Bare en fil som er klar, kan leses inn. Under listen \
står hva som er galt, med linje og kolonne. En fil som er lest før, kan ikke leses en gang til.
3. Enter leser inn filen. Innbetalingene føres på sakene, saldo blir ny, og saker under behandlingsterskelen \
avsluttes. Det som ikke passer på noen sak, blir liggende under Uplasserte innbetalinger.
4. Kvitteringen viser sakene som ble truffet. Gå videre til Bokføringsforslag med B.

En fil er enten helt inne eller ikke inne i det hele tatt.

Kan filen ikke leses?
- Sluttrecorden sier noe annet enn filen: den er avkortet eller endret. Last den ned fra banken på nytt.
- Kontoen hører ikke til noen kreditor: en administrator legger den inn under Administrasjon.
- Forsendelsen er lest før med annet innhold: spør banken hvilken som gjelder.
- Kontoen leses fra et annet format: de to kan ha de samme innbetalingene. Bruk det formatet som er i bruk.
""")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "read", "Les inn", id="ocr.read"),
        Binding("k", "check", "Kontroller", id="ocr.check"),
        Binding("b", "onward", "Bokføringsforslag", id="ocr.onward"),
        Binding("f5", "reload", "Oppdater", id="common.reload"),
    ]
    WRITES = frozenset({"read"})
    DEFAULT_CSS = """
    OcrImportScreen #progress { display: none; padding: 0 2; }
    OcrImportScreen.-reading #progress { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._files: list[InboxFile] = []
        self._table = ListTable(_columns(NARROWEST_NAME), empty=N_("Kontrollerer filene …"))
        self._findings = TextPane(id="findings")
        self._amount = 0

    def content(self) -> ComposeResult:
        yield self._table
        yield self._findings
        yield self.progress_line

    def load(self) -> None:
        self.run_service(self.services.inbox.files(), self._show)

    def on_service_failed(self, message: ServiceFailed) -> None:
        self._table.empty = _("Innboksen kunne ikke leses. F5 prøver igjen.")
        self._table.refresh()

    # --- showing ---

    def _show(self, files: Sequence[InboxFile]) -> None:
        self._files = list(files)
        self._table.empty = _("Innboksen er tom.")
        self._fit_names()
        self._table.set_rows([_row(file) for file in files])
        self._show_chosen()

    def on_resize(self) -> None:
        self._fit_names()

    def _fit_names(self) -> None:
        longest = max((len(file.checked.name) for file in self._files), default=0)
        room = self.app.size.width - ROOM_BESIDE_NAME
        self._table.set_columns(_columns(max(NARROWEST_NAME, min(longest, room))))

    @on(RowTable.RowHighlighted)
    def _show_chosen(self) -> None:
        ready = sum(file.checked.status == "valid" for file in self._files)
        files = counted(len(self._files), "fil", "filer")
        title = _("Import av OCR · {files}, {ready}").format(files=files, ready=counted(ready, "klar", "klare"))
        chosen = self._chosen
        if chosen is None:
            self._findings.show(
                _("Legg filer fra banken i {folder} og trykk F5.").format(folder=self.services.inbox.folder)
            )
        else:
            self._findings.show(findings_text(chosen))
        self.show_title(title, _account_text(chosen))

    @property
    def _chosen(self) -> InboxFile | None:
        key = self._table.cursor_key
        return next((file for file in self._files if file.checked.name == key), None)

    # --- checking and reading ---

    def action_check(self) -> None:
        if (chosen := self._chosen) is not None:
            self.run_service(_check_again(self.services, chosen), self._show_checked, group="check")

    def _show_checked(self, checked: InboxFile) -> None:
        self._show([checked if file.path == checked.path else file for file in self._files])
        told = _("{name} er kontrollert: {status}")
        self.done(told.format(name=checked.checked.name, status=status_text(checked)))

    @on(RowTable.RowSelected)
    def select(self, event: RowTable.RowSelected) -> None:
        self.action_read()

    def action_read(self) -> None:
        """Ask, then read the chosen file in. One that is not ready only says why."""
        chosen = self._chosen
        if chosen is None or self.writing:
            return
        if chosen.checked.status != "valid":
            self.show_error(_not_ready(chosen))
            return
        checked = chosen.checked
        self.confirm(
            _("Lese inn {name}?").format(name=checked.name),
            [
                _("{payments}, sum {amount}{made}.").format(
                    payments=counted(checked.payments, "innbetaling", "innbetalinger"),
                    amount=format_amount(checked.amount),
                    made=_made(checked),
                ),
                _("De føres på sakene, og saker som kommer under behandlingsterskelen, avsluttes."),
            ],
            lambda: self._read(checked),
        )

    def _read(self, checked: ImportedFile) -> None:
        self._amount = checked.amount
        self.add_class("-reading")
        self.tell_progress(0, checked.payments, _("innbetalinger lest"))
        work = _read_in(self.services, checked.name, self.tell_progress)
        self.run_write(work, self._show_read, action="read", failed=self._ended)

    def on_job_screen_progressed(self, message: JobScreen.Progressed) -> None:
        """With the file's sum beside the count."""
        message.prevent_default()
        self.progress_line.tell(_("Leser inn"), message.done, message.total, self._amount)

    def _ended(self) -> None:
        self.remove_class("-reading")
        self.load()

    def _show_read(self, read: ImportedFile) -> None:
        self._ended()
        if read.status == "imported":
            self.app.push_screen(ReceiptScreen(read.receipt, onward=PostingScreen))
        else:
            self.show_error(_refused(read))

    def action_onward(self) -> None:
        self.app.push_screen(PostingScreen())


async def _check_again(services: Services, file: InboxFile) -> InboxFile:
    path = services.inbox.file(file.checked.name)
    return replace(file, checked=await services.bank.check(path), unreadable="")


async def _read_in(services: Services, name: str, progress: Progress) -> ImportedFile:
    return await services.bank.run(services.inbox.file(name), services.actor, progress)


def _columns(name_width: int) -> list[Column]:
    return [
        Column("Fil", name_width),
        Column("Laget", 10),
        Column("Innbet.", 7, right=True),
        Column("Sum", 12, right=True),
        Column("Status"),
    ]


def _row(file: InboxFile) -> Row:
    checked = file.checked
    created = format_date(checked.created) if checked.created else ""
    numbers = ("", "") if checked.status == "rejected" else (str(checked.payments), format_amount(checked.amount))
    look = LOOKS[checked.status]
    return Row(checked.name, (checked.name, created, *numbers, Cell(status_text(file), look)), look=look)


def status_text(file: InboxFile) -> str:
    """`klar`, `lest 19.11.2026` (the rest stands under the list) or `3 feil`."""
    findings = file.checked.findings
    if file.unreadable:
        return _("kan ikke åpnes")
    if file.checked.status == "duplicate":
        return _("lest {when}").format(when=_read_when(file.checked).split()[0])
    errors = [each for each in findings if each.severity == "error"]
    if errors:
        if any(each.code == "more" for each in errors):
            return _("over {count} feil").format(count=len(errors) - 1)
        return _("{count} feil").format(count=len(errors))
    remarks = counted(len(findings), "merknad", "merknader")
    return _("klar, {remarks}").format(remarks=remarks) if findings else _("klar")


def _read_when(checked: ImportedFile) -> str:
    """When and by whom a file was read before, out of the finding that says so."""
    told = next((each.message for each in checked.findings if each.code == "duplicate_file"), _("før"))
    return (told.partition(": ")[2] or told).partition(_(" som "))[0]


def findings_text(file: InboxFile) -> str:
    """The file's name, and each finding by line and column, what stops the file before mere remarks."""
    if file.unreadable:
        return _("{name}\nFilen kan ikke åpnes: {unreadable}").format(
            name=file.checked.name, unreadable=file.unreadable
        )
    ordered = sorted(file.checked.findings, key=_is_remark)
    found = [finding_line(each) for each in ordered]
    return "\n".join([file.checked.name, *(found or [_("Ingen feil.")])])


def finding_line(finding: Finding) -> str:
    """`linje 43, kolonne 25   kontrollsum for …`; a mere remark says so."""
    remark = _("merknad: ") if _is_remark(finding) else ""
    if finding.code in ("duplicate_file", "more"):
        return finding.message
    place = _("linje {line}, kolonne {column}").format(line=finding.line, column=finding.column)
    return f"{place:<22}  {remark}{finding.message}"


def _is_remark(finding: Finding) -> bool:
    return finding.severity == "warning" and finding.code != "duplicate_file"


def _account_text(file: InboxFile | None) -> str:
    accounts = file.checked.accounts if file else ()
    return (
        _("Bankkonto {accounts}").format(accounts=", ".join(format_account(account) for account in accounts[:2]))
        if accounts
        else ""
    )


def _made(checked: ImportedFile) -> str:
    return _(", laget {created}").format(created=format_date(checked.created)) if checked.created else ""


def _not_ready(file: InboxFile) -> Refused:
    if file.unreadable:
        return Refused(
            _("{name} kan ikke åpnes: {unreadable}. Ingenting er lest inn.").format(
                name=file.checked.name, unreadable=file.unreadable
            ),
            code="unreadable",
        )
    return _refused(file.checked)


def _refused(checked: ImportedFile) -> Refused:
    if checked.status == "duplicate":
        when = _read_when(checked)
        return Refused(
            _("{name} er lest før, {when}. Ingenting er lest på nytt.").format(name=checked.name, when=when),
            code="duplicate_file",
        )
    details = [{"line": each.line, "column": each.column, "message": each.message} for each in checked.findings]
    return Refused(
        _(
            "{name} har feil og kan ikke leses inn. Ingenting er lest. Hent filen på nytt fra "
            "banken, og meld fra til banken hvis feilen blir stående."
        ).format(name=checked.name),
        code="rejected_file",
        details=details,
    )
