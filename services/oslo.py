"""The time zone that days and times of day are in. Its tables are read when this is loaded."""

from zoneinfo import ZoneInfo

OSLO = ZoneInfo("Europe/Oslo")
