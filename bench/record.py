"""The record of a run, schema "bench/1" (schema.json): raw samples, identity, conditions, verdict. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, NotRequired, TypedDict, Unpack

from bench.measurement import Block

SCHEMA = "bench/1"
#: What of `workload` and `protocol` must be equal before two runs may be ranked.
WORKLOAD_AXES = (
    "id",
    "version",
    "mode",
    "batch",
    "length",
    "hidden",
    "precision",
    "layout",
    "compile",
    "frozen",
    "cached",
)
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ULID_LENGTH, _ULID_ENTROPY = 26, 10  #: characters; random bytes
_KEY_LENGTH = 16  #: hexadecimal digits: 64 bits tell a few thousand workloads apart

Record = dict[str, Any]


class Parts(TypedDict):
    """The sections of a record that are stored as they are given; schema.json says what is in each."""

    workload: Mapping[str, Any]
    flags: Mapping[str, Any]
    protocol: Mapping[str, Any]
    host: Mapping[str, Any]
    gpu: Mapping[str, Any] | None  #: None: the CPU
    software: Mapping[str, Any]
    conditions: Mapping[str, Any]
    result: Mapping[str, Any] | None  #: dropped where there is an error
    check: Mapping[str, Any] | None
    validity: Mapping[str, Any]
    error: NotRequired[Mapping[str, Any] | None]
    limited_by: NotRequired[str | None]
    lineage: NotRequired[Mapping[str, Any]]


def make_record(*, time_ms: int, entropy: bytes, blocks: Sequence[Block], **parts: Unpack[Parts]) -> Record:
    """Return the record of a run that began *time_ms* after 1970; *entropy* is 10 random bytes."""
    optional: dict[str, Any] = {"error": None, "limited_by": None, "lineage": {}}
    record: Record = {
        "schema": SCHEMA,
        "run_id": to_ulid(time_ms, entropy),
        "spec_sha256": spec_sha256(parts["workload"], parts["protocol"]),
        "samples": {"blocks": [asdict(block) for block in blocks]},
        **optional,
        **parts,
    }
    record["key"] = key_of(record)
    if record["error"] is not None:
        record["result"] = None
    return record


def key_of(record: Mapping[str, Any]) -> str:
    """Return the comparability key: runs with the same one may be ranked, whatever host, card and software ran them."""
    return _sha256(axes_of(record))[:_KEY_LENGTH]


def axes_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the key is made of, by the place in the record; an axis that is not stated is None."""
    workload = {f"workload.{name}": record["workload"].get(name) for name in WORKLOAD_AXES}
    return {**workload, "protocol.version": record["protocol"].get("version")}


def blocks_of(record: Mapping[str, Any]) -> tuple[Block, ...]:
    """Return the blocks of a record as `measurement` takes them."""
    return tuple(Block(**block) for block in record["samples"]["blocks"])


def spec_sha256(workload: Mapping[str, Any], protocol: Mapping[str, Any]) -> str:
    """Return the hash of what was asked for, as 64 hexadecimal digits."""
    return _sha256({"workload": workload, "protocol": protocol})


def to_ulid(time_ms: int, entropy: bytes) -> str:
    """Return a ULID, 26 characters that sort by time: https://github.com/ulid/spec."""
    if len(entropy) != _ULID_ENTROPY or not 0 <= time_ms < 2**48:
        raise ValueError(f"A ULID takes {_ULID_ENTROPY} random bytes and a time of 48 bits in ms.")
    number = time_ms << 80 | int.from_bytes(entropy, "big")
    return "".join(_CROCKFORD[number >> 5 * place & 31] for place in reversed(range(_ULID_LENGTH)))


def to_canonical(value: Any) -> str:
    """Return *value* as the one JSON text that equal values share; NaN is an error."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _sha256(value: Any) -> str:
    return hashlib.sha256(to_canonical(value).encode()).hexdigest()
