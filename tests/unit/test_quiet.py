from pathlib import Path

import pytest

from bench.errors import BenchError
from bench.host import read_quiet_hours
from bench.quiet import QuietHours, parse_quiet_hours, to_clock

NIGHT = ["22:00-07:00"]


def until(spans: list[str], clock: str) -> str | None:
    hour, minute = map(int, clock.split(":"))
    found = parse_quiet_hours(spans).until(hour * 60 + minute)
    return None if found is None else to_clock(found)


@pytest.mark.parametrize(
    ("clock", "end"),
    [("21:59", None), ("22:00", "07:00"), ("23:59", "07:00"), ("00:00", "07:00"), ("06:59", "07:00"), ("07:00", None)],
)
def test_a_span_wraps_over_midnight_and_ends_before_its_end(clock: str, end: str | None) -> None:
    assert until(NIGHT, clock) == end


@pytest.mark.parametrize(
    ("clock", "end"), [("08:59", None), ("09:00", "12:30"), ("12:29", "12:30"), ("12:30", None), ("00:00", None)]
)
def test_a_span_within_a_day_does_not_wrap(clock: str, end: str | None) -> None:
    assert until(["09:00-12:30"], clock) == end


@pytest.mark.parametrize(
    ("spans", "clock", "end"),
    [
        (["22:00-24:00", "00:00-07:00"], "23:00", "07:00"),
        (["22:00-00:00", "00:00-07:00"], "22:00", "07:00"),
        (["20:00-23:00", "22:00-02:00", "12:00-13:00"], "20:00", "02:00"),
        (["20:00-23:00", "12:00-13:00"], "12:15", "13:00"),
        (["18:00-24:00"], "23:59", "00:00"),
        ([], "03:00", None),
    ],
)
def test_spans_that_touch_are_one(spans: list[str], clock: str, end: str | None) -> None:
    assert until(spans, clock) == end


def test_every_minute_is_in_a_span_or_after_its_end() -> None:
    hours = parse_quiet_hours(NIGHT)

    assert sum(hours.until(minute) is not None for minute in range(24 * 60)) == 9 * 60


@pytest.mark.parametrize(
    "spans",
    [
        "22:00-07:00",
        None,
        [22],
        ["22-7"],
        ["22:00"],
        ["25:00-07:00"],
        ["24:00-07:00"],
        ["22:60-07:00"],
        ["22:00-24:01"],
        ["22:00-22:00"],
        ["00:00-24:00"],
        ["12:00-00:00", "00:00-12:00"],
        ["$(reboot)"],
        ["22:00-07:00; rm -rf /"],
    ],
)
def test_what_is_no_span_or_leaves_no_hour_is_an_error(spans: object) -> None:
    with pytest.raises(BenchError, match="quiet_hours"):
        parse_quiet_hours(spans)


def test_the_named_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "host.toml"
    file.write_text('quiet_hours = ["22:00-07:00"]\n', encoding="utf-8")

    assert read_quiet_hours(file) == QuietHours(spans=((22 * 60, 7 * 60),))


@pytest.mark.parametrize("text", ["quiet_hours = 7", "quiet_hour = []", "quiet_hours = [", 'quiet_hours = ["7-8"]'])
def test_a_file_that_is_wrong_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "host.toml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(BenchError, match=r"owner of this host has to correct .*host\.toml"):
        read_quiet_hours(file)


def test_a_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"host\.toml"):
        read_quiet_hours(tmp_path / "host.toml")
