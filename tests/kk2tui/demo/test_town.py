"""The demo's municipality: the same each time, with one fault to mend and bank files that fit the cases."""

from datetime import date, timedelta

import pytest

from kk2tui.demo.town import WRONG_DEPARTMENT, demo_bank_files, demo_town
from services.bank.ocr_giro import read_ocr
from services.rules.working_days import is_working_day


@pytest.mark.parametrize("today", [date(2026, 11, 24), date(2026, 1, 2), date(2026, 5, 18), date(2027, 2, 1)])
def test_two_of_the_bank_files_are_in_order_and_dated_on_working_days_before_today(
    today: date, tmp_path_factory: pytest.TempPathFactory
) -> None:
    files = demo_bank_files(demo_town(today), today)
    folder = tmp_path_factory.mktemp("filer")
    good = {}
    for name, content in files.items():
        (folder / name).write_bytes(content)
        with (folder / name).open("rb") as source:
            reading = read_ocr(source, today=today)
            payments = list(reading)
        if reading.summary.ok:
            good[name] = payments
    assert len(files) == 3
    assert len(good) == 2
    days = {payment.date for payments in good.values() for payment in payments}
    assert len(days) == 2
    assert all(is_working_day(day) and today - timedelta(days=14) < day < today for day in days)


def test_the_same_day_gives_the_same_town_and_files() -> None:
    today = date(2026, 11, 24)
    assert demo_town(today) == demo_town(today)
    assert demo_bank_files(demo_town(today), today) == demo_bank_files(demo_town(today), today)


def test_one_debtor_has_a_department_without_a_ledger_line() -> None:
    town = demo_town(date(2026, 11, 24))
    lines = {line["ledger_type"] for creditor in town.creditors for line in creditor["ledger_lines"]}
    wrong = [each for each in town.scenario["customers"].values() if each["ledger_type"] not in lines]
    assert [each["ledger_type"] for each in wrong] == [WRONG_DEPARTMENT]
