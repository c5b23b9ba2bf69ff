"""What the PostgreSQL backend does when handlers meet, die, lose the server, or find the schema tampered with."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio
from msgspec.structs import replace
from psycopg.conninfo import make_conninfo

from data.documents import Case, Payment
from data.errors import Conflict, StoreBroken, StoreBusy, StoreFull
from data.postgres import store as postgres_store
from data.postgres.address import parse_address
from data.postgres.connections import connect
from data.postgres.errors import StoreAway, StoreUncertain, ValueRefused
from data.postgres.store import PostgresStore, open_postgres
from tests import postgres
from tests.data.conformance import in_time, stored
from tests.data.cutting_proxy import Cut, cutting_proxy
from tests.data.made_up import case, claim, payment

ROOT = Path(__file__).parents[3]
Open = Callable[..., PostgresStore]


@pytest_asyncio.fixture
async def open_it(schema_url: str) -> AsyncIterator[Open]:
    async with opener(schema_url) as open_once_more:
        yield open_once_more


@asynccontextmanager
async def opener(url: str) -> AsyncIterator[Open]:
    opened: list[PostgresStore] = []

    def open_once_more(at: str = url, **how: float) -> PostgresStore:
        opened.append(open_postgres(at, **how))  # type: ignore[arg-type] # only patience_s is ever given
        return opened[-1]

    yield open_once_more
    for store in opened:
        await store.close()


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    """One to stop and start, and to reach through a proxy."""
    try:
        with postgres.running_server() as running:
            yield running
    except postgres.NotInstalled as missing:
        pytest.skip(str(missing))


def run(url: str, *statements: str) -> list[tuple[object, ...]]:
    """Do something to the schema behind the store's back. Returns the rows of the last statement."""
    bare, schema = url.rsplit("schema=", 1)
    conninfo = make_conninfo(bare.rstrip("?&"), options=f"-c search_path={schema}")
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def kill_connections(url: str) -> None:
    """End every session of the store's, as an administrator may."""
    run(
        url,
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where application_name = 'kk2' and pid <> pg_backend_pid()",
    )


def process(job: str, url: str, number: int = 0) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.data.store_process", job, url, str(number)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


# --- many at once -------------------------------------------------------------------------------------------------


async def test_processes_lose_no_increment(open_it: Open, schema_url: str) -> None:
    await stored(open_it(), case(1))
    processes = [process("increment", schema_url, 25) for _ in range(3)]
    assert [one.wait() for one in processes] == [0] * 3
    store = open_it()
    assert (await store.total(Case, "outstanding"), await store.verify()) == (75, 76)


async def test_a_kill_in_the_middle_loses_nothing_acknowledged_and_frees_the_turn(
    open_it: Open, schema_url: str
) -> None:
    store = open_it()
    await stored(store, case(1, outstanding=1_000), case(2))
    acknowledged: set[str] = set()
    for _ in range(2):
        processes = [process("move", schema_url) for _ in range(2)]
        for one in processes:
            assert one.stdout
            acknowledged.update(line.strip() for line in islice(one.stdout, 8))
            one.kill()
            one.wait()
            acknowledged.update(line.strip() for line in one.stdout if len(line.strip()) == len(payment().id))
    await stored(store, case(3))  # whoever was killed had the turn, or was in line for it
    assert set(await store.get_many(Payment, list(acknowledged))) == acknowledged
    cases = await store.get_many(Case, [case(1).id, case(2).id])
    amounts = [doc.outstanding for doc in cases.values()]
    count = await store.count(Payment)
    assert amounts == [1_000 - count, count]
    assert await store.verify() == 2 + count


async def test_nobody_is_kept_out_by_those_who_are_quick(open_it: Open) -> None:
    stores = [open_it() for _ in range(6)]
    await stored(stores[0], case(1))
    for store in stores:
        assert await store.count(Case) == 1

    async def increment(number: int, store: PostgresStore) -> None:
        for _ in range(10):
            async with store.transaction(str(number), "én til") as tx:
                doc = await tx.get(Case, case(1).id)
                assert doc
                tx.put(replace(doc, outstanding=doc.outstanding + 1))

    await asyncio.gather(*(increment(number, store) for number, store in enumerate(stores)))
    order = [change.actor for change in await stores[0].changes(1)]
    assert await stores[0].total(Case, "outstanding") == len(order) == 60
    assert all(order[start : start + 2] != [actor] * 2 for start, actor in enumerate(order[:30]))


