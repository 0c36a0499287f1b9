"""Requests that no worker may run: JSON of every kind, wrong values in every field, bytes that are no JSON at all."""

import json
from typing import Any

from hypothesis import strategies as st

from bench.catalogue import CASES, LAYOUTS, MODES, PRECISIONS

VALID = {"case": "lstm", "batch": 4, "length": 5, "hidden": 8}
LONGEST = 200_000  #: bytes of a request that is too long
SHELL = (
    "; rm -rf /",
    "$(reboot)",
    "`id`",
    "| nc -l 1",
    "&& true",
    "../../etc/passwd",
    "/dev/zero",
    "file:///etc/shadow",
    "__import__('os').system('id')",
    "lstm\n{}",
    "lstm\0",
    "lstm'; DROP TABLE jobs; --",
    "%s%n",
    "GPU-$(id)",
    "\ud800",
    "𝐥stm",
    "ｌｓｔｍ",
    "\u202elstm",
    "a" * 5000,
)

TEXTS = st.sampled_from(SHELL) | st.text(max_size=40)
NUMBERS = st.integers(-(2**70), 2**70) | st.floats(allow_nan=True, allow_infinity=True)
LEAVES = st.none() | st.booleans() | NUMBERS | TEXTS
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
CONTAINERS = st.lists(LEAVES, min_size=1, max_size=4) | st.dictionaries(TEXTS, LEAVES, max_size=3)
NOT_TEXT = st.booleans() | NUMBERS | CONTAINERS
BAD_TEXT = st.sampled_from(SHELL)


def _no_integer(least: int, most: int) -> st.SearchStrategy[Any]:
    """Return what is no whole number from *least* to *most*, and not None."""
    outside = st.integers(max_value=least - 1) | st.integers(min_value=most + 1) | st.just(10**4000)
    return outside | st.booleans() | st.floats() | TEXTS | CONTAINERS


def _none_of(words: tuple[str, ...]) -> st.SearchStrategy[Any]:
    return BAD_TEXT | st.text(max_size=20).filter(lambda text: text not in words) | NOT_TEXT | st.none()


def _no_batches() -> st.SearchStrategy[Any]:
    one_wrong = _no_integer(1, 8192).map(lambda value: [1, value])
    return one_wrong | st.just([1] * 9) | LEAVES | st.dictionaries(TEXTS, LEAVES, max_size=2)


#: For each field what it may not be.
WRONG: dict[str, st.SearchStrategy[Any]] = {
    "version": _no_integer(1, 1) | st.none(),
    "case": _none_of(tuple(CASES)),
    "mode": _none_of(MODES),
    "precision": _none_of(PRECISIONS),
    "layout": _none_of(LAYOUTS) | st.just("channels_last"),
    "batch": _no_integer(1, 8192),
    "length": _no_integer(1, 4096),
    "hidden": _no_integer(1, 4096),
    "max_seconds": _no_integer(1, 3600) | st.none(),
    "compile": TEXTS | NUMBERS | CONTAINERS | st.none(),
    "quick": TEXTS | NUMBERS | CONTAINERS | st.none(),
    "wait": TEXTS | NUMBERS | CONTAINERS | st.none(),
    "gpu": BAD_TEXT | st.text(max_size=60) | NOT_TEXT,
    "token": st.sampled_from([word for word in SHELL if word != "a"]) | st.just("") | st.just("a b") | NOT_TEXT,
    "sweep": _no_batches(),
}


def _to_line(value: Any) -> bytes:
    return json.dumps(value).encode() + b"\n"


def _wrong_field(name: str) -> st.SearchStrategy[bytes]:
    return WRONG[name].map(lambda value: _to_line(VALID | {name: value}))


def _nested(depth: int) -> bytes:
    return b'{"case": ' + b"[" * depth + b"]" * depth + b"}\n"


def _no_json(line: bytes) -> bool:
    try:
        json.loads(line.partition(b"\n")[0].decode("utf-8", errors="replace"))
    except ValueError:
        return True
    return False


FIELDS = st.sampled_from(sorted(WRONG)).flatmap(_wrong_field)
UNKNOWN = st.tuples(TEXTS, ANYTHING).filter(lambda pair: pair[0] not in WRONG)
LINES = st.one_of(
    FIELDS,
    FIELDS,
    UNKNOWN.map(lambda pair: _to_line(VALID | {pair[0]: pair[1]})),
    ANYTHING.map(_to_line),
    st.dictionaries(st.sampled_from(sorted(WRONG)), ANYTHING, max_size=6).map(
        lambda data: _to_line({"case": 1} | data)
    ),
    st.binary(max_size=300).filter(lambda data: _no_json(data + b"\n")).map(lambda data: data + b"\n"),
    st.integers(0, len(_to_line(VALID)) - 2).map(lambda end: _to_line(VALID)[:end] + b"\n"),  # cut off
    st.integers(0, len(_to_line(VALID)) - 1).map(lambda end: _to_line(VALID)[:end]),  # its end never comes
    st.integers(10, 60_000).map(_nested),
    st.integers(4097, LONGEST).map(lambda size: _to_line(VALID | {"token": "a" * size})),
    st.just(_to_line(VALID)[:-1] * 2 + b"\n"),
    st.sampled_from([b"\xff" * 40, b'{"case": "\xc3\x28"}', b"\xef\xbb\xbf{}", b"\xed\xa0\x80"]).map(
        lambda raw: raw + b"\n"
    ),
)
