"""`kk2 receipts show`: saved as files."""

from pathlib import Path

from tests.kk2tui.command_line import CommandLine


def test_a_receipt_is_saved_into_the_outbox(worked: CommandLine) -> None:
    answer = worked("receipts", "show", "K000002", "--pdf", "--csv")
    outbox = worked.home / "outbox"
    assert answer.out.splitlines() == [str(outbox / f"kvittering-K000002.{form}") for form in ("pdf", "csv")]
    assert (outbox / "kvittering-K000002.pdf").read_bytes().startswith(b"%PDF")
    rows = [line.split(";") for line in (outbox / "kvittering-K000002.csv").read_text("utf-8-sig").splitlines()]
    place = next(at for at, row in enumerate(rows) if "Innbetalt" in row)
    paid = rows[place].index("Innbetalt")
    receipt = worked.json("receipts", "show", "K000002")
    cases = receipt["sections"][0]["rows"]
    told = [int(row[paid].replace(",", "")) for row in rows[place + 1 : place + 1 + len(cases)]]
    assert sum(told) == sum(row[paid] for row in cases) > 0


def test_a_receipt_is_saved_where_it_is_wanted_and_nothing_is_overwritten(worked: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "min.csv"
    assert worked.json("receipts", "show", "K000002", "--csv", file)["files"] == {"csv": str(file)}
    file.write_text("mine notater", encoding="utf-8")
    refused = worked("receipts", "show", "K000002", "--csv", file, "--json")
    assert (refused.status, refused.error()["code"]) == (1, "file_exists")
    assert file.read_text(encoding="utf-8") == "mine notater"


def test_an_unknown_receipt_makes_no_file(worked: CommandLine, tmp_path: Path) -> None:
    refused = worked("receipts", "show", "K999999", "--pdf", tmp_path / "ny.pdf", "--json")
    assert refused.error()["code"] == "not_found"
    assert not (tmp_path / "ny.pdf").exists()