async def test_processes_that_open_a_new_store_at_once_share_one(open_it: Open) -> None:
    stores = [open_it() for _ in range(6)]
    await asyncio.gather(*(stored(store, case(number)) for number, store in enumerate(stores)))
    assert [await store.count(Case) for store in stores] == [6] * 6


async def test_who_waits_too_long_is_told(open_it: Open) -> None:
    store, impatient = open_it(), open_it(patience_s=0)
    assert await impatient.count(Case) == 0
    async with store.transaction("kari", "lang") as tx:
        tx.put(case(1))
        with pytest.raises(StoreBusy, match="opptatt"):
            await stored(impatient, case(2))
    await stored(impatient, case(2))
    assert await store.count(Case) == 2


async def test_reads_do_not_wait_for_a_transaction(open_it: Open) -> None:
    store, other = open_it(), open_it()
    async with store.transaction("kari", "import") as tx:
        for serial in range(1_200):
            tx.put(payment(serial))
        assert await tx.get(Payment, payment(1).id) is not None
        assert await store.count(Payment) == await other.count(Payment) == 0
    assert await other.count(Payment) == 1_200


async def test_a_cancelled_read_disturbs_no_other(open_it: Open) -> None:
    store = open_it()
    await stored(store, *(case(number) for number in range(50)))
    for _ in range(5):
        reading = asyncio.create_task(store.page(Case, order="debtor_sort"))
        await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
    assert await store.count(Case) == 50


async def test_a_cancelled_statement_undoes_the_transaction_even_if_the_block_goes_on(open_it: Open) -> None:
    store = open_it()

    async def goes_on() -> None:
        async with store.transaction("kari", "avbrutt") as tx:
            tx.put(case(1))
            await tx.serial("sak")
            for _ in range(100):  # a question may be answered before it is cancelled
                asking = asyncio.create_task(tx.find(Case, "status", "open"))
                await asyncio.sleep(0)
                asking.cancel()
                await asyncio.wait([asking])

    with pytest.raises(StoreBusy, match="avbrutt"):
        await goes_on()
    assert await store.count(Case) == 0


async def test_a_refusal_in_the_middle_cannot_be_ignored(open_it: Open) -> None:
    store = open_it()
    await stored(store, payment(700))

    async def ignores_it() -> None:
        async with store.transaction("kari", "ser bort fra feilen") as tx:
            for serial in range(1_000):
                tx.put(payment(serial))
            with pytest.raises(Conflict):
                await tx.get(Payment, payment(1).id)

    with pytest.raises(Conflict, match="P00000700"):
        await ignores_it()
    assert await store.count(Payment) == 1


async def test_a_change_that_takes_a_value_in_use_is_refused_by_name(open_it: Open) -> None:
    store = open_it()
    await stored(store, *(case(number) for number in range(4)))
    docs = await store.get_many(Case, [case(number).id for number in range(1, 4)])
    changed = [replace(doc, kid=case(0).kid if doc.id == case(2).id else doc.kid, step="x") for doc in docs.values()]
    with pytest.raises(Conflict, match=f"KID {case(0).kid} er i bruk") as refused:
        await stored(store, *changed)
    assert refused.value.details == ({"table": "cases", "id": case(2).id, "field": "kid"},)


async def test_unique_values_may_be_handed_on_in_the_order_they_are_put(open_it: Open) -> None:
    store = open_it()
    await stored(store, payment(1, fingerprint="x"), payment(2, fingerprint="y"))
    docs = await store.get_many(Payment, [payment(1).id, payment(2).id])
    one, two = docs[payment(1).id], docs[payment(2).id]
    await stored(store, replace(one, fingerprint=None), replace(two, fingerprint="x"))
    assert [doc.id for doc in await store.find(Payment, "fingerprint", "x")] == [two.id]


# --- the server ---------------------------------------------------------------------------------------------------


