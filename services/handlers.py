"""The people who work with the cases."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from data.documents import Case, CaseStatus, Handler, Role
from data.errors import Conflict, NotFound
from data.language import N_, _
from data.store import Reader, Store
from services.errors import InvalidInput, Refused, UnknownHandler
from services.listing import everything
from services.rules.email import EMAIL_ADVICE, is_email

if TYPE_CHECKING:
    from services.key_file import KeyFile

ROLE_NAMES: dict[Role, str] = {"handler": N_("saksbehandler"), "admin": N_("administrator")}
LOGIN = re.compile(r"[a-z][a-z0-9_.-]{0,31}", re.ASCII)
NOT_CLOSED: tuple[CaseStatus, ...] = ("open", "paused", "manual")


class HandlerService:
    """Registers handlers and answers who may act.

    Who changes the list must be an administrator (Refused, `not_admin`); a store without handlers takes its first
    from anybody. With `key_file`, what sshd reads follows each change of keys; raises KeyFileError when the change is
    stored and the file could not be written.
    """

    def __init__(self, store: Store, key_file: "KeyFile | None" = None) -> None:
        self._store = store
        self._key_file = key_file

    async def all(self) -> list[Handler]:
        return await everything(self._store, Handler)

    async def require(self, login: str) -> Handler:
        """The handler with this login. Raises UnknownHandler."""
        return await _known(self._store, login)

    async def require_admin(self, login: str) -> Handler:
        """As `require`; raises Refused when the handler is no administrator."""
        return await administrator(self._store, login)

    async def open_cases(self, login: str) -> int:
        """How many cases that are not closed the handler has."""
        return sum([await self._store.count(Case, {"handler": login, "status": status}) for status in NOT_CLOSED])

    async def register(self, handler: Handler, actor: str) -> Handler:
        """Register a new handler. Raises InvalidInput, and Conflict when the login is taken."""
        refuse_problems(handler)
        async with self._store.transaction(actor, f"Saksbehandler {handler.id} registrert") as tx:
            await administrator(tx, actor)
            if await tx.get(Handler, handler.id) is not None:
                raise Conflict(
                    _("«{id}» er registrert fra før. Ingenting er lagret. Velg et annet navn.").format(id=handler.id)
                )
            return tx.put(handler)

    async def change(self, handler: Handler, actor: str) -> Handler:
        """Store name, e-mail and role of a handler as seen: Conflict when somebody else has changed it.

        Raises InvalidInput, and Refused (`last_admin`) when nobody would be administrator.
        """
        refuse_problems(handler)
        async with self._store.transaction(actor, f"Saksbehandler {handler.id} endret") as tx:
            await administrator(tx, actor)
            before = await tx.get(Handler, handler.id)
            if before == handler:
                return handler
            if handler.role != "admin":
                await self._keep_an_admin(handler.id)
            return tx.put(handler)

    async def add(self, login: str, name: str, email: str, role: Role, keys: Sequence[str], actor: str) -> Handler:
        """Register a handler, or change one that is there; public keys are added to those it has.

        Raises InvalidInput, and Refused (`key_taken`) for a key that opens kk2 as somebody else.
        """
        wanted = Handler(id=login, name=name.strip(), email=email.strip(), role=role)
        refuse_problems(wanted)
        added = await self._add(wanted, keys, actor)
        if keys:
            await self.write_keys()
        return added

    async def _add(self, wanted: Handler, keys: Sequence[str], actor: str) -> Handler:
        login = wanted.id
        async with self._store.transaction(actor, f"Saksbehandler {login}") as tx:
            if await self.all():
                await administrator(tx, actor)
            before = await tx.get(Handler, login)
            if before is not None and wanted.role != "admin":
                await self._keep_an_admin(login)
            kept = replace(before or wanted, name=wanted.name, email=wanted.email, role=wanted.role)
            return tx.put(replace(kept, keys=with_keys(await self.all(), login, keys)) if keys else kept)

    async def set_theme(self, login: str, theme: str) -> Handler:
        """Remember how the screens are to look to a handler, who chooses it alone. Raises UnknownHandler."""
        async with self._store.transaction(login, f"Saksbehandler {login}: utseende {theme}") as tx:
            return tx.put(replace(await _known(tx, login), theme=theme))

    async def set_language(self, login: str, language: str) -> Handler:
        """Remember which language a handler reads the screens in. Raises UnknownHandler."""
        async with self._store.transaction(login, f"Saksbehandler {login}: språk {language}") as tx:
            return tx.put(replace(await _known(tx, login), language=language))

    async def remove(self, login: str, actor: str) -> None:
        """Take a handler off the list.

        Raises NotFound, and Refused: while the handler has cases that are not closed, for the last administrator
        (`last_admin`), and for the one who acts (`self`). What is remembered for the handler goes too.
        """
        from services.notes import forget_handler  # only who removes one needs it

        async with self._store.transaction(actor, f"Saksbehandler {login} fjernet") as tx:
            await administrator(tx, actor)
            handler = await tx.get(Handler, login)
            if handler is None:
                raise NotFound(_("Saksbehandler {login} finnes ikke.").format(login=login))
            if cases := await self.open_cases(login):
                told = _("1 åpen sak") if cases == 1 else _("{cases} åpne saker").format(cases=cases)
                raise Refused(
                    _("{name} har {told}. Gi dem til en annen først. Ingenting er endret.").format(
                        name=handler.name, told=told
                    )
                )
            await self._keep_an_admin(login)
            if login == actor:
                raise Refused(_("En annen administrator må fjerne deg. Ingenting er endret."), code="self")
            tx.delete(handler)
        await forget_handler(self._store, login)
        if handler.keys:
            await self.write_keys()

    async def drop_key(self, login: str, fingerprint: str, actor: str) -> Handler:
        """Take one key from a handler, as when a machine is lost. Raises UnknownHandler and NotFound."""
        async with self._store.transaction(actor, f"Nøkkel fjernet fra saksbehandler {login}") as tx:
            await administrator(tx, actor)
            handler = await _known(tx, login)
            left = tuple(key for key in handler.keys if fingerprint_of(key) != fingerprint)
            if left == handler.keys:
                raise NotFound(
                    _("{login} har ingen nøkkel {fingerprint}. Ingenting er endret.").format(
                        login=login, fingerprint=fingerprint
                    )
                )
            changed = tx.put(replace(handler, keys=left))
        await self.write_keys()
        return changed

    async def write_keys(self) -> None:
        """Make the file that sshd reads what the store says. Without such a file, nothing. Raises KeyFileError."""
        if self._key_file is not None:
            await self._key_file.write(self.all)

    async def _keep_an_admin(self, login: str) -> None:
        """Called inside a transaction: no other process takes the role from anybody meanwhile."""
        if not any(each.role == "admin" and each.id != login for each in await self.all()):
            raise Refused(_("Det må alltid finnes en administrator. Ingenting er endret."), code="last_admin")


async def administrator(reader: Reader, login: str) -> Handler:
    """The handler with this login. Raises UnknownHandler, and Refused when it is no administrator."""
    handler = await _known(reader, login)
    if handler.role != "admin":
        raise Refused(_("Dette kan bare en administrator gjøre. Ingenting er endret."), code="not_admin")
    return handler


def with_keys(handlers: Sequence[Handler], login: str, texts: Sequence[str]) -> tuple[str, ...]:
    """The keys of this handler with these added, each once. Raises InvalidInput, and Refused (`key_taken`)."""
    from services.public_key import read_public_key  # only who changes keys needs it

    new = [read_public_key(text) for text in texts]
    taken = {fingerprint_of(key): each.id for each in handlers if each.id != login for key in each.keys}
    for key in new:
        if owner := taken.get(key.fingerprint):
            raise Refused(
                _(
                    "Nøkkelen {fingerprint} hører til {owner}. En nøkkel åpner kk2 som én saksbehandler. "
                    "Ingenting er lagret."
                ).format(fingerprint=key.fingerprint, owner=owner),
                code="key_taken",
            )
    held = [key for each in handlers if each.id == login for key in each.keys]
    own = {fingerprint_of(key): key for key in held} | {key.fingerprint: key.line for key in new}
    return tuple(own.values())


def opens_with(handler: Handler, fingerprint: str) -> bool:
    """Whether the handler has the key."""
    return any(fingerprint_of(key) == fingerprint for key in handler.keys)


def fingerprint_of(key: str) -> str:
    """A stored key as `ssh-keygen -l` shows it; "" for one that is no key: a store read in from a file may have any."""
    from services.public_key import read_public_key

    try:
        return read_public_key(key).fingerprint
    except InvalidInput:
        return ""


def handler_problems(handler: Handler) -> list[dict[str, object]]:
    """What is wrong with a handler, in words, each with its `field`."""
    problems: list[dict[str, object]] = []
    if not LOGIN.fullmatch(handler.id):
        told = _("Innlogging: små bokstaver, tall, punktum, bindestrek.")
        problems.append({"field": "login", "message": told})
    if not handler.name.strip():
        problems.append({"field": "name", "message": _("Saksbehandleren må ha et navn.")})
    if handler.email and not is_email(handler.email):
        problems.append({"field": "email", "message": EMAIL_ADVICE})
    return problems


def refuse_problems(handler: Handler) -> None:
    """Raises InvalidInput with all that is wrong."""
    if problems := handler_problems(handler):
        told = " ".join(str(problem["message"]) for problem in problems)
        raise InvalidInput(_("{told} Ingenting er lagret.").format(told=told), details=problems)


async def _known(reader: Reader, login: str) -> Handler:
    handler = await reader.get(Handler, login)
    if handler is None:
        raise UnknownHandler(login)
    return handler
