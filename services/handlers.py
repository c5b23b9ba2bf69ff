"""The people who work with the cases."""

import re
from collections.abc import Sequence

from data.documents import Case, Handler, Role
from data.errors import NotFound
from data.store import Store
from services.errors import InvalidInput, Refused, UnknownHandler
from services.listing import everything

LOGIN = re.compile(r"[a-z_][a-z0-9_.-]{0,31}", re.ASCII)


class HandlerService:
    """Registers handlers and answers who may act."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def all(self) -> list[Handler]:
        return await everything(self._store, Handler)

    async def require(self, login: str) -> Handler:
        """The handler with this login. Raises UnknownHandler."""
        handler = await self._store.get(Handler, login)
        if handler is None:
            raise UnknownHandler(login)
        return handler

    async def require_admin(self, login: str) -> Handler:
        """As `require`; raises Refused when the handler is no administrator."""
        handler = await self.require(login)
        if handler.role != "admin":
            raise Refused("Dette kan bare en administrator gjøre. Ingenting er endret.", code="not_admin")
        return handler

    async def add(self, login: str, name: str, email: str, role: Role, keys: Sequence[str], actor: str) -> Handler:
        """Register a handler, or change one that is there. Raises InvalidInput."""
        if not LOGIN.fullmatch(login):
            raise InvalidInput(
                f"«{login}» kan ikke være innloggingsnavn: bruk små bokstaver, tall, punktum og bindestrek."
            )
        if not name.strip():
            raise InvalidInput("Saksbehandleren må ha et navn. Ingenting er lagret.")
        async with self._store.transaction(actor, f"Saksbehandler {login}") as tx:
            before = await tx.get(Handler, login)
            if before is not None and before.role == "admin" and role != "admin":
                await self._keep_an_admin(login)
            kept = before.keys if before else ()
            return tx.put(
                Handler(
                    id=login,
                    rev=before.rev if before else 0,
                    name=name.strip(),
                    email=email.strip(),
                    role=role,
                    keys=tuple(dict.fromkeys((*kept, *keys))),
                )
            )

    async def remove(self, login: str, actor: str) -> None:
        """Take a handler off the list. Raises NotFound, and Refused while the handler has open cases."""
        handler = await self._store.get(Handler, login)
        if handler is None:
            raise NotFound(f"Saksbehandler {login} finnes ikke.")
        cases = await self._store.count(Case, {"handler": login, "status": "open"})
        if cases:
            raise Refused(f"{handler.name} har {cases} åpne saker. Gi dem til en annen først. Ingenting er endret.")
        if handler.role == "admin":
            await self._keep_an_admin(login)
        async with self._store.transaction(actor, f"Saksbehandler {login} fjernet") as tx:
            tx.delete(handler)

    async def _keep_an_admin(self, login: str) -> None:
        if not any(each.role == "admin" and each.id != login for each in await self.all()):
            raise Refused("Det må alltid finnes en administrator. Ingenting er endret.", code="last_admin")
