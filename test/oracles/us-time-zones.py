"""Writes us-time-zones.corpus.jsonl: what every time zone of the United States does around every clock change of 2024-2030.

An oracle for test/exhaustive/scheduling/dst-table.test.ts from another implementation: Python's zoneinfo over the PyPI package
tzdata, which share neither code nor data with Node's ICU. The data is committed, so that tests need no Python. To remake it:

    python3 -m venv .local/oracles
    .local/oracles/bin/pip install tzdata==2026.6
    .local/oracles/bin/python test/oracles/us-time-zones.py

A line with "zones" is a group of zones that are alike in all of this; the lines with "date" after it are their days.
Moments are minutes since 1970-01-01T00:00Z. Python resolves a wall time by PEP 495 with fold=0:
a skipped one by the offset before the change (so it moves forward), one that happens twice as the first.
"""

import importlib.resources
import json
import pathlib
import zoneinfo
from datetime import date, datetime, time, timedelta, timezone

import tzdata

zoneinfo.reset_tzpath(to=())  # the package's data, not the machine's

UTC = timezone.utc
FIRST, LAST = date(2024, 1, 1), date(2030, 12, 31)
# The states and DC, and the territories with a name in IANA's table: Puerto Rico, Virgin Islands, Guam, Northern
# Marianas, American Samoa, the outlying islands.
COUNTRIES = {"US", "PR", "VI", "GU", "MP", "AS", "UM"}
WALL_TIMES = ["00:00", "01:00", "01:30", "01:59", "02:00", "02:30", "02:59", "03:00", "07:30", "12:00", "23:30"]
NIGHT_MINUTES = 30


def zone_names():
    table = importlib.resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    return sorted(row[2] for row in rows if row[0] in COUNTRIES)


def epoch_minute(moment):
    seconds = moment.timestamp()
    assert seconds % 60 == 0
    return int(seconds // 60)


def at(day, text, zone):
    """The instant a wall clock shows a time of a date."""
    hours, minutes = map(int, text.split(":"))
    wall = datetime.combine(day, time(hours, minutes), tzinfo=zone)
    return wall.astimezone(UTC)


def offset_changes(zone):
    """Every instant of these years at which the offset changes, found by looking at each hour."""
    moment, end = datetime(2024, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
    before = moment.astimezone(zone).utcoffset()
    while moment < end:
        offset = moment.astimezone(zone).utcoffset()
        if offset != before:
            yield moment, before, offset
        before = offset
        moment += timedelta(hours=1)


def describe_day(day, zone):
    start = datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone).astimezone(UTC)
    times = []
    for text in WALL_TIMES:
        moment = at(day, text, zone)
        local = moment.astimezone(zone)
        times.append([text, epoch_minute(moment), local.strftime("%H:%M"), local.tzname()])
    night, moment, until = [], at(day, "00:00", zone), at(day, "05:00", zone)
    while moment + timedelta(minutes=NIGHT_MINUTES) <= until:
        night.append(moment.astimezone(zone).strftime("%H:%M"))
        moment += timedelta(minutes=NIGHT_MINUTES)
    return {
        "date": day.isoformat(),
        "start": epoch_minute(start),
        "minutes": epoch_minute(end) - epoch_minute(start),
        # As asked for, the instant, what the clock then shows, its zone's label.
        "times": times,
        # What the clock shows at each half hour from midnight to 05:00.
        "night": night,
    }


def to_line(facts):
    return json.dumps(facts, separators=(",", ":"))


def main():
    zones = {name: zoneinfo.ZoneInfo(name) for name in zone_names()}
    changes = {name: list(offset_changes(zone)) for name, zone in zones.items()}
    # Zones without a change are looked at on the same days: what moves others must not move them.
    change_days = sorted({moment.astimezone(zones[name]).date() for name in zones for moment, _, _ in changes[name]})
    assert all(FIRST < day < LAST for day in change_days)
    days = sorted({day + timedelta(days=shift) for day in change_days for shift in (-1, 0, 1)})

    groups = {}
    for name, zone in zones.items():
        # The instant of each change, and the minutes ahead of UTC before and after it.
        facts = [
            [epoch_minute(moment), int(old.total_seconds() // 60), int(new.total_seconds() // 60)]
            for moment, old, new in changes[name]
        ]
        described = (to_line(facts), *(to_line(describe_day(day, zone)) for day in days))
        groups.setdefault(described, []).append(name)

    lines = [to_line({"madeWith": f"Python zoneinfo, tzdata {tzdata.__version__} (IANA {tzdata.IANA_VERSION})"})]
    for (facts, *described), names in groups.items():
        lines += [to_line({"zones": names, "changes": json.loads(facts)}), *described]
    target = pathlib.Path(__file__).with_suffix(".corpus.jsonl")
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