async def test_a_restart_between_two_questions_is_not_noticed(server: postgres.Server) -> None:
    async with opener(postgres.with_schema(server.url, "restart")) as open_it:
        store = open_it()
        waiting = asyncio.create_task(store.next_changes(1))
        await stored(store, case(1))
        for how in (signal.SIGINT, signal.SIGQUIT):
            await asyncio.to_thread(server.stop, how)
            await asyncio.to_thread(server.start)
            assert await store.count(Case) == 1
            assert await store.get(Case, case(1).id) is not None
        await asyncio.to_thread(server.stop)
        await asyncio.to_thread(server.start)
        await stored(store, case(2))
        (change,) = await in_time(waiting)
        assert (change.seq, await store.verify()) == (2, 2)


async def test_a_server_that_is_gone_is_told_of_without_the_password(server: postgres.Server) -> None:
    url = postgres.with_schema(server.tcp_url.replace("postgres@", "postgres:hemmelig@"), "gone")
    async with opener(url) as open_it:
        store = open_it()
        await stored(store, case(1))
        await asyncio.to_thread(server.stop)
        try:
            for work in (store.count(Case), stored(store, case(2)), store.verify()):
                with pytest.raises(StoreAway, match=r"127\.0\.0\.1/postgres") as refused:
                    await work
                assert "hemmelig" not in refused.value.message
        finally:
            await asyncio.to_thread(server.start)
        await stored(store, case(2))
        assert await store.count(Case) == 2


async def test_a_server_lost_in_the_middle_of_a_transaction_stores_nothing_of_it(
    open_it: Open, schema_url: str
) -> None:
    store = open_it()
    await stored(store, case(1))

    async def loses_it() -> None:
        async with store.transaction("kari", "mister kontakten") as tx:
            tx.put(case(2))
            assert await tx.serial("sak") == 1
            kill_connections(schema_url)

    with pytest.raises(StoreAway, match="Ingenting av endringen er lagret"):
        await loses_it()
    assert [doc.id for doc in await store.find(Case, "status", "open")] == [case(1).id]
    async with store.transaction("kari", "videre") as tx:
        assert await tx.serial("sak") == 1


@pytest.mark.parametrize("cut", ["before", "after"])
async def test_when_the_answer_to_commit_is_lost_the_trail_tells(server: postgres.Server, cut: Cut) -> None:
    async with (
        cutting_proxy(server.tcp_url) as proxy,
        opener(postgres.with_schema(proxy.url, f"lost_{cut}")) as open_it,
    ):
        store = open_it()
        await stored(store, case(1))
        proxy.cut = cut
        if cut == "before":
            with pytest.raises(StoreAway, match="Ingenting av endringen er lagret"):
                await stored(store, case(2))
        else:
            await stored(store, case(2))
        assert proxy.cut is None
        assert await store.count(Case) == await store.verify() == (1 if cut == "before" else 2)
        await stored(store, case(3))


async def test_when_nobody_can_tell_whether_it_was_committed_that_is_said(
    server: postgres.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_store, "_TO_BE_SURE_S", 0.1)
    async with (
        cutting_proxy(server.tcp_url) as proxy,
        opener(postgres.with_schema(proxy.url, "uncertain")) as open_it,
    ):
        store = open_it()
        await stored(store, case(1))
        proxy.cut, proxy.for_good = "after", True
        with pytest.raises(StoreUncertain, match="ikke sikkert om den er lagret"):
            await stored(store, case(2))


async def test_a_full_disk_undoes_the_transaction_and_harms_nothing(open_it: Open, schema_url: str) -> None:
    store = open_it()
    await stored(store, case(1))
    run(
        schema_url,
        "create function full_disk() returns trigger language plpgsql as"
        " $$ begin raise exception 'no space left' using errcode = 'disk_full'; end $$",
        "create trigger full_disk before insert on payments execute function full_disk()",
    )
    with pytest.raises(StoreFull, match="ikke plass"):
        await stored(store, case(2), payment(1))
    run(schema_url, "drop trigger full_disk on payments")
    await stored(store, case(3), payment(1))
    assert (await store.count(Case), await store.verify()) == (2, 2)


async def test_a_character_that_cannot_be_kept_is_refused_in_words(open_it: Open) -> None:
    store = open_it()
    with pytest.raises(ValueRefused, match="tegn som ikke kan lagres"):
        await stored(store, case(1, name="Kari\0Testesen"))
    assert await store.count(Case) == 0


async def test_work_that_has_lost_its_lock_is_stopped(open_it: Open, schema_url: str) -> None:
    store, other = open_it(), open_it()

    async def works() -> None:
        async with store.lock("sending") as held:
            assert held
            kill_connections(schema_url)
            await in_time(asyncio.Event().wait())

    with pytest.raises(StoreBroken, match="stanset") as refused:
        await works()
    assert refused.value.code == "lock_lost"
    async with other.lock("sending") as free:
        assert free


