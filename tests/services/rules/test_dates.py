from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rules.dates import DateError, format_date, format_instant, format_weekday, parse_date

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    "text", ["010226", "01022026", "1.2.26", "01.02.2026", "1. 2. 2026", " 2026-02-01 ", "01.02.26"]
)
def test_the_first_of_february_is_read_the_ways_people_write_it(text: str) -> None:
    assert parse_date(text, TODAY) == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("i dag", date(2026, 11, 24)),
        ("I  dag", date(2026, 11, 24)),
        ("i går", date(2026, 11, 23)),
        ("i morgen", date(2026, 11, 25)),
        ("i ga\u030ar", date(2026, 11, 23)),
        ("I\u00a0DAG", date(2026, 11, 24)),
        ("i forgårs", date(2026, 11, 22)),
        ("iovermorgen", date(2026, 11, 26)),
        ("+14", date(2026, 12, 8)),
        ("-3", date(2026, 11, 21)),
        ("−3", date(2026, 11, 21)),
    ],
)
def test_a_date_may_be_counted_from_today(text: str, day: date) -> None:
    assert parse_date(text, TODAY) == day


@pytest.mark.parametrize("text", ["", "1.2", "1/2/26", "12", "20261", "2026-2-1", "i fjor", "+", "1.2.126", "٠١٠٢٢٦"])
def test_text_that_is_no_date_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(DateError, match=r"20\.11\.2026"):
        parse_date(text, TODAY)


@pytest.mark.parametrize("text", ["31.02.2026", "290225", "2026-13-01", "0.1.2026", "01.01.0000"])
def test_a_day_that_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(DateError, match="finnes ikke"):
        parse_date(text, TODAY)


@given(st.dates())
def test_what_is_shown_reads_back_as_the_same_date(day: date) -> None:
    assert parse_date(format_date(day), TODAY) == day
    assert parse_date(day.isoformat(), TODAY) == day


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_six_digits_are_a_day_of_this_century(day: date) -> None:
    assert parse_date(f"{day:%d%m%y}", TODAY) == day


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2026, 11, 24, 7, 12, tzinfo=UTC), "24.11.2026 08:12"),
        (datetime(2026, 7, 31, 22, 30, tzinfo=UTC), "01.08.2026 00:30"),
    ],
)
def test_an_instant_is_shown_in_norwegian_time(instant: datetime, text: str) -> None:
    assert format_instant(instant) == text


@pytest.mark.parametrize(
    ("text", "told"), [("", "mangler"), ("1.2", "Året mangler"), ("0102", "Året mangler"), ("1/2/26", "Skråstrek")]
)
def test_what_is_wrong_with_a_date_is_told(text: str, told: str) -> None:
    with pytest.raises(DateError, match=told):
        parse_date(text, TODAY)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_date_is_the_same_however_it_is_written(day: date) -> None:
    ways = (f"{day:%d%m%y}", f"{day:%d%m%Y}", f"{day.day}.{day.month}.{day:%y}", f"{day}", format_date(day))
    assert {parse_date(text, TODAY) for text in ways} == {day}
    assert format_weekday(day).endswith(format_date(day))


def test_a_date_is_told_with_its_day() -> None:
    assert format_weekday(TODAY) == "tirsdag 24.11.2026"
