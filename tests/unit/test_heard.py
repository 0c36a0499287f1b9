"""The promise of an asker to be heard: what a worker takes, and what it is no part of."""

import os
from collections.abc import Iterator

import pytest

from bench.asker import Asker, UnheardError
from bench.errors import RequestError
from bench.outcome import Outcome, record_of
from bench.request import Request, parse_request, read_request

LSTM = {"case": "lstm", "quick": True}


@pytest.mark.parametrize(("asked", "expected"), [({}, None), ({"heard_s": None}, None), ({"heard_s": 20}, 20)])
def test_an_asker_promises_to_be_heard_or_nothing(asked: dict[str, object], expected: int | None) -> None:
    assert read_request(LSTM | asked).heard_s == expected


@pytest.mark.parametrize("seconds", [4, 601, 0, -1, 20.0, "20", True, [20]])
def test_a_promise_that_is_out_of_bounds_is_refused(seconds: object) -> None:
    with pytest.raises(RequestError, match="heard_s is a whole number from 5 to 600"):
        read_request(LSTM | {"heard_s": seconds})


@pytest.mark.parametrize("text", ['{"case": "lstm", "heard_s": NaN}', '{"case": "lstm", "heard_s": 1e3}'])
def test_a_promise_is_a_whole_number_in_json_too(text: str) -> None:
    with pytest.raises(RequestError, match="heard_s"):
        parse_request(text)


def record(request: Request) -> dict[str, object]:
    return dict(record_of(request, Outcome(), {}, time_ms=1_700_000_000_000, entropy=bytes(10)))


def test_runs_stay_comparable_and_their_records_the_same_whatever_was_promised() -> None:
    assert record(read_request(LSTM | {"heard_s": 20})) == record(read_request(LSTM))


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """The worker's end of an asker, and the asker's own."""
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def test_what_was_said_unread_counts_as_heard(pipe: tuple[int, int]) -> None:
    asker = Asker(pipe[0])
    asker.promise(0.0)

    assert isinstance(asker.silence(), UnheardError)
    asker.promise(60.0)
    os.write(pipe[1], b"\n")
    assert asker.silence() is None


def test_an_asker_that_promised_nothing_is_never_silent(pipe: tuple[int, int]) -> None:
    asker = Asker(pipe[0])
    asker.listen(0.05)

    assert asker.silence() is None
    assert not asker.has_ended
