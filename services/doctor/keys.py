"""The file that sshd reads: whether it lets in those whom the store does, and nobody else."""

from collections.abc import Iterable

from data.documents import Handler
from data.language import N_, _
from services.doctor.check import Check, ok, wrong
from services.key_file import OWNER_ONLY, KeyFile, key_lines

NAME = N_("SSH-nøkler")
WRITE = "kk2 admin handlers keys --write"


def check_key_file(file: KeyFile, handlers: Iterable[Handler]) -> Check:
    """It has the lines that kk2 writes, no others, and is closed to others. Blocks for a moment."""
    wanted = lines_of(key_lines(handlers, file.forced))
    try:
        mode = file.path.stat().st_mode & 0o777
        found = lines_of(file.path.read_text(encoding="utf-8", errors="replace"))
    except FileNotFoundError:
        told = _("{path} finnes ikke: ingen kommer inn.").format(path=file.path)
        return ok(NAME, _("Ingen har nøkkel.")) if not wanted else wrong(NAME, told, WRITE)
    except OSError as error:
        told = _("{path} kan ikke leses: {reason}.").format(path=file.path, reason=error.strerror)
        return wrong(NAME, told, _("Kjør kk2 doctor som kontoen kk2 kjører under, og se etter hvem som eier filen."))
    missing, extra = len(wanted - found), len(found - wanted)
    if missing or extra:
        told = _("{path}: {missing} linjer mangler, og {extra} er andre enn registeret har.")
        return wrong(NAME, told.format(path=file.path, missing=missing, extra=extra), WRITE)
    if mode & ~OWNER_ONLY:
        told = _("{path} er åpen for andre ({mode:o}): sshd kan la være å lese den.").format(path=file.path, mode=mode)
        return wrong(NAME, told, f"chmod 600 {file.path}")
    return ok(NAME, _("{count} nøkler i {path}, som i registeret.").format(count=len(wanted), path=file.path))


def lines_of(text: str) -> set[str]:
    """The lines that sshd acts on."""
    return {line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")}
