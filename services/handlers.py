"""The people who work with the cases."""

import re
from collections.abc import Sequence

from msgspec.structs import replace

from data.documents import Case, CaseStatus, Handler, Role
from data.errors import Conflict, NotFound
from data.store import Reader, Store
from services.errors import InvalidInput, Refused, UnknownHandler
from services.listing import everything
from services.rules.email import EMAIL_ADVICE, is_email

ROLE_NAMES: dict[Role, str] = {"handler": "saksbehandler", "admin": "administrator"}
LOGIN = re.compile(r"[a-z_][a-z0-9_.-]{0,31}", re.ASCII)
NOT_CLOSED: tuple[CaseStatus, ...] = ("open", "paused", "manual")


class HandlerService:
    """Registers handlers and answers who may act.

    Who changes the list must be an administrator (Refused, `not_admin`); a store without handlers takes its first
    from anybody.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

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
                raise Conflict(f"«{handler.id}» er registrert fra før. Ingenting er lagret. Velg et annet navn.")
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
        """Register a handler, or change one that is there; keys are added to those it has. Raises InvalidInput."""
        wanted = Handler(id=login, name=name.strip(), email=email.strip(), role=role, keys=tuple(dict.fromkeys(keys)))
        refuse_problems(wanted)
        async with self._store.transaction(actor, f"Saksbehandler {login}") as tx:
            if await self.all():
                await administrator(tx, actor)
            before = await tx.get(Handler, login)
            if before is None:
                return tx.put(wanted)
            if role != "admin":
                await self._keep_an_admin(login)
            return tx.put(replace(wanted, rev=before.rev, keys=tuple(dict.fromkeys((*before.keys, *keys)))))

    async def remove(self, login: str, actor: str) -> None:
        """Take a handler off the list.

        Raises NotFound, and Refused: while the handler has cases that are not closed, for the last administrator
        (`last_admin`), and for the one who acts (`self`).
        """
        async with self._store.transaction(actor, f"Saksbehandler {login} fjernet") as tx:
            await administrator(tx, actor)
            handler = await tx.get(Handler, login)
            if handler is None:
                raise NotFound(f"Saksbehandler {login} finnes ikke.")
            if cases := await self.open_cases(login):
                told = "1 åpen sak" if cases == 1 else f"{cases} åpne saker"
                raise Refused(f"{handler.name} har {told}. Gi dem til en annen først. Ingenting er endret.")
            await self._keep_an_admin(login)
            if login == actor:
                raise Refused("En annen administrator må fjerne deg. Ingenting er endret.", code="self")
            tx.delete(handler)

    async def _keep_an_admin(self, login: str) -> None:
        """Called inside a transaction: no other process takes the role from anybody meanwhile."""
        if not any(each.role == "admin" and each.id != login for each in await self.all()):
            raise Refused("Det må alltid finnes en administrator. Ingenting er endret.", code="last_admin")


async def administrator(reader: Reader, login: str) -> Handler:
    """The handler with this login. Raises UnknownHandler, and Refused when it is no administrator."""
    handler = await _known(reader, login)
    if handler.role != "admin":
        raise Refused("Dette kan bare en administrator gjøre. Ingenting er endret.", code="not_admin")
    return handler


def handler_problems(handler: Handler) -> list[dict[str, object]]:
    """What is wrong with a handler, in words, each with its `field`."""
    problems: list[dict[str, object]] = []
    if not LOGIN.fullmatch(handler.id):
        told = "Innlogging: små bokstaver, tall, punktum, bindestrek."
        problems.append({"field": "login", "message": told})
    if not handler.name.strip():
        problems.append({"field": "name", "message": "Saksbehandleren må ha et navn."})
    if handler.email and not is_email(handler.email):
        problems.append({"field": "email", "message": EMAIL_ADVICE})
    return problems


def refuse_problems(handler: Handler) -> None:
    """Raises InvalidInput with all that is wrong."""
    if problems := handler_problems(handler):
        told = " ".join(str(problem["message"]) for problem in problems)
        raise InvalidInput(f"{told} Ingenting er lagret.", details=problems)


async def _known(reader: Reader, login: str) -> Handler:
    handler = await reader.get(Handler, login)
    if handler is None:
        raise UnknownHandler(login)
    return handler
