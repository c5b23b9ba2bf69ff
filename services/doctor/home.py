"""The home's folders, the store in it, and the terminal in front of it."""

import os
import shutil
from pathlib import Path

from data.errors import StoreBroken
from data.file_system import file_system, require_local
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
    name = "Mapper"
    for folder in (facts.home, *(facts.home / each for each in facts.folders)):
        if not folder.is_dir():
            return wrong(name, f"{folder} finnes ikke.", f"Lag den: mkdir -m 770 {folder}")
        if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            return wrong(name, f"{folder} kan ikke leses og skrives i.", f"Gi kontoen som kjører kk2, eie av {folder}.")
    if facts.home.stat().st_mode & _FOR_OTHERS:
        return warning(name, f"Andre på maskinen kan se inn i {facts.home}.", f"chmod o-rwx {facts.home}")
    free = shutil.disk_usage(facts.home).free
    if free < LITTLE_SPACE:
        return warning(name, f"Bare {free // 1_000_000} MB er ledig.", "Gjør plass på disken.")
    return ok(name, f"{facts.home} med {', '.join(facts.folders)}, {free // 1_000_000_000} GB ledig.")


def check_database_file(database: Path) -> Check | None:
    """What is wrong with the store's file before it is opened; None when nothing is. Blocks for a moment."""
    name = "Register"
    if not database.exists():
        return wrong(name, f"{database} finnes ikke.", "Hent den fra sikkerhetskopi, eller lag et nytt hjem: kk2 init")
    if not os.access(database, os.R_OK | os.W_OK):
        return wrong(name, f"{database} kan ikke leses og skrives.", f"Gi kontoen som kjører kk2, eie av {database}.")
    return None


def check_disk(database: Path) -> Check:
    """The store's file is on a disk of the machine's own, and nobody else may open it. Blocks for a moment."""
    name, kind = "Disk", file_system(database)
    try:
        require_local(database)
    except StoreBroken as error:
        return wrong(name, error.message, "Flytt hjemmet til en lokal disk, eller bruk PostgreSQL.")
    if database.exists() and database.stat().st_mode & _FOR_OTHERS:
        return warning(name, f"Andre på maskinen kan åpne {database}.", f"chmod 660 {database}")
    return ok(name, f"{kind or 'Ukjent filsystem'}, bare for denne maskinen.")


def check_server(place: ServerPlace) -> Check:
    """Which server and schema the store is on, and that it must prove who it is when the net lies between."""
    name, found = "PostgreSQL", place.shown[:1].upper() + place.shown[1:]
    if place.over_the_net and not place.verified:
        return warning(
            name,
            f"{found}. Forbindelsen går over nettet, og tjeneren må ikke bevise hvem den er.",
            "Legg ?sslmode=verify-full&sslrootcert=CA-FIL til url under [store].",
        )
    return ok(name, f"{found}.")


async def check_store(store: Store) -> Check:
    """It opens, and tells what was last changed. Whether the whole audit trail holds is for `kk2 store check`."""
    newest = await store.last_change()
    if not newest:
        return wrong("Register", "Registeret er tomt: ikke engang satsene er der.", "Lag et nytt hjem: kk2 init")
    change = (await store.changes(newest - 1))[-1]
    return ok("Register", f"Siste endring er nr. {newest}, {format_instant(change.time)} av {change.actor}.")


def check_clock(facts: TerminalFacts) -> Check:
    """The date is the machine's own."""
    if facts.fixed_day:
        return warning("Dato", "Datoen står stille: KK2_TODAY er satt.", "Fjern KK2_TODAY, utenom i prøver.")
    return ok("Dato", "Maskinens egen.")


def check_terminal(facts: TerminalFacts) -> Check:
    """Norwegian letters, room for the screens, and colours."""
    name = "Terminal"
    if not facts.present:
        return ok(name, "Ingen terminal her; kommandoene trenger ingen.")
    if facts.encoding.lower().replace("-", "") != "utf8":
        return wrong(
            name,
            f"Tegnsettet er {facts.encoding or 'ukjent'}: æ, ø, å og streker vises galt.",
            "Sett LANG=nb_NO.UTF-8 (eller C.UTF-8) på tjeneren, og UTF-8 i terminalprogrammet.",
        )
    if facts.term in ("", "dumb"):
        return wrong(name, "TERM er ikke satt.", "Logg inn med ssh -t, eller sett TERM=xterm-256color.")
    if facts.columns < LEAST_COLUMNS or facts.rows < LEAST_ROWS:
        return warning(
            name,
            f"{facts.columns} × {facts.rows} tegn er mindre enn {LEAST_COLUMNS} × {LEAST_ROWS}.",
            "Gjør vinduet større eller skriften mindre.",
        )
    if facts.colours < 256:
        return warning(
            name, f"TERM={facts.term} har få farger; merkene vises likevel.", "Sett TERM=xterm-256color hvis du kan."
        )
    return ok(name, f"{facts.columns} × {facts.rows} tegn, {facts.term}, UTF-8.")
