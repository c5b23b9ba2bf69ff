"""Bytes: line ends, encodings, blank lines and size. The text stands in item 3 of `with_text`, line 7."""

from io import BytesIO

import pytest

from services.bank import record_lines
from services.bank.findings import Findings
from services.bank.record_lines import RecordLines
from tests.services.bank.files import findings, joined, put, read, two_payments, with_text, written

LETTERS = put(with_text(), 7, 16, "æøå ÆØÅ")


def text_of(content: bytes) -> tuple[str, str]:
    payments, summary = read(content)
    assert summary.ok
    return payments[-1].text, summary.encoding


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
def test_every_kind_of_line_end_gives_the_same_payments_and_the_same_hash(end: str) -> None:
    expected, summary = read(joined(two_payments()))
    payments, other = read(joined(two_payments(), end))
    assert payments == expected
    assert other.ok
    assert other.sha256 == summary.sha256


def test_a_file_without_line_ends_is_told() -> None:
    _, summary = read(joined(two_payments(), end=""))
    assert [(found.code, found.severity) for found in summary.findings] == [("no_line_breaks", "warning")]


@pytest.mark.parametrize("tail", [b"", b"\x1a", b"\0\0\0\0", b"\r\n\r\n", b"   \n\x1a"])
def test_what_pads_the_end_is_no_part_of_the_file(tail: bytes) -> None:
    plain = joined(two_payments())
    payments, summary = read(plain + tail)
    assert (len(payments), summary.findings) == (2, ())
    assert summary.sha256 == read(plain)[1].sha256
    assert read(plain.rstrip(b"\r\n") + tail)[1].sha256 == summary.sha256


def test_trailing_blanks_beyond_80_are_cut_off() -> None:
    assert findings([line + "  " for line in two_payments()]) == []


def test_blank_lines_between_records_are_skipped_with_a_warning() -> None:
    lines = two_payments()
    lines[4:4] = ["", "  "]
    assert findings(lines) == [("warning", "blank_line", 5, 1)]


def test_a_changed_byte_changes_the_hash() -> None:
    _, summary = read(joined(put(two_payments(), 4, 58, "9")))
    assert summary.sha256 != read(joined(two_payments()))[1].sha256


@pytest.mark.parametrize("encoding", ["iso-8859-1", "cp850", "cp865"])
def test_norwegian_letters_are_read_in_the_encodings_of_the_banks(encoding: str) -> None:
    content = "\r\n".join(LETTERS).encode(encoding)
    assert text_of(content)[0].startswith("æøå ÆØÅ")


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_a_file_saved_again_as_utf8_is_read_with_a_warning(bom: bytes) -> None:
    content = bom + "\n".join(LETTERS).encode()
    payments, summary = read(content)
    assert payments[-1].text.startswith("æøå ÆØÅ")
    assert [found.code for found in summary.findings] == ["utf8"]
    assert summary.ok


def test_the_byte_that_is_a_line_end_in_unicode_cuts_no_line() -> None:
    lines = put(with_text(), 7, 16, "voil\x85 \x0b\x0c\x1c")
    content = joined(lines)
    payments, summary = read(content)
    assert summary.encoding == "cp850"
    assert payments[-1].text.startswith("voilà")
    assert payments[-1].text.isprintable()


def test_a_line_end_that_falls_between_two_blocks_is_one_line_end(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = read(joined(with_text()))
    for size in (1, 7, 80, 81, 82, 83):
        monkeypatch.setattr(record_lines, "_BLOCK", size)
        for end in ("\n", "\r\n", "\r") if size > 80 else ("",):
            payments, summary = read(joined(with_text(), end))
            assert (payments, summary.sha256) == (expected[0], expected[1].sha256)


def test_a_file_with_too_many_records_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_lines, "MAX_RECORDS", 7)
    assert findings(two_payments()) == [("error", "too_large", 1, 1)]


def test_a_file_with_too_many_bytes_is_refused_without_reading_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_lines, "MAX_BYTES", 600)
    assert findings(two_payments()) == [("error", "too_large", 1, 1)]


def test_a_file_that_is_one_endless_line_is_let_go_of_piece_by_piece() -> None:
    content = joined(two_payments()) + b"0" * 1_000_000
    found = Findings()
    longest = max(len(record) for _, record in RecordLines(BytesIO(content), found))
    assert longest < 200_000


def test_lines_are_numbered_as_an_editor_numbers_them() -> None:
    content = b"\n\n" + joined(written())
    assert [line for line, _ in RecordLines(BytesIO(content), Findings())] == [3, 4]
