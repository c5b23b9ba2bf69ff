"""The home's folders, the store in it, and the terminal in front of it."""

import os
import shutil
from pathlib import Path

from data.errors import StoreBroken
from data.file_system import file_system, require_local
from data.language import _
from data.store import Store
from data.store_url import ServerPlace
from services.doctor.check import Check, ok, warning, wrong
from services.doctor.facts import HomeFacts, TerminalFacts
from services.rules.dates import format_instant

LITTLE_SPACE = 500_000_000
LEAST_COLUMNS, LEAST_ROWS = 80, 24
_FOR_OTHERS = 0o007


def check_folders(facts: HomeFacts) -> Check:
    """They are there, we can write in them, others cannot look, and there is room. Blocks for a moment."""
    name = _("Mapper")
    for folder in (facts.home, *(facts.home / each for each in facts.folders)):
        if not folder.is_dir():
            return wrong(
                name,
                _("{folder} finnes ikke.").format(folder=folder),
                _("Lag den: mkdir -m 770 {folder}").format(folder=folder),
            )
        if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            return wrong(
                name,
                _("{folder} kan ikke leses og skrives i.").format(folder=folder),
                _("Gi kontoen som kjører kk2, eie av {folder}.").format(folder=folder),
            )
    if facts.home.stat().st_mode & _FOR_OTHERS:
        return warning(
            name, _("Andre på maskinen kan se inn i {home}.").format(home=facts.home), f"chmod o-rwx {facts.home}"
        )
    free = shutil.disk_usage(facts.home).free
    if free < LITTLE_SPACE:
        return warning(name, _("Bare {free} MB er ledig.").format(free=free // 1_000_000), _("Gjør plass på disken."))
    return ok(
        name,
        _("{home} med {folders}, {free} GB ledig.").format(
            home=facts.home, folders=", ".join(facts.folders), free=free // 1_000_000_000
        ),
    )


def check_database_file(database: Path) -> Check | None:
    """What is wrong with the store's file before it is opened; None when nothing is. Blocks for a moment."""
    name = _("Register")
    if not database.exists():
        return wrong(
            name,
            _("{database} finnes ikke.").format(database=database),
            _("Hent den fra sikkerhetskopi, eller lag et nytt hjem: kk2 init"),
        )
    if not os.access(database, os.R_OK | os.W_OK):
        return wrong(
            name,
            _("{database} kan ikke leses og skrives.").format(database=database),
            _("Gi kontoen som kjører kk2, eie av {database}.").format(database=database),
        )
    return None


def check_disk(database: Path) -> Check:
    """The store's file is on a disk of the machine's own, and nobody else may open it. Blocks for a moment."""
    name, kind = _("Disk"), file_system(database)
    try:
        require_local(database)
    except StoreBroken as error:
        return wrong(name, error.message, _("Flytt hjemmet til en lokal disk, eller bruk PostgreSQL."))
    if database.exists() and database.stat().st_mode & _FOR_OTHERS:
        return warning(
            name,
            _("Andre på maskinen kan åpne {database}.").format(database=database),
            _("chmod 660 {database}").format(database=database),
        )
    return ok(name, _("{kind}, bare for denne maskinen.").format(kind=kind or _("Ukjent filsystem")))


def check_server(place: ServerPlace) -> Check:
    """Which server and schema the store is on, and that it must prove who it is when the net lies between."""
    name, found = "PostgreSQL", place.shown[:1].upper() + place.shown[1:]
    if place.over_the_net and not place.verified:
        return warning(
            name,
            _("{found}. Forbindelsen går over nettet, og tjeneren må ikke bevise hvem den er.").format(found=found),
            _("Legg ?sslmode=verify-full&sslrootcert=CA-FIL til url under [store]."),
        )
    return ok(name, f"{found}.")


async def check_store(store: Store) -> Check:
    """It opens, and tells what was last changed. Whether the whole audit trail holds is for `kk2 store check`."""
    newest = await store.last_change()
    if not newest:
        return wrong(
            _("Register"), _("Registeret er tomt: ikke engang satsene er der."), _("Lag et nytt hjem: kk2 init")
        )
    change = (await store.changes(newest - 1))[-1]
    return ok(
        _("Register"),
        _("Siste endring er nr. {newest}, {time} av {actor}.").format(
            newest=newest, time=format_instant(change.time), actor=change.actor
        ),
    )


def check_clock(facts: TerminalFacts) -> Check:
    """The date is the machine's own."""
    if facts.fixed_day:
        return warning(_("Dato"), _("Datoen står stille: KK2_TODAY er satt."), _("Fjern KK2_TODAY, utenom i prøver."))
    return ok(_("Dato"), _("Maskinens egen."))


def check_terminal(facts: TerminalFacts) -> Check:
    """Norwegian letters, room for the screens, and colours."""
    name = _("Terminal")
    if not facts.present:
        return ok(name, _("Ingen terminal her; kommandoene trenger ingen."))
    if facts.encoding.lower().replace("-", "") != "utf8":
        return wrong(
            name,
            _("Tegnsettet er {encoding}: æ, ø, å og streker vises galt.").format(
                encoding=facts.encoding or _("ukjent")
            ),
            _("Sett LANG=nb_NO.UTF-8 (eller C.UTF-8) på tjeneren, og UTF-8 i terminalprogrammet."),
        )
    if facts.term in ("", "dumb"):
        return wrong(name, _("TERM er ikke satt."), _("Logg inn med ssh -t, eller sett TERM=xterm-256color."))
    if facts.columns < LEAST_COLUMNS or facts.rows < LEAST_ROWS:
        return warning(
            name,
            _("{columns} × {rows} tegn er mindre enn {least_columns} × {least_rows}.").format(
                columns=facts.columns, rows=facts.rows, least_columns=LEAST_COLUMNS, least_rows=LEAST_ROWS
            ),
            _("Gjør vinduet større eller skriften mindre."),
        )
    if facts.colours < 256:
        return warning(
            name,
            _("TERM={term} har få farger; merkene vises likevel.").format(term=facts.term),
            _("Sett TERM=xterm-256color hvis du kan."),
        )
    return ok(
        name,
        _("{columns} × {rows} tegn, {term}, UTF-8.").format(columns=facts.columns, rows=facts.rows, term=facts.term),
    )
