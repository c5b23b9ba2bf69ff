"""What PostgreSQL's errors mean to a person. The server's own words are kept as the cause, and never shown."""

import contextlib
from collections.abc import Iterator

import psycopg
from psycopg import errors

from data import refusals
from data.errors import Kk2Error, StoreBroken, StoreBusy, StoreFull
from data.language import _


class StoreAway(StoreBroken):
    """The server cannot be reached, or the connection to it was lost. Nothing of a change under way is stored."""

    code = "store_away"


class StoreUncertain(StoreBroken):
    """The connection was lost while a change was made to last, and the server has not come back to tell."""

    code = "store_uncertain"


class ValueRefused(Kk2Error):
    """A text with a character that the database cannot keep."""

    code = "store_value"


_FULL = (errors.DiskFull, errors.OutOfMemory)
_IN_THE_WAY = (errors.SerializationFailure, errors.DeadlockDetected)
_AWAY = ("08", "57P")  # classes of SQLSTATE: the connection failed; the server is stopping, or starting


@contextlib.contextmanager
def explained(place: str) -> Iterator[None]:
    """Turn PostgreSQL's errors into those that a person can read. `place` is what may be said of the address."""
    try:
        yield
    except psycopg.Error as error:
        raise explanation(error, place) from error


def explanation(error: psycopg.Error, place: str) -> Kk2Error:
    """What to say about an error. Nothing of the change under way is stored."""
    if isinstance(error, errors.LockNotAvailable):
        return refusals.busy()
    if isinstance(error, _IN_THE_WAY):
        return _in_the_way()
    if isinstance(error, _FULL):
        return _full()
    if isinstance(error, errors.InsufficientPrivilege):
        return not_allowed(place)
    if isinstance(error, errors.TooManyConnections):
        return _crowded()
    if isinstance(error, psycopg.DataError):
        return _not_kept()
    if is_away(error):
        return away(place)
    return _broken(place)


def is_away(error: BaseException) -> bool:
    """The connection is lost, or was never made. What the server refuses has an SQLSTATE that says so."""
    if not isinstance(error, psycopg.OperationalError):
        return False
    return error.sqlstate is None or error.sqlstate.startswith(_AWAY)


def away(place: str) -> StoreAway:
    return StoreAway(
        f"Ingen kontakt med registeret på {place}, eller det slipper ikke brukeren inn. Ingenting av endringen er "
        "lagret. Prøv på nytt om litt. Hjelper ikke det, be driftsansvarlig se om databasetjeneren er i gang."
    )


def uncertain(place: str) -> StoreUncertain:
    return StoreUncertain(
        f"Kontakten med registeret på {place} ble brutt mens endringen ble lagret, og det er ikke sikkert om den er "
        "lagret. Når det er kontakt igjen: se etter om endringen er der, før du gjør den på nytt."
    )


def pooled(place: str) -> StoreBroken:
    return StoreBroken(
        _(
            "Mellom kk2 og databasen på {place} står en tjener som tar bort innstillingene kk2 "
            "starter med, for eksempel pgbouncer. Ingenting er gjort. La url under [store] gå "
            "rett til databasetjeneren."
        ).format(place=place),
        code="store_pooled",
    )


def not_allowed(place: str) -> StoreBroken:
    return StoreBroken(
        _(
            "Brukeren har ikke de rettighetene som trengs i registeret på {place}. Ingenting er "
            "lagret. Be driftsansvarlig kjøre docs/postgresql-roles.sql og åpne registeret en "
            "gang som eier."
        ).format(place=place),
        code="store_not_allowed",
    )


def newer(place: str, version: int, known: int) -> StoreBroken:
    return StoreBroken(
        _(
            "Registeret på {place} er laget av en nyere utgave av kk2 (versjon {version}, denne "
            "kjenner {known}). Ingenting er endret. Oppgrader kk2 og åpne det på nytt."
        ).format(place=place, version=version, known=known)
    )


def not_a_store(place: str, schema: str) -> StoreBroken:
    return StoreBroken(
        _("Skjemaet «{schema}» på {place} er ikke et kk2-register. Ingenting er endret. Kontroller adressen.").format(
            schema=schema, place=place
        )
    )


def interrupted() -> StoreBusy:
    """A statement of a transaction was cancelled: the server has undone the transaction."""
    return StoreBusy(_("Arbeidet ble avbrutt underveis. Ingenting av endringen er lagret. Prøv på nytt."))


def _in_the_way() -> StoreBusy:
    return StoreBusy(_("Noe annet endret registeret samtidig. Ingenting av endringen din er lagret. Prøv på nytt."))


def _crowded() -> StoreBusy:
    return StoreBusy(
        _(
            "Databasetjeneren har så mange tilkoblinger som den tar imot. Ingenting av endringen din er lagret. "
            "Prøv på nytt om litt, og be driftsansvarlig øke max_connections hvis det gjentar seg."
        )
    )


def _full() -> StoreFull:
    return StoreFull(
        _(
            "Det er ikke plass på databasetjeneren. Ingenting av endringen er lagret, og det som var lagret fra før er "
            "uskadd. Be driftsansvarlig om å frigjøre plass, og prøv på nytt."
        )
    )


def _not_kept() -> ValueRefused:
    return ValueRefused(
        _("Teksten har et tegn som ikke kan lagres. Ingenting er lagret. Skriv teksten på nytt uten skjulte tegn.")
    )


def _broken(place: str) -> StoreBroken:
    return StoreBroken(
        _(
            "Registeret på {place} kan ikke leses eller skrives. Siste endring er ikke lagret. "
            "Lukk kk2, og be driftsansvarlig kontrollere databasen og kjøre «kk2 store check»."
        ).format(place=place)
    )
