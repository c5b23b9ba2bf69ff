"""Who may act: handlers registered, changed and taken off the list."""

import pytest
from msgspec.structs import replace

from data.documents import Handler
from data.errors import Conflict, NotFound
from data.store import Store
from services.drafts import DraftService
from services.errors import InvalidInput, Refused, UnknownHandler
from services.handlers import HandlerService
from services.public_key import read_public_key
from tests.builders import case, put
from tests.services.fakes import FakeClock
from tests.services.keys import ed25519


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
    one, two = ed25519("one"), ed25519("two", "per@pc")
    await handlers.add("per", " Per Prøvesen ", "per@testvik.invalid", "handler", [f"{one} old"], "kari")
    changed = await handlers.add("per", "Per P. Prøvesen", "", "handler", [two, one], "kari")
    assert (changed.name, changed.keys) == ("Per P. Prøvesen", (one, two))
    assert (await handlers.add("per", "Per", "", "handler", [], "kari")).keys == (one, two)
    assert [each.id for each in await handlers.all()] == ["kari", "ola", "per"]


@pytest.mark.parametrize(
    "login", ["", "Per", "per olsen", "-per", "_per", "per;ls", "pér", "p" * 33, "../per", "per\n"]
)
async def test_a_login_is_a_plain_word(handlers: HandlerService, login: str) -> None:
    with pytest.raises(InvalidInput):
        await handlers.add(login, "Per Prøvesen", "", "handler", [], "kari")


async def test_a_key_opens_kk2_as_one_handler_only(handlers: HandlerService) -> None:
    await handlers.add("per", "Per Prøvesen", "", "handler", [ed25519("per")], "kari")
    with pytest.raises(Refused, match="hører til per") as refused:
        await handlers.add("siv", "Siv Prøvesen", "", "handler", [ed25519("per", "siv@pc")], "kari")
    assert refused.value.code == "key_taken"
    assert [each.id for each in await handlers.all()] == ["kari", "ola", "per"]


async def test_something_that_is_no_key_is_not_stored(handlers: HandlerService) -> None:
    with pytest.raises(InvalidInput):
        await handlers.add("per", "Per Prøvesen", "", "handler", [f'command="sh" {ed25519("per")}'], "kari")
    assert [each.id for each in await handlers.all()] == ["kari", "ola"]


async def test_one_key_is_taken_away_by_its_fingerprint(handlers: HandlerService) -> None:
    lost, kept = ed25519("lost"), ed25519("kept")
    await handlers.add("per", "Per Prøvesen", "", "handler", [lost, kept], "kari")
    fingerprint = read_public_key(lost).fingerprint
    with pytest.raises(Refused):
        await handlers.drop_key("per", fingerprint, "per")
    assert (await handlers.drop_key("per", fingerprint, "kari")).keys == (kept,)
    with pytest.raises(NotFound):
        await handlers.drop_key("per", fingerprint, "kari")


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
    with pytest.raises(Refused, match="Ola Prøvesen har 1 åpen sak"):
        await handlers.remove("ola", "kari")
    with pytest.raises(NotFound):
        await handlers.remove("per", "kari")


# --- changes from the screens ---


async def test_a_new_handler_takes_a_login_that_is_free(handlers: HandlerService) -> None:
    per = await handlers.register(Handler(id="per", name="Per Prøvesen", email=""), "kari")
    assert await handlers.require("per") == per
    with pytest.raises(Conflict, match="«per» er registrert fra før"):
        await handlers.register(Handler(id="per", name="Per Annen", email=""), "kari")


async def test_a_change_is_refused_when_somebody_else_has_changed_the_handler(handlers: HandlerService) -> None:
    seen = await handlers.require("ola")
    changed = await handlers.change(replace(seen, role="admin"), "kari")
    assert (changed.role, changed.rev) == ("admin", seen.rev + 1)
    assert await handlers.change(changed, "kari") == changed
    with pytest.raises(Conflict):
        await handlers.change(replace(seen, name="Ola P."), "kari")


async def test_what_is_remembered_for_a_handler_goes_too(
    store: Store, handlers: HandlerService, clock: FakeClock
) -> None:
    await handlers.add("olai", "Olai Prøvesen", "", "handler", [], "kari")
    for login in ("ola", "olai"):
        await DraftService(store, clock, login).keep("payment", "0221-00000001", {"payer": "Per Skyldnersen"})
        await store.remember(f"{login}/recent", "0221-00000001")
    await handlers.remove("ola", "kari")
    assert list(await store.notes("")) == ["olai/draft/payment/0221-00000001", "olai/recent"]


async def test_the_last_administrator_keeps_the_role_and_nobody_removes_themselves(handlers: HandlerService) -> None:
    kari = await handlers.require("kari")
    with pytest.raises(Refused) as refused:
        await handlers.change(replace(kari, role="handler"), "kari")
    assert refused.value.code == "last_admin"
    await handlers.change(replace(await handlers.require("ola"), role="admin"), "kari")
    with pytest.raises(Refused) as refused:
        await handlers.remove("kari", "kari")
    assert refused.value.code == "self"


async def test_only_an_administrator_changes_the_list(store: Store, handlers: HandlerService) -> None:
    seen, before = await handlers.require("kari"), await store.last_change()
    for change in (
        handlers.register(Handler(id="per", name="Per", email=""), "ola"),
        handlers.add("per", "Per", "", "handler", [], "ola"),
        handlers.change(replace(seen, role="handler"), "ola"),
        handlers.remove("kari", "ola"),
    ):
        with pytest.raises(Refused) as refused:
            await change
        assert refused.value.code == "not_admin"
    assert await store.last_change() == before


async def test_what_is_wrong_with_a_handler_is_told_by_field(handlers: HandlerService) -> None:
    with pytest.raises(InvalidInput, match="Ingenting er lagret") as refused:
        await handlers.register(Handler(id="Per", name="", email="per"), "kari")
    assert [each["field"] for each in refused.value.details] == ["login", "name", "email"]


async def test_a_handler_chooses_a_theme_and_keeps_it(store: Store) -> None:
    service = HandlerService(store)
    await service.add("kari", "Kari Testesen", "kari@testvik.invalid", "admin", [], "kari")
    assert (await service.set_theme("kari", "kk2-lys")).theme == "kk2-lys"
    again = await service.add("kari", "Kari Testesen", "kari@eksempel.invalid", "admin", [], "kari")
    assert again.theme == "kk2-lys"
    with pytest.raises(UnknownHandler):
        await service.set_theme("per", "kk2")