async def test_a_cancellation_under_a_lock_is_only_that(open_it: Open) -> None:
    store, inside = open_it(), asyncio.Event()

    async def works() -> None:
        async with store.lock("sending"):
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(works())
    await in_time(inside.wait())
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with store.lock("sending") as free:
        assert free


async def is_free(store: PostgresStore) -> bool:
    async with store.lock("sending") as held:
        return held


async def test_death_frees_a_lock(open_it: Open, schema_url: str) -> None:
    store, other = open_it(), process("lock", schema_url)
    assert other.stdout
    assert other.stdout.readline() == "True\n"
    assert not await is_free(store)
    other.kill()
    other.wait()
    while not await is_free(store):
        pass  # until the server has seen it


async def test_news_are_heard_though_the_connection_was_lost_meanwhile(open_it: Open, schema_url: str) -> None:
    store, other = open_it(), open_it()
    await stored(store, case(1))
    waiting = asyncio.create_task(store.next_changes(1))
    await asyncio.sleep(0.05)
    kill_connections(schema_url)
    await stored(other, case(2))
    (change,) = await in_time(waiting)
    assert change.documents == (("cases", case(2).id),)


# --- the schema ---------------------------------------------------------------------------------------------------


async def test_a_store_of_a_newer_program_is_refused(open_it: Open, schema_url: str) -> None:
    assert await open_it().count(Case) == 0
    run(schema_url, "update meta set value = value::int + 1 where key = 'schema'")
    with pytest.raises(StoreBroken, match="nyere utgave"):
        await open_it().count(Case)


async def test_a_schema_of_an_older_program_gets_new_tables_and_its_words_are_made_again(
    open_it: Open, schema_url: str
) -> None:
    await stored(open_it(), case(1, debtor_name="Kari Testesen"))
    run(schema_url, "drop table near_word, note", "delete from meta where key = 'search'", "delete from search_owner")
    store = open_it()
    assert [doc.id for doc in await store.search(Case, "testesne", by="near")] == [case(1).id]
    await store.remember("kari/recent", "1")
    assert await store.verify() == 1


async def test_no_table_of_the_search_index_holds_a_national_id(open_it: Open, schema_url: str) -> None:
    whole = "01817012345"
    await stored(open_it(), case(1, name="Kari", national_id=whole))
    for table in ("search_source", "search_owner", "near_word"):
        kept = repr(run(schema_url, f"select * from {table}"))  # noqa: S608 - the names above
        assert whole not in kept
        assert "12345" not in kept


async def test_the_national_ids_in_the_index_of_an_older_program_are_gone_when_it_is_opened(
    open_it: Open, schema_url: str
) -> None:
    class OldCase(Case, frozen=True, kw_only=True):
        def search_entry(self) -> tuple[str, str]:
            return self.id, self.debtor.national_id

    old = open_postgres(schema_url, kinds=[OldCase])
    fields = {field: getattr(case(1, national_id="01817012345"), field) for field in Case.__struct_fields__}
    await stored(old, OldCase(**fields))
    await old.close()
    words = "select owner, s.words, o.words from search_source s full join search_owner o using (owner)"
    assert "01817012345" in repr(run(schema_url, words))
    run(schema_url, "update meta set value = '1' where key = 'search'")
    store = open_it()
    assert [doc.id for doc in await store.search(Case, "018170 12345")] == [case(1).id]
    assert await store.verify() == 1
    assert "12345" not in repr(run(schema_url, words))


async def test_a_pooler_that_drops_our_settings_is_refused(schema_url: str) -> None:
    address = parse_address(schema_url)
    without = address._replace(conninfo=make_conninfo(address.conninfo, options=""))
    with pytest.raises(StoreBroken) as refused:
        await connect(without)
    assert refused.value.code == "store_pooled"


async def test_a_schema_of_something_else_is_refused_and_left_alone(open_it: Open, schema_url: str) -> None:
    schema = schema_url.rsplit("=", 1)[1]
    run(schema_url, f"create schema {schema}", "create table cases(x int)")
    with pytest.raises(StoreBroken, match="ikke et kk2-register"):
        await open_it().count(Case)
    assert run(schema_url, "select relname from pg_class where relnamespace = current_schema::regnamespace") == [
        ("cases",)
    ]


