"""Who may act: handlers registered, changed and taken off the list."""

import pytest

from data.errors import NotFound
from data.store import Store
from services.errors import InvalidInput, Refused, UnknownHandler
from services.handlers import HandlerService
from tests.builders import case, put


@pytest.fixture
def handlers(store: Store) -> HandlerService:
    """Kari is administrator, Ola is not."""
    return HandlerService(store)


async def test_only_those_registered_may_act(handlers: HandlerService) -> None:
    assert (await handlers.require("ola")).initials == "OP"
    with pytest.raises(UnknownHandler, match="«per» er ikke registrert som saksbehandler"):
        await handlers.require("per")


async def test_some_things_are_for_administrators(handlers: HandlerService) -> None:
    assert (await handlers.require_admin("kari")).id == "kari"
    with pytest.raises(Refused) as refused:
        await handlers.require_admin("ola")
    assert refused.value.code == "not_admin"


async def test_a_handler_is_added_and_changed_with_keys_added_to_those_there(handlers: HandlerService) -> None:
    await handlers.add("per", " Per Prøvesen ", "per@testvik.invalid", "handler", ["ssh-ed25519 A"], "kari")
    changed = await handlers.add("per", "Per P. Prøvesen", "", "handler", ["ssh-ed25519 B", "ssh-ed25519 A"], "kari")
    assert (changed.name, changed.keys) == ("Per P. Prøvesen", ("ssh-ed25519 A", "ssh-ed25519 B"))
    assert [each.id for each in await handlers.all()] == ["kari", "ola", "per"]


@pytest.mark.parametrize("login", ["", "Per", "per olsen", "-per", "p" * 33, "../per", "per\n"])
async def test_a_login_is_a_plain_word(handlers: HandlerService, login: str) -> None:
    with pytest.raises(InvalidInput):
        await handlers.add(login, "Per Prøvesen", "", "handler", [], "kari")


async def test_a_handler_has_a_name(handlers: HandlerService) -> None:
    with pytest.raises(InvalidInput):
        await handlers.add("per", " ", "", "handler", [], "kari")


async def test_there_is_always_an_administrator(handlers: HandlerService) -> None:
    for change in (handlers.remove("kari", "kari"), handlers.add("kari", "Kari", "", "handler", [], "kari")):
        with pytest.raises(Refused) as refused:
            await change
        assert refused.value.code == "last_admin"
    await handlers.add("ola", "Ola Prøvesen", "", "admin", [], "kari")
    await handlers.remove("kari", "ola")
    assert [each.id for each in await handlers.all()] == ["ola"]


async def test_nobody_leaves_open_cases_behind(store: Store, handlers: HandlerService) -> None:
    await put(store, case(1, handler="ola"))
    with pytest.raises(Refused, match="Ola Prøvesen har 1 åpne saker"):
        await handlers.remove("ola", "kari")
    with pytest.raises(NotFound):
        await handlers.remove("per", "kari")
