"""What the store remembers for a handler, beside the documents: no revision, no line in the audit trail."""

from data.postgres.connections import Connection
from data.postgres.lists import asked


async def notes(connection: Connection, beginning: str) -> dict[str, str]:
    """The texts whose names begin with `beginning`, by name, in the order of their names."""
    sql = "select name, text from note where name >= %s and starts_with(name, %s) order by name"
    return dict(await asked(connection, sql, (beginning, beginning), prepare=True))


async def remember(connection: Connection, name: str, text: str | None) -> None:
    """Keep a text, in place of the one that has the name; None: forget it. One statement, so it may be done twice."""
    if text is None:
        await connection.execute("delete from note where name = %s", (name,))
        return
    await connection.execute(
        "insert into note values (%s, %s) on conflict (name) do update set text = excluded.text", (name, text)
    )