@pytest.mark.parametrize("url", ["postgresql://h/d?schema=A", "postgresql://h/d?schema=a;b", "postgresql://h/d?x=y"])
def test_an_address_that_cannot_be_is_refused(url: str) -> None:
    with pytest.raises(StoreBroken):
        open_postgres(url)


async def test_a_field_that_becomes_searchable_is_filled_for_old_documents(open_it: Open, schema_url: str) -> None:
    class OldCase(Case, frozen=True, kw_only=True):
        INDEXED = ("status",)  # type: ignore[assignment] # fewer than Case has
        LISTS = ()  # type: ignore[assignment] # fewer than Case has

    old = open_postgres(schema_url, kinds=[OldCase])
    await stored(old, OldCase(**{field: getattr(case(1), field) for field in Case.__struct_fields__}))
    await old.close()
    assert [doc.id for doc in await open_it().find(Case, "handler", "kari")] == [case(1).id]


async def test_a_list_is_read_off_an_index_in_order(open_it: Open, schema_url: str) -> None:
    await stored(open_it(), *(case(number) for number in range(20)))
    for condition, order in (
        ("status = 'open' and (debtor_sort, id) > ('a', 'b')", "debtor_sort nulls first, id"),
        ("status = 'open'", "debtor_sort desc nulls last, id desc"),
        ("true", "debtor_sort nulls first, id"),
        ("handler = 'kari'", "id"),
    ):
        plan = run(
            schema_url,
            "set enable_seqscan = off; set enable_bitmapscan = off",
            f"explain select id from cases where {condition} order by {order} limit 3",  # noqa: S608 - from above
        )
        text = "\n".join(str(line) for (line,) in plan)
        assert "Index" in text
        assert "Sort" not in text, f"{condition} {order}\n{text}"


# --- tampering ----------------------------------------------------------------------------------------------------

UNLOCK = "alter table audit disable trigger all; alter table audit_change disable trigger all"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ("update audit set actor = 'ola' where seq = 2", "linje 2 "),
        ("update audit set hash = prev_hash where seq = 2", "linje 2 "),
        ("delete from audit where seq = 2; delete from audit_change where seq = 2", "linje 2 "),
        ("delete from audit where seq = 3", "linje 3 "),
        ("update audit_change set after = replace(after, '10000', '20000') where seq = 2", "linje 2 "),
        ("update audit_change set after = null where seq = 2", "linje 2 "),
        ("update audit_change set digest = '' where seq = 2", "linje 2 "),
        ("delete from audit_change where (seq, number) = (2, 1)", "linje 2 "),
        ("update payments set doc = jsonb_set(doc, '{amount}', '20000') where id = 'P00000001'", payment(1).id),
        ("delete from payments where id = 'P00000001'", payment(1).id),
        ("insert into payments(id, rev, doc) values ('P9', 1, '{}')", "P9"),
        ("update payments set rev = 7 where id = 'P00000001'", payment(1).id),
        ("update search_source set words = 'ola' where id = '0221-00000001'", case(1).id),
        ("delete from search_source where id = '0221-00000001'", case(1).id),
        ("insert into search_source values ('cases', 'borte', 'borte', 'ola')", "borte"),
        ("update search_owner set words = 'ola'", case(1).id),
        ("delete from search_owner", case(1).id),
    ],
)
async def test_tampering_shows(open_it: Open, schema_url: str, change: str, where: str) -> None:
    store = open_it()
    for step in range(3):
        doc = await store.get(Case, case(1).id) or case(1)
        await stored(store, replace(doc, outstanding=step), payment(step))
    assert await store.verify() == 3
    run(schema_url, UNLOCK, change)
    with pytest.raises(StoreBroken, match=f"endret utenom kk2: .*{where}") as found:
        await store.verify()
    assert 0 < len(found.value.details) <= 100


async def test_no_message_holds_a_national_id(open_it: Open) -> None:
    store, secret = open_it(), "00000000000"
    await stored(store, case(1, national_id=secret), claim(1))
    with pytest.raises(Conflict) as refused:
        await stored(store, case(1, national_id=secret, kid=secret))
    assert secret not in refused.value.message
    assert secret not in repr(refused.value.details)
