from services.bank.findings import KEPT, Findings


def test_errors_beyond_the_first_fifty_are_counted_and_the_next_ones_line_is_told() -> None:
    findings = Findings()
    for line in range(1, KEPT + 13):
        findings.error(line, 5, "Beløp", "not_digits", "feil")
    *kept, more = findings.all()
    assert len(kept) == KEPT
    assert (more.code, more.severity, more.line, more.column) == ("more", "error", KEPT + 1, 5)
    assert "12 feil til" in more.message


def test_warnings_do_not_push_errors_out() -> None:
    findings = Findings()
    for line in range(1, 200):
        findings.warning(line, 1, "Filler", "filler", "varsel")
    findings.error(200, 1, "Beløp", "not_digits", "feil")
    assert [found.line for found in findings.all() if found.severity == "error"] == [200]
    assert not findings.ok


def test_what_could_move_a_cursor_is_never_in_a_finding() -> None:
    findings = Findings()
    findings.error(1, 1, "Record", "not_a_record", "«\x1b[2J»", "\x1b[2J")
    (found,) = findings.all()
    assert found.message.isprintable()
    assert found.value.isprintable()
